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
  for name, server in digitalocean_droplet.app : name => {
    id      = server.id
    ipv4    = digitalocean_reserved_ip.ipv4[name].ip_address
    ipv6    = server.ipv6_address
    private = server.ipv4_address_private
    volume  = try(digitalocean_volume.data[name].id, null)
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
            set("value", expression("{ ipv4 = digitalocean_loadbalancer.public.ip }")),
          ),
        ]),
  ];
}
