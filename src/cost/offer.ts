import { asDecimal, micros, percentOf, product } from "./money.ts";
import type { Micros } from "./money.ts";
import type { Architecture, Need } from "./need.ts";
import type { Currency, Figure, Provider, Size, Source } from "./schema.ts";

const hoursOfAMonth = "730";

/** One line of a bill, for all servers of the need together. `amount` is null where no figure is known for it. */
export interface Part {
  readonly part: "server" | "storage" | "ipv4" | "traffic" | "backup";
  readonly amount: Micros | null;
  /** Why it is not known. */
  readonly reason: string | null;
  /** Where its figures come from; empty where nothing is charged because nothing is needed. */
  readonly sources: readonly Source[];
}

/** What one size of one provider would cost for a need, in a month. */
export interface Offer {
  readonly size: Size;
  readonly currency: Currency;
  readonly parts: readonly Part[];
  /** The sum of what is known. */
  readonly atLeast: Micros;
  /** The same where all parts are known, else null. */
  readonly total: Micros | null;
  /** The oldest day of a figure in it. */
  readonly asOf: string;
}

/**
 * Prices one size. Pure: the same list and need give the same offer.
 * Undefined where the size is too small in processors or memory; a disk that is too small is made up by a volume.
 */
export function offerOf(provider: Provider, size: Size, need: Need): Offer | undefined {
  if (size.cpus < need.cpu || size.memory < need.memory) return undefined;
  const bill = billFor(provider, need);
  const server = monthOf(size);
  const parts = [
    bill.part("server", server, [size.from]),
    bill.storage(size),
    bill.ipv4(),
    bill.traffic(size),
    bill.backup(server, size),
  ];
  const atLeast = parts.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  const dates = parts.flatMap(({ sources }) => sources.map(({ date }) => date)).toSorted();
  return {
    size,
    currency: provider.currency,
    parts,
    atLeast,
    total: parts.every(({ amount }) => amount !== null) ? atLeast : null,
    asOf: dates[0] ?? "",
  };
}

/** Why nothing of the list holds in a location; undefined where it does. */
export function notPriced({ locations, region }: Provider, location: string): string | undefined {
  if (locations?.includes(location) !== false) return undefined;
  return `the price list has no prices of ${location}, only those of ${region}`;
}

function monthOf({ month, hour }: Pick<Size, "month" | "hour">): Micros {
  return month === undefined ? product(hour ?? "0", hoursOfAMonth) : micros(month);
}

function billFor(provider: Provider, need: Need) {
  const { count } = need;
  const part = (name: Part["part"], each: Micros, from: readonly string[], times = count): Part => ({
    part: name,
    amount: each * times,
    reason: null,
    sources: from.flatMap((one) => provider.sources[one] ?? []),
  });
  const nothing = (name: Part["part"]): Part => part(name, 0, []);
  const unknown = (name: Part["part"], reason: string): Part => ({ part: name, amount: null, reason, sources: [] });
  /** An amount of something at a price for each. */
  const priced = (name: Part["part"], amount: number, figure: Figure, times = count): Part => {
    if (amount <= 0) return nothing(name);
    if ("unknown" in figure) return unknown(name, figure.unknown);
    return part(name, product(figure.value, asDecimal(amount)), [figure.from], times);
  };
  return {
    part,
    storage: (size: Size) => priced("storage", need.disk - size.disk, provider.storagePerGb),
    ipv4: () => priced("ipv4", need.ipv4, provider.ipv4),
    traffic(size: Size): Part {
      const { traffic } = need;
      if (traffic === 0) return nothing("traffic");
      const { includedTraffic, trafficPerGb } = provider;
      // Free from the first GB on needs neither a quota nor an amount.
      const free = "value" in trafficPerGb && micros(trafficPerGb.value) === 0;
      if (free) return priced("traffic", 1, trafficPerGb);
      if (typeof traffic !== "number") return unknown("traffic", traffic.unknown);
      if (size.traffic === undefined && "unknown" in includedTraffic)
        return unknown("traffic", includedTraffic.unknown);
      const once = size.traffic === undefined && "per" in includedTraffic && includedTraffic.per === "account";
      const [amount, times] = once ? [traffic * count, 1] : [traffic, count];
      const quota = size.traffic ?? ("value" in includedTraffic ? Number(includedTraffic.value) : 0);
      const from = size.traffic === undefined && "value" in includedTraffic ? includedTraffic.from : size.from;
      if (amount <= quota) return part("traffic", 0, [from]);
      const { upTo } = "upTo" in trafficPerGb ? trafficPerGb : {};
      if (upTo !== undefined && traffic * count > upTo)
        return unknown("traffic", `the price that is known holds for the first ${upTo} GB of an account`);
      const above = priced("traffic", amount - quota, trafficPerGb, times);
      return { ...above, sources: [...part("traffic", 0, [from]).sources, ...above.sources] };
    },
    backup(server: Micros, size: Size): Part {
      if (!need.backup) return nothing("backup");
      const { backupPercent } = provider;
      if ("unknown" in backupPercent) return unknown("backup", backupPercent.unknown);
      return part("backup", percentOf(server, backupPercent.value), [backupPercent.from, size.from]);
    },
  };
}

/** The offers of a provider for a need, the cheapest first; those that are known in full before all others. */
export function offersFor(provider: Provider, need: Need, architecture: Architecture): readonly Offer[] {
  return provider.sizes
    .filter((size) => architecture === "any" || size.architecture === architecture)
    .flatMap((size) => offerOf(provider, size, need) ?? [])
    .toSorted(
      (a, b) =>
        Number(a.total === null) - Number(b.total === null) ||
        a.atLeast - b.atLeast ||
        b.size.memory - a.size.memory ||
        a.size.name.localeCompare(b.size.name),
    );
}
