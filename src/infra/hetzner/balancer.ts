import * as z from "zod";
import { addressOf } from "../adopt.ts";
import type { Orphan, Owner } from "../provider.ts";
import type { Hetzner } from "./api.ts";
import { selector } from "./owned.ts";

const Balancer = z.looseObject({
  id: z.number(),
  private_net: z.array(z.looseObject({ network: z.number() })),
  services: z.array(z.looseObject({ listen_port: z.number() })),
  targets: z.array(z.looseObject({ server: z.looseObject({ id: z.number() }).nullish() })),
});

const Server = z.looseObject({ id: z.number(), name: z.string() });

const Type = z.looseObject({ name: z.string() });

export async function readBalancerTypes(hetzner: Hetzner): Promise<readonly string[]> {
  return (await hetzner.list("/load_balancer_types", "load_balancer_types")).map((raw) => Type.parse(raw).name);
}

/** The parts of the environment's load balancer, which have no labels: its place in the network, its ports and servers. */
export async function balancerParts(hetzner: Hetzner, owner: Owner): Promise<readonly Orphan[]> {
  const balancers = (await hetzner.list("/load_balancers", "load_balancers", selector(owner))).map((raw) =>
    Balancer.parse(raw),
  );
  if (balancers.length === 0) return [];
  const servers = (await hetzner.list("/servers", "servers", selector(owner))).map((raw) => Server.parse(raw));
  const names = new Map(servers.map(({ id, name }) => [id, name]));
  return balancers.flatMap(({ id, private_net: nets, services, targets }) => [
    ...nets
      .slice(0, 1)
      .map(({ network }) => ({ address: "hcloud_load_balancer_network.private", id: `${id}-${network}` })),
    ...services.map(({ listen_port: port }) =>
      addressOf("hcloud_load_balancer_service.ports", String(port), `${id}__${port}`),
    ),
    ...targets.flatMap(({ server }) => {
      const name = names.get(server?.id ?? Number.NaN);
      if (server == null || name === undefined) return [];
      return [addressOf("hcloud_load_balancer_target.servers", name, `${id}__server__${server.id}`)];
    }),
  ]);
}
