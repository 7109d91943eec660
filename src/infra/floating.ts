import { ipVersion, withinRanges } from "../system/index.ts";
import type { CloudServer, Floating, FloatingAddress } from "./provider.ts";

/** Two servers by the addresses that are known of them, and what is known of the first one besides. */
export interface Ends {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Addresses that the hosts lead to, or that people say visitors come by. */
  readonly leading: readonly string[];
  /** Addresses that an earlier move has brought to the first server for these hosts. */
  readonly brought: readonly string[];
  /** Who else is served there: `shop/uat`. What leads there leads to these, too. */
  readonly others: readonly string[];
  /** Of the others, those that will follow: they share what they have, and the last one takes it along. */
  readonly following: readonly string[];
}

/** A floating address by which visitors come, and what a move means for it. */
export type Choice =
  | {
      readonly fate: "moves";
      readonly address: FloatingAddress;
      readonly from: CloudServer | undefined;
      readonly to: CloudServer;
      readonly used: readonly string[];
    }
  /** It leads to the second server already. */
  | {
      readonly fate: "arrived";
      readonly address: FloatingAddress;
      readonly to: CloudServer;
      readonly used: readonly string[];
    }
  /** It goes on leading to the first one, for those that follow. */
  | { readonly fate: "waits"; readonly address: FloatingAddress }
  /** It cannot move, or must not. Without a reason: nobody would expect it to. */
  | { readonly fate: "stays"; readonly address: FloatingAddress; readonly why: string | undefined };

/** What becomes of the addresses by which visitors come to the first server; others are nobody's affair. */
export function chooseAddresses({ addresses, servers, onePerServer }: Floating, ends: Ends): readonly Choice[] {
  const [from, to] = [ends.from, ends.to].map((known) => serverOf(servers, addresses, known));
  return addresses.flatMap((address): readonly Choice[] => {
    const within = withinRanges([address.range]);
    const used = [...new Set([...ends.brought, ...ends.leading].filter(within))];
    if (used.length === 0) return [];
    if (to !== undefined && address.server === to.id) return [{ fate: "arrived", address, to, used }];
    // One that leads nowhere: the server that had it is gone.
    if (address.server !== undefined && address.server !== from?.id) return [];
    // The files would lead it back; an apply of the new machine has given that one an address of its own.
    if (address.ofMachine && !ends.brought.some(within)) return [{ fate: "stays", address, why: undefined }];
    if (to === undefined) return [{ fate: "stays", address, why: "the new server is not one of this account" }];
    if (to.zone !== address.zone) {
      return [{ fate: "stays", address, why: `it is of ${address.zone}, and ${to.name} is in ${to.zone}` }];
    }
    const taken = onePerServer ? addresses.find(({ server }) => server === to.id) : undefined;
    if (taken !== undefined) {
      return [{ fate: "stays", address, why: `${to.name} has ${taken.range}, and can have only one` }];
    }
    const left = ends.others.filter((one) => !ends.following.includes(one));
    if (left.length > 0) return [{ fate: "stays", address, why: `it leads to ${left.join(", ")}, too` }];
    if (ends.others.length > 0) return [{ fate: "waits", address }];
    return [{ fate: "moves", address, from, to, used }];
  });
}

/** By an address of its own; one that floats may be on the interfaces of several servers, and leads to one of them. */
function serverOf(
  servers: Floating["servers"],
  addresses: Floating["addresses"],
  known: readonly string[],
): CloudServer | undefined {
  const own = servers.find((server) => known.some(withinRanges(server.addresses)));
  if (own !== undefined) return own;
  const led = addresses.find(({ range }) => known.some(withinRanges([range])));
  return servers.find(({ id }) => id === led?.server);
}

/** Says of an address whether it is one of these, or in one of these networks. */
export function among(choices: readonly { readonly address: FloatingAddress }[]): (address: string) => boolean {
  return withinRanges(choices.map(({ address }) => address.range));
}

/** Addresses among what people write, which may be names. */
export function onlyAddresses(said: readonly (string | undefined)[]): readonly string[] {
  return said.filter((one) => one !== undefined).filter((one) => ipVersion(one) !== undefined);
}
