# Written by Wherry (c15bc1208e44); once you have edited it, it is yours and stays as it is.
locals {
  name    = "shop-production"
  servers = toset([for number in range(1, var.server_count + 1) : "${local.name}-${number}"])

  labels = {
    managed-by           = "wherry"
    "wherry.app"         = "shop"
    "wherry.environment" = "production"
  }
}

# A project has each key once, whatever it is called. One that is there already, of another environment or of a
# colleague, is used as it is.
data "hcloud_ssh_keys" "there" {}

locals {
  keys_of_others = {
    for key in data.hcloud_ssh_keys.there.ssh_keys : key.fingerprint => key.id
    if lookup(key.labels, "wherry.app", "") != local.labels["wherry.app"] || lookup(key.labels, "wherry.environment", "") != local.labels["wherry.environment"]
  }
}

resource "hcloud_ssh_key" "team" {
  for_each = {
    for fingerprint, key in var.ssh_keys : fingerprint => key
    if !contains(keys(local.keys_of_others), fingerprint)
  }

  name       = "${local.name} ${each.key}"
  public_key = each.value
  labels     = local.labels
}

# Several servers do not stand on the same machine of the provider.
resource "hcloud_placement_group" "spread" {
  name   = local.name
  type   = "spread"
  labels = local.labels
}

resource "hcloud_primary_ip" "ipv4" {
  for_each    = local.servers
  name        = "${each.key}-ipv4"
  type        = "ipv4"
  location    = var.location
  auto_delete = false
  labels      = local.labels
}

resource "hcloud_primary_ip" "ipv6" {
  for_each    = local.servers
  name        = "${each.key}-ipv6"
  type        = "ipv6"
  location    = var.location
  auto_delete = false
  labels      = local.labels
}

resource "hcloud_server" "app" {
  for_each           = local.servers
  name               = each.key
  server_type        = var.server_type
  location           = var.location
  image              = var.image
  backups            = var.backups
  placement_group_id = hcloud_placement_group.spread.id

  # From the first packet on; an attachment of its own would come after the first boot.
  firewall_ids             = [hcloud_firewall.public.id]
  shutdown_before_deletion = true

  # Which volume its first boot mounts: without it, what containers keep is on the server's own disk.
  labels = merge(local.labels, {
    for name, volume in hcloud_volume.data : "wherry.volume" => volume.id
    if name == each.key
  })

  # With no key here, the provider would switch a root password on.
  ssh_keys = [
    for fingerprint in keys(var.ssh_keys) :
    try(hcloud_ssh_key.team[fingerprint].id, local.keys_of_others[fingerprint])
  ]

  user_data = join("\n", ["#cloud-config", templatefile("${path.module}/cloud-init.yaml.tftpl", {
    ssh_keys       = values(var.ssh_keys)
    first_host_key = var.first_host_key
    volume         = try(hcloud_volume.data[each.key].id, "")
  })])

  public_net {
    ipv4 = hcloud_primary_ip.ipv4[each.key].id
    ipv6 = hcloud_primary_ip.ipv6[each.key].id
  }

  lifecycle {
    # What is in containers and on the disk is gone with the server: nobody does that in passing.
    prevent_destroy = true

    # These count when a server is made. Later, a change would make it anew, or cut its power and delete an address:
    # that is what the provider does with public_net of a server that was imported. The label would not be true.
    ignore_changes = [user_data, ssh_keys, image, public_net, labels["wherry.volume"]]

    # The provider refuses more, and would say so when the rest has been ordered. Counted in base64: length() knows
    # characters, and not bytes.
    precondition {
      condition = length(base64encode(join("\n", ["#cloud-config", templatefile("${path.module}/cloud-init.yaml.tftpl", {
        ssh_keys       = values(var.ssh_keys)
        first_host_key = var.first_host_key
        volume         = "${each.key}-data"
      })]))) <= 43688

      error_message = "User data is larger than 32 KiB: take fewer keys, or shorter ones (ed25519)."
    }
  }
}

resource "hcloud_server_network" "private" {
  for_each  = hcloud_server.app
  server_id = each.value.id
  subnet_id = hcloud_network_subnet.servers.id
}

resource "hcloud_volume" "data" {
  for_each = var.data_size > 0 ? local.servers : toset([])
  name     = "${each.key}-data"
  size     = var.data_size
  location = var.location

  # xfs: an ext4 disk brings lost+found, which Docker takes for a volume.
  format            = "xfs"
  delete_protection = true
  labels            = local.labels

  lifecycle {
    prevent_destroy = true
  }
}

resource "hcloud_volume_attachment" "data" {
  for_each  = hcloud_volume.data
  volume_id = each.value.id
  server_id = hcloud_server.app[each.key].id

  # The server mounts it by itself: see cloud-init.yaml.tftpl.
  automount = false
}
