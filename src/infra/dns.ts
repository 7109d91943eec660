import { ipVersion, withinRanges } from "../system/index.ts";
import type { AddressRecord } from "./provider.ts";

/** How a record changes when what it leads to moves. */
export interface RecordChange {
  readonly record: AddressRecord;
  /** Empty: it is removed. */
  readonly values: readonly string[];
}

/** Where something is reached. Undefined: by no such address. */
export interface Reached {
  readonly A: string | undefined;
  readonly AAAA: string | undefined;
}

/**
 * The records that lead to one of `from`, with the new address in place of it. Other addresses of the same name stay. What
 * leads to an IPv6 address of which there is no new one goes, where visitors find the host by IPv4.
 * @param floating says of an address that it leads to the new server already
 */
export function changesOfRecords(
  records: readonly AddressRecord[],
  from: readonly string[],
  to: Reached,
  floating: (address: string) => boolean = () => false,
): readonly RecordChange[] {
  const old = withinRanges(from);
  const leaves = (address: string): boolean => old(address) && !floating(address);
  return records.flatMap((record) => {
    if (!record.values.some(leaves)) return [];
    const instead = to[record.type];
    const stays = record.values.flatMap((value) => (leaves(value) ? (instead ?? []) : value));
    const values = [...new Set(stays)];
    const found = to.A !== undefined && records.some(({ host, type }) => host === record.host && type === "A");
    if (values.length === 0 && !(record.type === "AAAA" && found)) return [];
    return values.join() === record.values.join() ? [] : [{ record, values }];
  });
}

/** Of records, one that leads there already. */
export function leadsTo(to: Reached): (record: AddressRecord) => boolean {
  const arrives = withinRanges([to.A, to.AAAA].filter((address) => address !== undefined));
  return ({ values }) => values.some(arrives);
}

/** A record that people have to change. */
export interface LeftRecord {
  readonly host: string;
  /** Null: none of the host was seen, and there may be both. */
  readonly type: "A" | "AAAA" | null;
  /** Null: no such address is known. */
  readonly address: string | null;
}

interface Way {
  readonly changed: readonly AddressRecord[];
  readonly to: Reached;
  /** Where people say that the hosts have to lead: it may be a name. */
  readonly said: string | undefined;
  /** Says of an address that it leads there without being the server's own. */
  readonly floating?: (address: string) => boolean;
}

/** What is left of these hosts' records when some were changed: those that lead neither there nor were changed. */
export function leftRecords(
  hosts: readonly string[],
  records: readonly AddressRecord[],
  { changed, to, said, floating = () => false }: Way,
): readonly LeftRecord[] {
  const there = leadsTo(to);
  const arrives = (record: AddressRecord): boolean => there(record) || record.values.some(floating);
  const of = (host: string, type: "A" | "AAAA"): readonly AddressRecord[] =>
    records.filter((record) => record.host === host && record.type === type);
  return hosts.flatMap((host): readonly LeftRecord[] => {
    if (!records.some((record) => record.host === host)) {
      // People say that visitors come by it, and it leads there.
      return said !== undefined && floating(said) ? [] : [{ host, type: null, address: said ?? null }];
    }
    const left = (["A", "AAAA"] as const).filter((type) => {
      const own = of(host, type);
      return own.length > 0 && !own.some((record) => arrives(record) || changed.includes(record));
    });
    return left.map((type) => ({ host, type, address: to[type] ?? null }));
  });
}

// RFC 1918, 6598, 3927; 4193 for IPv6.
const isPrivate = withinRanges([
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
]);

/**
 * Where visitors reach a server.
 * @param said addresses that people or wherry.yaml give, the first one first; a name among them counts for nothing
 * @param told addresses that the server gives itself
 */
export function reachedAt(said: readonly string[], told: readonly string[]): Reached {
  const known = [...said, ...told.filter((address) => !isPrivate(address))];
  return { A: known.find((one) => ipVersion(one) === 4), AAAA: known.find((one) => ipVersion(one) === 6) };
}
