import * as z from "zod";
import { addressOf } from "../adopt.ts";
import type { Orphan, Owner } from "../provider.ts";
import type { Hetzner } from "./api.ts";

const Listed = z.looseObject({
  id: z.number(),
  name: z.string(),
  server: z.number().nullish(),
  private_net: z.array(z.looseObject({ network: z.number() })).optional(),
  subnets: z.array(z.looseObject({ ip_range: z.string() })).optional(),
});

type Listed = z.infer<typeof Listed>;

/** What is called how in the files. A name that is none of theirs has no address. */
const kinds: readonly {
  readonly path: string;
  readonly key: string;
  readonly orphans: (thing: Listed, name: string) => readonly Orphan[];
}[] = [
  {
    path: "/servers",
    key: "servers",
    orphans: ({ name, id, private_net: nets = [] }) => [
      addressOf("hcloud_server.app", name, id),
      ...nets.slice(0, 1).map(({ network }) => addressOf("hcloud_server_network.private", name, `${id}-${network}`)),
    ],
  },
  {
    path: "/primary_ips",
    key: "primary_ips",
    orphans: ({ name, id }) => {
      const [, server = "", type = ""] = /^(.+)-(ipv4|ipv6)$/.exec(name) ?? [];
      return server === "" ? [] : [addressOf(`hcloud_primary_ip.${type}`, server, id)];
    },
  },
  {
    path: "/volumes",
    key: "volumes",
    orphans: ({ name, id, server }) => {
      const owner = name.replace(/-data$/, "");
      const attached = typeof server === "number" ? [addressOf("hcloud_volume_attachment.data", owner, id)] : [];
      return owner === name ? [] : [addressOf("hcloud_volume.data", owner, id), ...attached];
    },
  },
  {
    path: "/ssh_keys",
    key: "ssh_keys",
    orphans: (thing, name) =>
      thing.name.startsWith(`${name} `)
        ? [addressOf("hcloud_ssh_key.team", thing.name.slice(name.length + 1), thing.id)]
        : [],
  },
  {
    path: "/networks",
    key: "networks",
    orphans: ({ id, subnets = [] }) => [
      { address: "hcloud_network.private", id: String(id) },
      ...subnets
        .slice(0, 1)
        .map((subnet) => ({ address: "hcloud_network_subnet.servers", id: `${id}-${subnet.ip_range}` })),
    ],
  },
  {
    path: "/firewalls",
    key: "firewalls",
    orphans: ({ id }) => [{ address: "hcloud_firewall.public", id: String(id) }],
  },
  {
    path: "/placement_groups",
    key: "placement_groups",
    orphans: ({ id }) => [{ address: "hcloud_placement_group.spread", id: String(id) }],
  },
  {
    path: "/load_balancers",
    key: "load_balancers",
    orphans: ({ id }) => [{ address: "hcloud_load_balancer.public", id: String(id) }],
  },
];

/** What a list is asked for, to have only what is of this environment. */
export const selector = ({ app, environment }: Owner): Readonly<Record<string, string>> => ({
  label_selector: `managed-by==wherry,wherry.app==${app},wherry.environment==${environment}`,
});

/** Everything at Hetzner that has the labels of this environment, by its address in the files. */
export async function findOwned(hetzner: Hetzner, owner: Owner): Promise<readonly Orphan[]> {
  const found = await Promise.all(
    kinds.map(async ({ path, key, orphans }) =>
      (await hetzner.list(path, key, selector(owner))).flatMap((raw) =>
        orphans(Listed.parse(raw), `${owner.app}-${owner.environment}`),
      ),
    ),
  );
  return found.flat();
}
