import type { Machine } from "./measure.ts";
import type { Micros } from "./money.ts";
import type { Need } from "./need.ts";
import { notPriced, offersFor } from "./offer.ts";
import { sizeNeeded, sizeOf } from "./right-size.ts";
import type { Rented } from "./rented.ts";
import type { Currency, PriceList, Provider } from "./schema.ts";
import type { Known, Use } from "./use/model.ts";

/** What the use of a server says about its size. */
export interface Suggestion {
  readonly verdict: "too small" | "right" | "larger than needed";
  readonly needed: Pick<Need, "cpu" | "memory" | "disk">;
  /** The cheapest that would do, at the same provider; null where the provider or its prices are not known. */
  readonly size: string | null;
  readonly currency: Currency | null;
  /** What the server alone would cost less in a month; null where that is not known. Never below 0. */
  readonly saving: Micros | null;
  readonly reason: string | null;
}

/** What the firmware of a machine calls itself -> provider. Others (`QEMU`) say nothing. */
const vendors: readonly (readonly [RegExp, string])[] = [
  [/^hetzner/i, "hetzner"],
  [/^digitalocean/i, "digitalocean"],
  [/^amazon/i, "aws"],
  [/^google/i, "gcp"],
  [/^alibaba/i, "alibaba"],
  [/^scaleway/i, "scaleway"],
];

export function suggest(about: {
  readonly prices: PriceList;
  readonly need: Need;
  readonly machine: Machine;
  readonly rented: Known<Rented>;
  readonly use: Use;
}): Suggestion {
  const { prices, need, machine, rented, use } = about;
  const has = sizeOf(machine);
  const needed = sizeNeeded(use, machine);
  const tooSmall = needed.cpu > has.cpu || needed.memory > has.memory || needed.disk > has.disk;
  const none = { needed, size: null, currency: null, saving: null };
  const name = rented.known ? rented.value.provider : vendors.find(([says]) => says.test(machine.vendor ?? ""))?.[1];
  const provider = name === undefined ? undefined : prices.providers[name];
  const smaller = needed.cpu < has.cpu || needed.memory < has.memory;
  const verdict = tooSmall ? "too small" : smaller ? "larger than needed" : "right";
  if (provider === undefined)
    return { ...none, verdict, reason: "its provider is not known: neither a token nor the firmware says it" };
  const elsewhere = rented.known ? notPriced(provider, rented.value.location) : undefined;
  if (elsewhere !== undefined) return { ...none, verdict, reason: elsewhere };
  // Only the server: what else is rented stays the same.
  const alone = { traffic: 0, ipv4: 0, backup: false, count: 1 };
  const would = cheapest(provider, { ...alone, ...needed }, machine.architecture);
  const now =
    rented.known && rented.value.currency === provider.currency
      ? { amount: rented.value.month }
      : cheapest(provider, { ...need, ...alone, ...has }, machine.architecture);
  if (would === undefined || now === undefined)
    return { ...none, verdict, reason: `the prices of ${provider.title} do not say it` };
  const saving = now.amount - would.amount;
  if (verdict === "larger than needed" && saving <= 0) {
    const reason = `${provider.title} has nothing smaller that costs less`;
    return { verdict: "right", needed, size: would.size, currency: provider.currency, saving: 0, reason };
  }
  return {
    verdict,
    needed,
    size: would.size,
    currency: provider.currency,
    saving: verdict === "larger than needed" ? saving : null,
    reason: null,
  };
}

function cheapest(
  provider: Provider,
  need: Need,
  architecture: Machine["architecture"],
): { readonly size: string; readonly amount: Micros } | undefined {
  const known = offersFor(provider, need, architecture).filter(({ total }) => total !== null);
  const offer = known.find(({ size }) => size.scarce === undefined) ?? known[0];
  return offer && { size: offer.size.name, amount: offer.atLeast };
}
