# Written by Wherry (e1defb48aa3c); once you have edited it, it is yours and stays as it is.
output "servers" {
  description = "Servers by name"

  value = {
    for name, server in digitalocean_droplet.app : name => {
      id      = server.id
      ipv4    = digitalocean_reserved_ip.ipv4[name].ip_address
      ipv6    = server.ipv6_address
      private = server.ipv4_address_private
      volume  = try(digitalocean_volume.data[name].id, null)
    }
  }
}
