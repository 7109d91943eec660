import { asDecimal, dividedBy, share } from "./money.ts";
import type { Micros } from "./money.ts";
import type { Currency, PriceList, Provider, Rate, Source } from "./schema.ts";

/** With VAT and without it. Null where the provider does not say which of both its prices are, or no rate was given. */
export interface Taxed {
  readonly net: Micros | null;
  readonly gross: Micros | null;
}

/** @param percent rate of VAT, such as 19; undefined where nobody said one */
export function taxed(amount: Micros, vat: Provider["vat"], percent: number | undefined): Taxed {
  if ("unknown" in vat) return { net: null, gross: null };
  const factor = percent === undefined ? undefined : asDecimal(1 + percent / 100);
  if (vat.basis === "net") return { net: amount, gross: factor === undefined ? null : share(amount, factor) };
  return { net: factor === undefined ? null : dividedBy(amount, factor), gross: amount };
}

/** The same amount in another currency; undefined where the list has no rate for it. Rates are units for one euro. */
export function converted(amount: Micros, from: Currency, to: Currency, rates: PriceList["rates"]): Micros | undefined {
  if (from === to) return amount;
  const inEuro = from === "EUR" ? amount : rates[from] && dividedBy(amount, rates[from].value);
  if (inEuro === undefined || to === "EUR") return inEuro;
  return rates[to] && share(inEuro, rates[to].value);
}

/** The rate that this conversion takes; null where it takes none. One is enough: of two currencies one is the euro. */
export function rateBetween(from: Currency, to: Currency, rates: PriceList["rates"]): Rate | null {
  return from === to ? null : (rates[from === "EUR" ? to : from] ?? null);
}

/** Where a sum comes from beside its parts: the rate that it is converted at, and who says whether VAT is in it. */
export function sourcesOfSum(rate: Rate | null, { vat, sources }: Provider): readonly Source[] {
  const basis = "from" in vat ? sources[vat.from] : undefined;
  return [
    ...(rate === null ? [] : [{ url: rate.url, date: rate.date, by: rate.by }]),
    ...(basis === undefined ? [] : [basis]),
  ];
}

/** The oldest of these days; null where there is none. ISO dates order as text. */
export function oldestOf(dates: readonly (string | null | undefined)[]): string | null {
  return dates.flatMap((date) => date ?? []).toSorted()[0] ?? null;
}
