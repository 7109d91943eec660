import { block, expression, set } from "../hcl.ts";
import type { Item } from "../hcl.ts";
import type { Machines } from "../machines.ts";

/** outputs.tf: what others need to know. */
export function outputs({ loadBalancer }: Machines): readonly Item[] {
  return [
    block(
      "output",
      ["servers"],
      set("description", "Servers by name"),
      set(
        "value",
        expression(`{
  for name, server in hcloud_server.app : name => {
    id      = server.id
    ipv4    = hcloud_primary_ip.ipv4[name].ip_address
    ipv6    = server.ipv6_address
    private = hcloud_server_network.private[name].ip
    volume  = try(hcloud_volume.data[name].id, null)
  }
}`),
      ),
    ),
    ...(loadBalancer === undefined
      ? []
      : [
          block(
            "output",
            ["load_balancer"],
            set("description", "Where requests go"),
            set(
              "value",
              expression("{ ipv4 = hcloud_load_balancer.public.ipv4, ipv6 = hcloud_load_balancer.public.ipv6 }"),
            ),
          ),
        ]),
  ];
}
