import { parse } from "yaml";
import { invalidError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import packaged from "./providers.yaml?raw";
import { priceList } from "./schema.ts";
import type { PriceList, Provider } from "./schema.ts";

/** Where `wherry cost refresh` writes, relative to the folder of wherry.yaml. */
export const refreshedFile = ".wherry/prices.json";

let known: PriceList | undefined;

/** The prices that this version of Wherry came with. */
export function packagedPrices(): PriceList {
  known ??= priceList.parse(parse(packaged, { merge: true }));
  return known;
}

/** The packaged prices with those that were fetched over them: of each provider the newer ones. */
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

export function overlaid(base: PriceList, over: PriceList): PriceList {
  const providers = { ...base.providers };
  for (const [name, fetched] of Object.entries(over.providers)) {
    const packagedOne = base.providers[name];
    if (packagedOne === undefined || newest(fetched) >= newest(packagedOne)) providers[name] = fetched;
  }
  const rates = { ...base.rates };
  for (const currency of Object.keys(over.rates) as (keyof typeof over.rates)[]) {
    const [mine, theirs] = [rates[currency], over.rates[currency]];
    if (theirs !== undefined && (mine === undefined || theirs.date >= mine.date)) rates[currency] = theirs;
  }
  return { version: 1, rates, providers };
}

/** Date of the latest source that a size of it comes from; ISO dates order as text. */
function newest({ sizes, sources }: Provider): string {
  return sizes.reduce((latest, { from }) => {
    const date = sources[from]?.date ?? "";
    return date > latest ? date : latest;
  }, "");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
