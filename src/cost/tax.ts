import { asDecimal, dividedBy, share } from "./money.ts";
import type { Micros } from "./money.ts";
import type { Currency, PriceList, Provider } from "./schema.ts";

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
