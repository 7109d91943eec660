# Written by Wherry (13536a96f5e9); once you have edited it, it is yours and stays as it is.
data "hcloud_location" "here" {
  name = var.location
}

resource "hcloud_network" "private" {
  name     = local.name
  ip_range = "10.77.0.0/16"
  labels   = local.labels
}

resource "hcloud_network_subnet" "servers" {
  network_id   = hcloud_network.private.id
  type         = "cloud"
  network_zone = data.hcloud_location.here.network_zone
  ip_range     = "10.77.1.0/24"
}

# It stands in front of the server, so that it filters the ports that Docker publishes as well.
resource "hcloud_firewall" "public" {
  name   = local.name
  labels = local.labels

  rule {
    description = "ssh"
    direction   = "in"
    protocol    = "tcp"
    port        = "22"
    source_ips  = var.ssh_from
  }

  rule {
    description = "http"
    direction   = "in"
    protocol    = "tcp"
    port        = "80"
    source_ips  = ["0.0.0.0/0", "::/0"]
  }

  rule {
    description = "https"
    direction   = "in"
    protocol    = "tcp"
    port        = "443"
    source_ips  = ["0.0.0.0/0", "::/0"]
  }

  rule {
    description = "ping, and packet sizes"
    direction   = "in"
    protocol    = "icmp"
    source_ips  = ["0.0.0.0/0", "::/0"]
  }
}

resource "hcloud_load_balancer" "public" {
  name               = local.name
  load_balancer_type = "lb11"
  location           = var.location
  labels             = local.labels
}

resource "hcloud_load_balancer_network" "private" {
  load_balancer_id = hcloud_load_balancer.public.id
  network_id       = hcloud_network.private.id
  depends_on       = [hcloud_network_subnet.servers]
}

resource "hcloud_load_balancer_target" "servers" {
  for_each         = hcloud_server.app
  type             = "server"
  load_balancer_id = hcloud_load_balancer.public.id
  server_id        = each.value.id
  use_private_ip   = true
  depends_on       = [hcloud_load_balancer_network.private, hcloud_server_network.private]
}

resource "hcloud_load_balancer_service" "ports" {
  for_each         = toset(["80", "443"])
  load_balancer_id = hcloud_load_balancer.public.id
  protocol         = "tcp"
  listen_port      = tonumber(each.key)
  destination_port = tonumber(each.key)

  health_check {
    protocol = "tcp"
    port     = tonumber(each.key)
    interval = 5
    timeout  = 3
    retries  = 3
  }
}

locals {
  host_names = ["@"]
}

resource "hcloud_zone_rrset" "ipv4" {
  for_each = toset(local.host_names)
  zone     = "example.com"
  name     = each.key
  type     = "A"
  ttl      = 300
  records  = [{ value = hcloud_load_balancer.public.ipv4 }]
  labels   = local.labels
}

resource "hcloud_zone_rrset" "ipv6" {
  for_each = toset(local.host_names)
  zone     = "example.com"
  name     = each.key
  type     = "AAAA"
  ttl      = 300
  records  = [{ value = hcloud_load_balancer.public.ipv6 }]
  labels   = local.labels
}
