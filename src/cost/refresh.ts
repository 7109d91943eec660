import { Secret, usageError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply, compare } from "../writer/index.ts";
import { aws } from "./fetch/aws.ts";
import { azure } from "./fetch/azure.ts";
import { digitalocean } from "./fetch/digitalocean.ts";
import { fetchRates } from "./fetch/ecb.ts";
import { hetzner } from "./fetch/hetzner.ts";
import { asker, Refused } from "./fetch/model.ts";
import type { Fetcher } from "./fetch/model.ts";
import { oracle } from "./fetch/oracle.ts";
import { ovh } from "./fetch/ovh.ts";
import { scaleway } from "./fetch/scaleway.ts";
import { fetchedPrices, packagedPrices, ratesWith, refreshedFile } from "./prices.ts";
import { priceList } from "./schema.ts";
import type { PriceList } from "./schema.ts";

/** Providers that can be asked; the others are in the list with why not. */
const fetchers: Readonly<Record<string, Fetcher>> = { hetzner, digitalocean, aws, azure, oracle, ovh, scaleway };

const notAsked: Readonly<Record<string, string>> = {
  gcp: "its price API answers only with a key of an account, which Wherry does not ask for",
  alibaba: "its price API answers only with a key of an account, which Wherry does not ask for",
  ibm: "its catalogue has no prices of servers that Wherry can read",
};

export interface Refreshed {
  /** Relative to the folder of the app; null where nothing was fetched. */
  readonly file: string | null;
  readonly providers: readonly {
    readonly provider: string;
    readonly outcome: "fetched" | "not fetched";
    readonly sizes: number | null;
    readonly reason: string | null;
  }[];
}

/**
 * Asks the providers for their own prices, and writes what they say over what was known. One that does not answer keeps the
 * prices that it had.
 * @param wanted names of providers; all where it is empty
 * @throws WherryError `unknown-provider`
 */
export async function refreshPrices(
  ctx: Context,
  directory: string,
  wanted: readonly string[],
  report: Report,
): Promise<Refreshed> {
  const packaged = packagedPrices();
  const names = Object.keys(packaged.providers);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError("unknown-provider", `there is no provider ${unknown}; there are ${names.join(", ")}`);
  const date = ctx.clock.now().toISOString().slice(0, 10);
  const earlier = await fetchedPrices(ctx, directory);
  const fetched: PriceList = { version: 1, rates: {}, providers: {} };
  const rows: Refreshed["providers"][number][] = [];
  for (const provider of wanted.length === 0 ? names : wanted) {
    report({ type: "line", text: `asking ${provider}` });
    try {
      const one = await fetchOne(ctx, provider, packaged, date);
      fetched.providers[provider] = one;
      rows.push({
        provider,
        outcome: "fetched",
        sizes: one.sizes.filter(({ from }) => from === "api").length,
        reason: null,
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      rows.push({ provider, outcome: "not fetched", sizes: null, reason: error.message });
    }
  }
  try {
    Object.assign(fetched.rates, await fetchRates(asker(ctx, undefined)));
    rows.push({ provider: "rate of exchange", outcome: "fetched", sizes: null, reason: null });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    rows.push({ provider: "rate of exchange", outcome: "not fetched", sizes: null, reason: error.message });
  }
  if (rows.every(({ outcome }) => outcome === "not fetched")) return { file: null, providers: rows };
  const all = priceList.parse({
    version: 1,
    rates: ratesWith(earlier.rates, fetched.rates),
    providers: { ...earlier.providers, ...fetched.providers },
  });
  const content = `${JSON.stringify(all, null, 2)}\n`;
  // It was read before, so it is ours: the new one takes its place.
  await apply(ctx, directory, await compare(ctx, directory, [{ path: refreshedFile, content, from: "current" }]));
  return { file: refreshedFile, providers: rows };
}

/** Begins with the packaged prices, never with those of the file: what they got wrong would stay for ever. */
async function fetchOne(ctx: Context, name: string, packaged: PriceList, date: string) {
  const fetcher = Object.hasOwn(fetchers, name) ? fetchers[name] : undefined;
  const provider = packaged.providers[name];
  if (fetcher === undefined || provider === undefined) throw new Refused(notAsked[name] ?? "it cannot be asked");
  const token = fetcher.tokens.map((variable) => ctx.env[variable]?.trim()).find((value) => value);
  if (fetcher.tokens.length > 0 && token === undefined)
    throw new Refused(`there is no token: set ${fetcher.tokens[0]} to one that may read`);
  if (token !== undefined) ctx.mask.add(new Secret(token));
  return fetcher.fetch(asker(ctx, token), provider, date);
}
