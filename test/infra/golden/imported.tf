# Written by Wherry (837bc904d876); once you have edited it, it is yours and stays as it is.
# Servers that somebody made by hand. They are taken in as they are: nothing of them is made anew, and what is not
# written here (network, firewall, keys, volumes) is left alone.
locals {
  servers = {
    web-1 = {
      server_type        = "cx23"
      location           = "nbg1"
      backups            = true
      delete_protection  = true
      rebuild_protection = true

      labels = {
        team = "shop"
      }
    }
  }
}

import {
  to = hcloud_server.app["web-1"]
  id = "1"
}

resource "hcloud_server" "app" {
  for_each           = local.servers
  name               = each.key
  server_type        = each.value.server_type
  location           = each.value.location
  backups            = each.value.backups
  labels             = each.value.labels
  delete_protection  = each.value.delete_protection
  rebuild_protection = each.value.rebuild_protection

  lifecycle {
    prevent_destroy = true

    # Not known here, or of the day on which the server was made: a change would make it anew.
    ignore_changes = [user_data, ssh_keys, image, public_net, network, firewall_ids, placement_group_id]
  }
}
