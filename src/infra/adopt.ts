import * as z from "zod";
import { block, comment, expression, quoteHcl, renderHcl, set } from "./hcl.ts";
import type { Hetzner } from "./hetzner/api.ts";

/**
 * Things that were made for this environment and are missing in the state: an apply was killed between the order and the
 * note of it, or the state was lost. They carry our labels and the names that the files give them, so they are taken in
 * instead of failing on their names.
 */
export interface Orphan {
  /** Where the files have it: `hcloud_server.app["shop-production-1"]`. */
  readonly address: string;
  /** How the provider imports it. */
  readonly id: string;
}

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
      at("hcloud_server.app", name, id),
      ...nets.slice(0, 1).map(({ network }) => at("hcloud_server_network.private", name, `${id}-${network}`)),
    ],
  },
  {
    path: "/primary_ips",
    key: "primary_ips",
    orphans: ({ name, id }) => {
      const [, server = "", type = ""] = /^(.+)-(ipv4|ipv6)$/.exec(name) ?? [];
      return server === "" ? [] : [at(`hcloud_primary_ip.${type}`, server, id)];
    },
  },
  {
    path: "/volumes",
    key: "volumes",
    orphans: ({ name, id, server }) => {
      const owner = name.replace(/-data$/, "");
      const attached = typeof server === "number" ? [at("hcloud_volume_attachment.data", owner, id)] : [];
      return owner === name ? [] : [at("hcloud_volume.data", owner, id), ...attached];
    },
  },
  {
    path: "/ssh_keys",
    key: "ssh_keys",
    orphans: (thing, name) =>
      thing.name.startsWith(`${name} `) ? [at("hcloud_ssh_key.team", thing.name.slice(name.length + 1), thing.id)] : [],
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

function at(address: string, key: string, id: number | string): Orphan {
  return { address: `${address}[${quoteHcl(key)}]`, id: String(id) };
}

interface Environment {
  readonly app: string;
  readonly environment: string;
}

/** Everything at the provider that has the labels of this environment, by its address in the files. */
export async function findOwned(hetzner: Hetzner, { app, environment }: Environment): Promise<readonly Orphan[]> {
  const query = { label_selector: `managed-by==wherry,wherry.app==${app},wherry.environment==${environment}` };
  const found = await Promise.all(
    kinds.map(async ({ path, key, orphans }) =>
      (await hetzner.list(path, key, query)).flatMap((raw) => orphans(Listed.parse(raw), `${app}-${environment}`)),
    ),
  );
  return found.flat();
}

/** Import blocks for OpenTofu; read once, by the next plan. */
export function adoptionFile(orphans: readonly Orphan[]): string {
  return renderHcl([
    comment("Made by wherry for one command: what was found at the provider and is missing in the state."),
    ...orphans.map(({ address, id }) => block("import", [], set("to", expression(address)), set("id", id))),
  ]);
}
