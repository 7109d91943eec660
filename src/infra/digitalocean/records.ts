import * as z from "zod";
import type { InfrastructureSettings } from "../../config/index.ts";
import { addressOf } from "../adopt.ts";
import type { AddressRecord, Dns, Orphan, Owner, TakenName } from "../provider.ts";
import { hostOf, placeHosts } from "../zones.ts";
import type { DigitalOcean } from "./api.ts";
import { findAddresses, findDroplets } from "./owned.ts";

const Domain = z.looseObject({ name: z.string() });

/** One address each: a name with two has two of them. */
const Listed = z.looseObject({ id: z.number(), type: z.string(), data: z.string(), ttl: z.number() });

async function domainsOf(api: DigitalOcean): Promise<readonly z.infer<typeof Domain>[]> {
  return (await api.list("/domains", "domains")).map((raw) => Domain.parse(raw));
}

async function recordsOf(api: DigitalOcean, zone: string, host: string): Promise<readonly z.infer<typeof Listed>[]> {
  return (await api.list(`/domains/${zone}/records`, "domain_records", { name: host })).map((raw) => Listed.parse(raw));
}

export async function findRecords(api: DigitalOcean, hosts: readonly string[]): Promise<readonly AddressRecord[]> {
  const found = await Promise.all(
    placeHosts(hosts, await domainsOf(api)).map(async ({ host, zone: { name: zone }, name }) => {
      const records = await recordsOf(api, zone, host);
      return records.flatMap(({ id, type, data, ttl }): readonly AddressRecord[] =>
        type === "A" || type === "AAAA"
          ? [{ host, zone, name, type, values: [data], ttl, path: `/domains/${zone}/records/${id}` }]
          : [],
      );
    }),
  );
  return found.flat();
}

export async function setRecord(
  api: DigitalOcean,
  { path, type }: AddressRecord,
  values: readonly string[],
): Promise<void> {
  const [data] = values;
  await (data === undefined ? api.send("DELETE", path) : api.send("PUT", path, { type, data }));
}

const Balancer = z.looseObject({ name: z.string(), ip: z.string().optional() });

/** Records that lead to the environment's own addresses: made by an apply that was cut off, or there before. */
export async function ownRecords(
  api: DigitalOcean,
  owner: Owner,
  dns: InfrastructureSettings["dns"],
): Promise<readonly Orphan[]> {
  if (dns === undefined) return [];
  const { zone, names } = dns;
  const [droplets, addresses] = [await findDroplets(api, owner), await findAddresses(api)];
  const balancers = (await api.list("/load_balancers", "load_balancers")).map((raw) => Balancer.parse(raw));
  /** What the files call the record of a name that leads to an address. */
  const keys = new Map<string, string>([
    ...droplets.flatMap(({ id, name, networks }) =>
      [addresses.get(id), networks.v6[0]?.ip_address].flatMap((ip): readonly [string, string][] =>
        ip === undefined ? [] : [[ip, ` ${name}`]],
      ),
    ),
    ...balancers.flatMap(({ name, ip }): readonly [string, string][] =>
      ip === undefined || name !== `${owner.app}-${owner.environment}` ? [] : [[ip, ""]],
    ),
  ]);
  const hosts = names.map((name) => hostOf(name, zone));
  return (await findRecords(api, hosts)).flatMap(({ zone: found, name, type, values: [address = ""], path }) => {
    const key = found === zone ? keys.get(address) : undefined;
    const resource = `digitalocean_record.${type === "A" ? "ipv4" : "ipv6"}`;
    return key === undefined ? [] : [addressOf(resource, `${name}${key}`, `${zone},${path.split("/").at(-1)}`)];
  });
}

export async function takenNames(api: DigitalOcean, owner: Owner, dns: Dns): Promise<readonly TakenName[] | undefined> {
  const { zone, names } = dns;
  if (!(await domainsOf(api)).some(({ name }) => name === zone)) return undefined;
  const own = new Set((await ownRecords(api, owner, dns)).map(({ id }) => id));
  const found = await Promise.all(
    names.map(async (name) => {
      const host = hostOf(name, zone);
      return (await recordsOf(api, zone, host)).flatMap(({ id, type, data }): readonly TakenName[] => {
        if ((type !== "A" && type !== "AAAA" && type !== "CNAME") || own.has(`${zone},${id}`)) return [];
        return [{ host, name, type, values: [data] }];
      });
    }),
  );
  return found.flat();
}
