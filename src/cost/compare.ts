import type { Micros } from "./money.ts";
import type { Architecture, Need } from "./need.ts";
import { offersFor } from "./offer.ts";
import type { Offer } from "./offer.ts";
import type { Currency, PriceList, Provider, Rate, Source } from "./schema.ts";
import { converted, oldestOf, rateBetween, sourcesOfSum, taxed } from "./tax.ts";
import type { Taxed } from "./tax.ts";

/** How figures are shown beside each other. */
export interface View {
  readonly architecture: Architecture;
  readonly currency: Currency;
  /** Percent; undefined: nothing is said of prices with VAT. */
  readonly vat: number | undefined;
}

/** One provider's answer to a need. */
export interface Row {
  readonly provider: string;
  readonly title: string;
  readonly region: string;
  /** Null: `reason` says why. */
  readonly offer: Offer | null;
  readonly reason: string | null;
  /** The oldest day of a figure in it, the rate of exchange among them; null where there is none. */
  readonly asOf: string | null;
  /** The provider's own words on the sum: known in full, and comparable. */
  readonly compared: Compared | null;
  /** A cheaper size that may not be there to order. */
  readonly scarce: Offer | null;
}

/** The sum of an offer in the currency that all are compared in; as its parts may not all be known, `atLeast`. */
export interface Compared extends Taxed {
  readonly currency: Currency;
  readonly atLeast: Micros;
  readonly total: Micros | null;
  /** Null: it was in this currency already. */
  readonly rate: Rate | null;
  /** Of the conversion and of what is said of VAT; the parts have their own. */
  readonly sources: readonly Source[];
}

/** All providers of the list, the cheapest first; those that have no answer last, in the order of the list. */
export function compare(prices: PriceList, need: Need, view: View): readonly Row[] {
  return Object.entries(prices.providers)
    .map(([name, provider]) => rowOf(name, provider, prices, need, view))
    .toSorted((a, b) => order(a) - order(b));
}

function order({ compared }: Row): number {
  return compared?.atLeast ?? Number.MAX_SAFE_INTEGER;
}

function rowOf(name: string, provider: Provider, prices: PriceList, need: Need, view: View): Row {
  const about = { provider: name, title: provider.title, region: provider.region };
  const offers = offersFor(provider, need, view.architecture);
  const offer = offers.find(({ size }) => size.scarce === undefined) ?? offers[0];
  if (offer === undefined) {
    const none =
      provider.why ??
      `no ${view.architecture === "any" ? "" : `${view.architecture} `}size of the list is large enough`;
    return { ...about, offer: null, reason: none, asOf: null, compared: null, scarce: null };
  }
  const cheaper = offers.find(({ size, atLeast }) => size.scarce !== undefined && atLeast < offer.atLeast);
  const atLeast = converted(offer.atLeast, offer.currency, view.currency, prices.rates);
  if (atLeast === undefined) {
    const reason = `no rate of exchange from ${offer.currency} to ${view.currency} is known`;
    return { ...about, offer, reason, asOf: offer.asOf, compared: null, scarce: cheaper ?? null };
  }
  const rate = rateBetween(offer.currency, view.currency, prices.rates);
  const compared = {
    currency: view.currency,
    atLeast,
    total: offer.total === null ? null : atLeast,
    ...taxed(atLeast, provider.vat, view.vat),
    rate,
    sources: sourcesOfSum(rate, provider),
  };
  return { ...about, offer, reason: null, asOf: oldestOf([offer.asOf, rate?.date]), compared, scarce: cheaper ?? null };
}

/** Days after which prices are called old. */
const oldAfterDays = 60;

/** A price, and the oldest day of a figure in it; null where it has none. */
interface Dated {
  readonly title: string;
  readonly asOf: string | null;
}

/** Providers whose figures are older than that, each once with its oldest; what is said of them may be wrong. */
export function oldOnes(dated: readonly Dated[], now: Date): readonly { title: string; asOf: string; days: number }[] {
  const oldest = new Map<string, string>();
  for (const { title, asOf } of dated) {
    const before = oldest.get(title);
    if (asOf !== null && asOf !== "" && (before === undefined || asOf < before)) oldest.set(title, asOf);
  }
  return [...oldest].flatMap(([title, asOf]) => {
    const days = Math.floor((now.getTime() - Date.parse(asOf)) / 86_400_000);
    return days > oldAfterDays ? [{ title, asOf, days }] : [];
  });
}
