import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";
import { loadBalancerOutput, serversOutput } from "../render/outputs.ts";

/** outputs.tf: what others need to know. */
export function outputs({ loadBalancer }: Machines): readonly Item[] {
  return [
    serversOutput("digitalocean_droplet", {
      ipv4: "digitalocean_reserved_ip.ipv4[name].ip_address",
      ipv6: "server.ipv6_address",
      private: "server.ipv4_address_private",
      volume: "try(digitalocean_volume.data[name].id, null)",
    }),
    ...(loadBalancer === undefined ? [] : [loadBalancerOutput("{ ipv4 = digitalocean_loadbalancer.public.ip }")]),
  ];
}
