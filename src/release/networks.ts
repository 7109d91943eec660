import { replicaAddresses } from "../compose/index.ts";
import { refusedError } from "../core/index.ts";
import { ownerOf, slots, type Slot } from "../proxy/index.ts";
import type { ReleaseRecord } from "./record.ts";
import type { ServerState } from "./state.ts";

/**
 * Every network of every slot has a subnet of its own for ever: a container keeps its address over reboots, and the
 * proxy's configuration stays true. Docker's own numbering is shuffled by each reboot (measured).
 */
export interface Subnets {
  /** First two octets: `10.213`. */
  readonly pool: string;
  /** `shop/production/blue/web` -> third octet. */
  readonly octets: ReadonlyMap<string, number>;
  /** The part of `octets` that the server does not have yet. */
  readonly added: readonly (readonly [number, string])[];
}

/** Ranges to take subnets from; the first that no route of the server overlaps. */
const pools = ["10.213", "10.214", "10.87", "172.29", "192.168"] as const;

export function networkName(app: string, environment: string, slot: Slot | "base", network: string): string {
  return `${ownerOf(app, environment)}-${slot}-${network}`;
}

/** Subnets for both slots and the base of a release, keeping what was given out before. */
export function assignSubnets(record: ReleaseRecord, state: ServerState): Subnets {
  const pool = state.pool ?? pools.find((candidate) => !overlaps(candidate, state.routes));
  if (pool === undefined) {
    throw refusedError("no-subnets", "every private range that containers could use is in the server's routing table", {
      hint: `write the first two octets of a free range to the file pool in Wherry's folder on the server`,
    });
  }
  const wanted = [
    ...slots.flatMap((slot) => record.releaseNetworks.map((network) => subnetKey(record, slot, network))),
    ...record.baseNetworks.map((network) => subnetKey(record, "base", network)),
  ];
  const octets = new Map([...state.octets].map(([octet, owner]) => [owner, octet]));
  const added: (readonly [number, string])[] = [];
  const taken = new Set(state.octets.keys());
  for (const owner of wanted) {
    if (octets.has(owner)) continue;
    let octet = 0;
    while (taken.has(octet)) octet += 1;
    if (octet > 255)
      throw refusedError("no-subnets", "all 256 subnets of this server are given out", {
        hint: "remove an environment that is not used: wherry remove -e NAME",
      });
    taken.add(octet);
    octets.set(owner, octet);
    added.push([octet, owner]);
  }
  return { pool, octets, added };
}

/** The variables that a release's compose file needs in one slot, as an env file. */
export function slotVariables(record: ReleaseRecord, subnets: Subnets, slot: Slot): string {
  const lines = record.releaseNetworks.map(
    (network, index) => `WHERRY_NET_${index}=${prefix(record, subnets, slot, network)}`,
  );
  return [`WHERRY_SLOT=${slot}`, ...lines, ""].join("\n");
}

export function baseVariables(record: ReleaseRecord, subnets: Subnets): string {
  return record.baseNetworks
    .map((network, index) => `WHERRY_BASE_NET_${index}=${prefix(record, subnets, "base", network)}\n`)
    .join("");
}

/** `10.213.4.10:5000` for each replica of a routed service in a slot. */
export function addressesOf(record: ReleaseRecord, subnets: Subnets, slot: Slot, service: string): readonly string[] {
  const found = record.services.find((candidate) => candidate.name === service);
  const networks = found?.placement === "base" ? record.baseNetworks : record.releaseNetworks;
  const place = found?.placement === "base" ? "base" : slot;
  return (replicaAddresses(record).get(service) ?? []).map(
    ({ networkIndex, lastOctet }) =>
      `${prefix(record, subnets, place, networks[networkIndex] ?? "")}.${lastOctet}:${found?.port ?? 80}`,
  );
}

function prefix(record: ReleaseRecord, subnets: Subnets, slot: Slot | "base", network: string): string {
  return `${subnets.pool}.${subnets.octets.get(subnetKey(record, slot, network))}`;
}

function subnetKey(record: ReleaseRecord, slot: Slot | "base", network: string): string {
  return `${record.app}/${record.environment}/${slot}/${network}`;
}

function overlaps(pool: string, routes: ServerState["routes"]): boolean {
  const [first = 0, second = 0] = pool.split(".").map(Number);
  const start = first * 2 ** 24 + second * 2 ** 16;
  return routes.some(([address, mask]) => {
    const size = 2 ** 32 - mask;
    return address < start + 2 ** 16 && start < address + size;
  });
}
