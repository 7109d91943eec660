# Written by Wherry (fd84a17545e7); once you have edited it, it is yours and stays as it is.
output "servers" {
  description = "Servers by name"

  value = {
    for name, server in hcloud_server.app : name => {
      id      = server.id
      ipv4    = hcloud_primary_ip.ipv4[name].ip_address
      ipv6    = server.ipv6_address
      private = hcloud_server_network.private[name].ip
      volume  = try(hcloud_volume.data[name].id, null)
    }
  }
}

output "load_balancer" {
  description = "Where requests go"
  value       = { ipv4 = hcloud_load_balancer.public.ipv4, ipv6 = hcloud_load_balancer.public.ipv6 }
}
