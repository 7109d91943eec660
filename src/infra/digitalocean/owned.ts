import * as z from "zod";
import { addressOf } from "../adopt.ts";
import type { FoundServer, Orphan, Owner } from "../provider.ts";
import type { DigitalOcean } from "./api.ts";
import { markOf, volumeTagOf } from "./names.ts";

const id = z.union([z.string(), z.number()]).transform(String);

const Droplet = z.looseObject({
  id,
  name: z.string(),
  status: z.string(),
  created_at: z.string(),
  size_slug: z.string(),
  region: z.looseObject({ slug: z.string() }),
  networks: z.looseObject({ v6: z.array(z.looseObject({ ip_address: z.string() })).default([]) }),
});

const Address = z.looseObject({ ip: z.string(), droplet: z.looseObject({ id, name: z.string() }).nullable() });

/** Whatever else there is: known by its name, and by the mark in one of these. */
const Listed = z.looseObject({
  id: id.optional(),
  name: z.string(),
  description: z.string().nullish(),
  tag: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
});

type Listed = z.infer<typeof Listed>;

const isMarked = ({ tag, tags, description }: Listed, mark: string): boolean =>
  tags?.includes(mark) === true || tag === mark || description === mark;

/** What is called how in the files, for what there is one of in an environment. */
const single: readonly { readonly path: string; readonly key: string; readonly address: string }[] = [
  { path: "/vpcs", key: "vpcs", address: "digitalocean_vpc.private" },
  { path: "/firewalls", key: "firewalls", address: "digitalocean_firewall.public" },
  { path: "/load_balancers", key: "load_balancers", address: "digitalocean_loadbalancer.public" },
];

export async function findDroplets(api: DigitalOcean, owner: Owner): Promise<readonly z.infer<typeof Droplet>[]> {
  const droplets = await api.list("/droplets", "droplets", { tag_name: markOf(owner) });
  return droplets.map((raw) => Droplet.parse(raw));
}

/** Addresses by the droplet that they lead to. One that leads nowhere has nothing that says whose it is. */
export async function findAddresses(api: DigitalOcean): Promise<ReadonlyMap<string, string>> {
  const addresses = (await api.list("/reserved_ips", "reserved_ips")).map((raw) => Address.parse(raw));
  return new Map(addresses.flatMap(({ ip, droplet }) => (droplet === null ? [] : [[droplet.id, ip] as const])));
}

/**
 * Everything at DigitalOcean that carries the mark of this environment, by its address in the files. Attachments of volumes
 * are not among them: they cannot be imported, and making one that is there already does nothing.
 */
export async function findOwned(api: DigitalOcean, owner: Owner): Promise<readonly Orphan[]> {
  const mark = markOf(owner);
  const name = `${owner.app}-${owner.environment}`;
  const list = async (path: string, key = path.slice(1)): Promise<readonly Listed[]> =>
    (await api.list(path, key)).map((raw) => Listed.parse(raw));

  const singles = await Promise.all(
    single.map(async ({ path, key, address }) =>
      (await list(path, key))
        .filter((thing) => thing.name === name && isMarked(thing, mark))
        .map((thing): Orphan => ({ address, id: thing.id ?? "" })),
    ),
  );
  const tags = new Set((await list("/tags")).map((tag) => tag.name));
  const keys = (await list("/account/keys", "ssh_keys")).filter((key) => key.name.startsWith(`${name} `));
  const volumes = (await list("/volumes")).filter((volume) => isMarked(volume, mark) && volume.name.endsWith("-data"));
  const droplets = await findDroplets(api, owner);
  const addresses = await findAddresses(api);
  return [
    ...singles.flat(),
    ...(tags.has(mark) ? [{ address: "digitalocean_tag.app", id: mark }] : []),
    ...keys.map((key) => addressOf("digitalocean_ssh_key.team", key.name.slice(name.length + 1), key.id ?? "")),
    ...volumes.flatMap((volume) => {
      const server = volume.name.slice(0, -"-data".length);
      const tag = volumeTagOf(volume.id ?? "");
      return [
        addressOf("digitalocean_volume.data", server, volume.id ?? ""),
        ...(tags.has(tag) ? [addressOf("digitalocean_tag.volume", server, tag)] : []),
      ];
    }),
    ...droplets.flatMap((droplet) => {
      const ip = addresses.get(droplet.id);
      return [
        addressOf("digitalocean_droplet.app", droplet.name, droplet.id),
        ...(ip === undefined
          ? []
          : [
              addressOf("digitalocean_reserved_ip.ipv4", droplet.name, ip),
              addressOf("digitalocean_reserved_ip_assignment.ipv4", droplet.name, `${ip},${droplet.id}`),
            ]),
      ];
    }),
  ];
}

export async function findServers(api: DigitalOcean, owner: Owner): Promise<readonly FoundServer[]> {
  const addresses = await findAddresses(api);
  return (await findDroplets(api, owner)).map((droplet) => ({
    id: droplet.id,
    name: droplet.name,
    status: droplet.status === "active" ? "running" : droplet.status,
    type: droplet.size_slug,
    location: droplet.region.slug,
    ipv4: addresses.get(droplet.id) ?? null,
    created: droplet.created_at,
  }));
}
