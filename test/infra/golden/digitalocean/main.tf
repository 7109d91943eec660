# Written by Wherry (9fa8751f0d0e); once you have edited it, it is yours and stays as it is.
locals {
  name = "shop-production"

  # What all of this is known by: a tag where there are tags, else the description.
  mark    = "wherry:shop:production"
  servers = toset([for number in range(1, var.server_count + 1) : "${local.name}-${number}"])
}

resource "digitalocean_tag" "app" {
  name = local.mark
}

# An account has each key once, whatever it is called. One that is there already, of another environment or of a
# colleague, is used as it is.
data "digitalocean_ssh_keys" "there" {}

locals {
  keys_of_others = [
    for key in data.digitalocean_ssh_keys.there.ssh_keys : key.fingerprint
    if !startswith(key.name, "${local.name} ")
  ]
}

resource "digitalocean_ssh_key" "team" {
  for_each = {
    for fingerprint, key in var.ssh_keys : fingerprint => key
    if !contains(local.keys_of_others, fingerprint)
  }

  name       = "${local.name} ${each.key}"
  public_key = each.value
}

resource "digitalocean_reserved_ip" "ipv4" {
  for_each = local.servers
  region   = var.location

  lifecycle {
    # The assignment below says where it leads. An import knows that here as well, and would take it away.
    ignore_changes = [droplet_id]
  }
}

resource "digitalocean_reserved_ip_assignment" "ipv4" {
  for_each   = digitalocean_reserved_ip.ipv4
  ip_address = each.value.ip_address
  droplet_id = digitalocean_droplet.app[each.key].id

  # A droplet takes one event at a time, and this one is not tried again.
  depends_on = [digitalocean_volume_attachment.data]
}

resource "digitalocean_droplet" "app" {
  for_each          = local.servers
  name              = each.key
  size              = var.server_type
  region            = var.location
  image             = var.image
  backups           = var.backups
  ipv6              = true
  vpc_uuid          = digitalocean_vpc.private.id
  tags              = concat([digitalocean_tag.app.id], [for name, tag in digitalocean_tag.volume : tag.id if name == each.key])
  graceful_shutdown = true

  # With no key here, DigitalOcean would mail a root password.
  ssh_keys = keys(var.ssh_keys)

  user_data = join("\n", ["#cloud-config", templatefile("${path.module}/cloud-init.yaml.tftpl", {
    ssh_keys       = values(var.ssh_keys)
    first_host_key = var.first_host_key
    volume         = try(digitalocean_volume.data[each.key].name, "")
  })])

  timeouts {
    delete = "5m"
  }

  lifecycle {
    # What is in containers and on the disk is gone with the server: nobody does that in passing.
    prevent_destroy = true

    # These count when a server is made. Later, a change would make it anew, and a tag that names a volume would not be
    # true.
    ignore_changes = [user_data, ssh_keys, image, tags]

    postcondition {
      condition     = contains(self.tags, local.mark)
      error_message = "The tag of this environment is missing: no firewall stands in front of ${self.name}. To put it back: doctl compute droplet tag ${self.id} --tag-name ${local.mark}"
    }

    # The provider refuses more, and would say so when the rest has been ordered. Counted in base64: length() knows
    # characters, and not bytes.
    precondition {
      condition = length(base64encode(join("\n", ["#cloud-config", templatefile("${path.module}/cloud-init.yaml.tftpl", {
        ssh_keys       = values(var.ssh_keys)
        first_host_key = var.first_host_key
        volume         = "${each.key}-data"
      })]))) <= 87380

      error_message = "User data is larger than 64 KiB: take fewer keys, or shorter ones (ed25519)."
    }
  }

  # The firewall goes by the tag, so it is there from the first packet on.
  depends_on = [digitalocean_firewall.public, digitalocean_ssh_key.team]
}

resource "digitalocean_volume" "data" {
  for_each = var.data_size > 0 ? local.servers : toset([])
  name     = "${each.key}-data"
  size     = var.data_size
  region   = var.location

  # No tag: who removes a tag with -target removes all that refers to it, and a volume has to outlive the rest.
  description = local.mark

  # xfs: an ext4 disk brings lost+found, which Docker takes for a volume.
  initial_filesystem_type = "xfs"

  lifecycle {
    # DigitalOcean has no delete protection of its own.
    prevent_destroy = true

    # An import does not know the file system, and a change of either would make the volume anew.
    ignore_changes = [description, initial_filesystem_type]
  }
}

# Which volume the first boot of a server mounts: without it, what containers keep is on the server's own disk.
resource "digitalocean_tag" "volume" {
  for_each = digitalocean_volume.data
  name     = "wherry:volume:${each.value.id}"
}

# The server mounts it by itself: see cloud-init.yaml.tftpl.
resource "digitalocean_volume_attachment" "data" {
  for_each   = digitalocean_volume.data
  volume_id  = each.value.id
  droplet_id = digitalocean_droplet.app[each.key].id
}
