# Written by Wherry (ab84920cbb56); once you have edited it, it is yours and stays as it is.
# DigitalOcean chooses the range: those of one account must not overlap.
resource "digitalocean_vpc" "private" {
  name        = local.name
  region      = var.location
  description = local.mark
}

# It stands in front of the server, so that it filters the ports that Docker publishes as well.
resource "digitalocean_firewall" "public" {
  name = local.name
  tags = [digitalocean_tag.app.id]

  # SSH
  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = var.ssh_from
  }

  # HTTP and HTTPS
  inbound_rule {
    protocol         = "tcp"
    port_range       = "80"
    source_addresses = ["0.0.0.0/0", "::/0"]
  }

  inbound_rule {
    protocol         = "tcp"
    port_range       = "443"
    source_addresses = ["0.0.0.0/0", "::/0"]
  }

  # Ping, and packet sizes
  inbound_rule {
    protocol         = "icmp"
    source_addresses = ["0.0.0.0/0", "::/0"]
  }

  # The servers among themselves: this firewall filters the private network, too.
  inbound_rule {
    protocol    = "tcp"
    port_range  = "all"
    source_tags = [digitalocean_tag.app.id]
  }

  inbound_rule {
    protocol    = "udp"
    port_range  = "all"
    source_tags = [digitalocean_tag.app.id]
  }

  # What is not let out here stays in.
  outbound_rule {
    protocol              = "tcp"
    port_range            = "all"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }

  outbound_rule {
    protocol              = "udp"
    port_range            = "all"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }

  outbound_rule {
    protocol              = "icmp"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
}

locals {
  host_names = ["@"]
}

resource "digitalocean_record" "ipv4" {
  for_each = {
    for pair in setproduct(local.host_names, local.servers) :
    "${pair[0]} ${pair[1]}" => { name = pair[0], server = pair[1] }
  }

  name   = each.value.name
  type   = "A"
  value  = digitalocean_reserved_ip.ipv4[each.value.server].ip_address
  domain = "example.com"
  ttl    = 300
}

resource "digitalocean_record" "ipv6" {
  for_each = {
    for pair in setproduct(local.host_names, local.servers) :
    "${pair[0]} ${pair[1]}" => { name = pair[0], server = pair[1] }
  }

  name   = each.value.name
  type   = "AAAA"
  value  = digitalocean_droplet.app[each.value.server].ipv6_address
  domain = "example.com"
  ttl    = 300
}
