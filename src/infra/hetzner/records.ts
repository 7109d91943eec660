import * as z from "zod";
import type { InfrastructureSettings } from "../../config/index.ts";
import { withinRanges } from "../../system/index.ts";
import { addressOf } from "../adopt.ts";
import type { AddressRecord, Dns, Orphan, Owner, TakenName } from "../provider.ts";
import { hostOf, placeHosts } from "../zones.ts";
import type { Hetzner } from "./api.ts";
import { selector } from "./owned.ts";

const Zone = z.looseObject({ id: z.number(), name: z.string(), ttl: z.number() });

const Value = z.looseObject({ value: z.string(), comment: z.string().nullish() });

const RecordSet = z.looseObject({
  type: z.string(),
  ttl: z.number().nullable(),
  records: z.array(Value),
});

type Zone = z.infer<typeof Zone>;

async function zonesOf(hetzner: Hetzner): Promise<readonly Zone[]> {
  return (await hetzner.list("/zones", "zones")).map((raw) => Zone.parse(raw));
}

async function setsOf(hetzner: Hetzner, { id }: Zone, name: string): Promise<readonly z.infer<typeof RecordSet>[]> {
  return (await hetzner.list(`/zones/${id}/rrsets`, "rrsets", { name })).map((raw) => RecordSet.parse(raw));
}

export async function findRecords(hetzner: Hetzner, hosts: readonly string[]): Promise<readonly AddressRecord[]> {
  const found = await Promise.all(
    placeHosts(hosts, await zonesOf(hetzner)).map(async ({ host, zone, name }) => {
      const sets = await setsOf(hetzner, zone, name);
      return sets.flatMap(({ type, ttl, records }): readonly AddressRecord[] => {
        if (type !== "A" && type !== "AAAA") return [];
        const path = `/zones/${zone.id}/rrsets/${encodeURIComponent(name)}/${type}`;
        const values = records.map(({ value }) => value);
        return [{ host, zone: zone.name, name, type, values, ttl: ttl ?? zone.ttl, path }];
      });
    }),
  );
  return found.flat();
}

export async function setRecord(hetzner: Hetzner, { path }: AddressRecord, values: readonly string[]): Promise<void> {
  if (values.length === 0) {
    await hetzner.send("DELETE", path);
    return;
  }
  const { rrset } = z.looseObject({ rrset: RecordSet }).parse(await hetzner.get(path));
  const records = values.map((value) => rrset.records.find((one) => one.value === value) ?? { value });
  await hetzner.send("POST", `${path}/actions/set_records`, { records });
}

const Address = z.looseObject({ ip: z.string() });

const Balancer = z.looseObject({
  public_net: z.looseObject({ ipv4: Address, ipv6: Address }),
});

/** Records that lead to the environment's own addresses: made by an apply that was cut off, or there before. */
export async function ownRecords(
  hetzner: Hetzner,
  owner: Owner,
  dns: InfrastructureSettings["dns"],
): Promise<readonly Orphan[]> {
  if (dns === undefined) return [];
  const addresses = (await hetzner.list("/primary_ips", "primary_ips", selector(owner))).map(
    (raw) => Address.parse(raw).ip,
  );
  const balancers = (await hetzner.list("/load_balancers", "load_balancers", selector(owner))).flatMap((raw) => {
    const { ipv4, ipv6 } = Balancer.parse(raw).public_net;
    return [ipv4.ip, ipv6.ip];
  });
  // Of IPv6 it is a whole network that belongs to a server.
  const own = withinRanges([...addresses, ...balancers].map((ip) => (ip.endsWith("::") ? `${ip}/64` : ip)));
  const hosts = dns.names.map((name) => hostOf(name, dns.zone));
  return (await findRecords(hetzner, hosts))
    .filter(({ zone, values }) => zone === dns.zone && values.length > 0 && values.every(own))
    .map(({ zone, name, type }) => {
      const resource = `hcloud_zone_rrset.${type === "A" ? "ipv4" : "ipv6"}`;
      return addressOf(resource, name, `${zone}/${name}/${type}`);
    });
}

export async function takenNames(hetzner: Hetzner, owner: Owner, dns: Dns): Promise<readonly TakenName[] | undefined> {
  const zone = (await zonesOf(hetzner)).find(({ name }) => name === dns.zone);
  if (zone === undefined) return undefined;
  const own = new Set((await ownRecords(hetzner, owner, dns)).map(({ id }) => id));
  const found = await Promise.all(
    dns.names.map(async (name) =>
      (await setsOf(hetzner, zone, name)).flatMap(({ type, records }): readonly TakenName[] => {
        if ((type !== "A" && type !== "AAAA" && type !== "CNAME") || own.has(`${zone.name}/${name}/${type}`)) return [];
        return [{ host: hostOf(name, zone.name), name, type, values: records.map(({ value }) => value) }];
      }),
    ),
  );
  return found.flat();
}
