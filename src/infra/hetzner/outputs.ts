import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";
import { loadBalancerOutput, serversOutput } from "../render/outputs.ts";

/** outputs.tf: what others need to know. */
export function outputs({ loadBalancer }: Machines): readonly Item[] {
  const addresses = "{ ipv4 = hcloud_load_balancer.public.ipv4, ipv6 = hcloud_load_balancer.public.ipv6 }";
  return [
    serversOutput("hcloud_server", {
      ipv4: "hcloud_primary_ip.ipv4[name].ip_address",
      ipv6: "server.ipv6_address",
      private: "hcloud_server_network.private[name].ip",
      volume: "try(hcloud_volume.data[name].id, null)",
    }),
    ...(loadBalancer === undefined ? [] : [loadBalancerOutput(addresses)]),
  ];
}
