import { parse } from "yaml";
import { invalidError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import packaged from "./providers.yaml?raw";
import { priceList } from "./schema.ts";
import type { PriceList, Provider, Size } from "./schema.ts";

/** Where `wherry cost refresh` writes, relative to the folder of wherry.yaml. */
export const refreshedFile = ".wherry/prices.json";

let known: PriceList | undefined;

/** The prices that this version of Wherry came with. */
export function packagedPrices(): PriceList {
  known ??= priceList.parse(parse(packaged, { merge: true }));
  return known;
}

/** The packaged prices with what was fetched since laid over them. */
export async function loadPrices(ctx: Context, directory: string): Promise<PriceList> {
  return overlaid(packagedPrices(), await fetchedPrices(ctx, directory));
}

/**
 * What was fetched before; nothing where nothing was.
 * @throws WherryError `not-prices` where the file is none: silence would bring old prices back
 */
export async function fetchedPrices(ctx: Context, directory: string): Promise<PriceList> {
  const text = await ctx.files.readText(`${directory}/${refreshedFile}`);
  if (text === undefined) return { version: 1, rates: {}, providers: {} };
  const read = priceList.safeParse(json(text));
  if (read.success) return read.data;
  throw invalidError("not-prices", `${refreshedFile} holds no prices that this version can read`, {
    hint: `remove it, and fetch them again: wherry cost refresh`,
  });
}

/** What fetchers call their source; no figure of the packaged list comes from one of this name. */
const api = "api";

/** These are asked for sizes that the list has: what they do not answer for is no size that is gone. */
const askedByName: readonly string[] = ["azure", "oracle"];

/**
 * Lays over a list what providers said themselves, unless the list knows something newer. All else stays as the list has it:
 * a file that an earlier version wrote holds copies of what that version knew.
 */
export function overlaid(base: PriceList, over: PriceList): PriceList {
  const providers = Object.fromEntries(
    Object.entries(base.providers).map(([name, mine]) => {
      const theirs = over.providers[name];
      return [name, theirs === undefined ? mine : providerWith(mine, theirs, askedByName.includes(name))];
    }),
  );
  return { version: 1, rates: ratesWith(base.rates, over.rates), providers };
}

/** Of each rate the newer one. */
export function ratesWith(base: PriceList["rates"], over: PriceList["rates"]): PriceList["rates"] {
  const rates = { ...base };
  for (const currency of Object.keys(over) as (keyof typeof over)[]) {
    const [mine, theirs] = [rates[currency], over[currency]];
    if (theirs !== undefined && (mine === undefined || theirs.date >= mine.date)) rates[currency] = theirs;
  }
  return rates;
}

function providerWith(mine: Provider, theirs: Provider, byName: boolean): Provider {
  const source = theirs.sources[api];
  if (source === undefined || theirs.currency !== mine.currency) return mine;
  // ISO dates order as text.
  const asNew = (from: string): boolean => (mine.sources[from]?.date ?? "") <= source.date;
  const newer = <T extends { readonly from: string } | { readonly unknown: string }>(here: T, fetched: T): T =>
    "from" in fetched && fetched.from === api && (!("from" in here) || asNew(here.from)) ? fetched : here;
  const fetched = theirs.sizes.filter(({ from }) => from === api);
  const priced = (size: Size): Size => {
    const one = fetched.find(({ name }) => name === size.name);
    return one !== undefined && asNew(size.from) ? { ...size, month: one.month, hour: one.hour, from: api } : size;
  };
  const whole = fetched.length > 0 && mine.sizes.every(({ from }) => asNew(from)) ? fetched : mine.sizes;
  const loadBalancers = Object.entries(theirs.loadBalancers ?? {}).flatMap(([type, figure]) =>
    "from" in figure && figure.from === api
      ? [[type, newer(mine.loadBalancers?.[type] ?? figure, figure)] as const]
      : [],
  );
  return {
    ...mine,
    sources: { ...mine.sources, [api]: source },
    vat: newer(mine.vat, theirs.vat),
    sizes: byName ? mine.sizes.map(priced) : whole,
    ipv4: newer(mine.ipv4, theirs.ipv4),
    includedTraffic: newer(mine.includedTraffic, theirs.includedTraffic),
    trafficPerGb: newer(mine.trafficPerGb, theirs.trafficPerGb),
    backupPercent: newer(mine.backupPercent, theirs.backupPercent),
    storagePerGb: newer(mine.storagePerGb, theirs.storagePerGb),
    loadBalancers: { ...mine.loadBalancers, ...Object.fromEntries(loadBalancers) },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
