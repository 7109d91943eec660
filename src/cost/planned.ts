import type { InfrastructureSettings } from "../config/index.ts";
import { asDecimal, product } from "./money.ts";
import type { Micros } from "./money.ts";
import type { Architecture, Need } from "./need.ts";
import { notPriced, offerOf } from "./offer.ts";
import type { Offer, Part } from "./offer.ts";
import { withBackups } from "./rented.ts";
import type { Rented } from "./rented.ts";
import type { Currency, Figure, PriceList, Provider, Rate, Source } from "./schema.ts";
import { converted, oldestOf, rateBetween, sourcesOfSum, taxed } from "./tax.ts";

/** What `infrastructure:` of an environment would cost a month, from the price list; no server has to be there. */
export interface Planned {
  readonly environment: string;
  readonly provider: string;
  readonly title: string;
  /** Server type that was priced; null: `reason` says why there is none. */
  readonly size: string | null;
  readonly count: number;
  readonly parts: readonly PlannedPart[];
  readonly currency: Currency;
  readonly atLeast: Micros;
  /** The same where everything is known, else null. */
  readonly total: Micros | null;
  readonly net: Micros | null;
  readonly gross: Micros | null;
  /** The rate that amounts are converted at; null where none is. */
  readonly rate: Rate | null;
  /** Of the conversion and of what is said of VAT; the parts have their own. */
  readonly sources: readonly Source[];
  /** The oldest day of a figure in it; null where there is none. */
  readonly asOf: string | null;
  readonly reason: string | null;
  /** What its servers cost now, without addresses and volumes, in the same currency; null: that is not known. */
  readonly now: Micros | null;
  /** Why it is not. */
  readonly nowReason: string | null;
}

/** One line of the bill, for all servers together, in its currency. */
export interface PlannedPart {
  readonly part: "server" | "ipv4" | "backup" | "volume" | "load balancer";
  /** Null where no figure is known. */
  readonly amount: Micros | null;
  readonly reason: string | null;
  readonly sources: readonly Source[];
}

/** How the sum is shown. */
interface View {
  readonly currency: Currency;
  /** Percent; undefined: no price with VAT is shown. */
  readonly vat: number | undefined;
}

/**
 * Prices a plan. Pure: the same list and settings give the same bill.
 * @param infrastructure as wherry.yaml has it, with its defaults
 */
export function plannedCost(
  environment: string,
  infrastructure: InfrastructureSettings,
  prices: PriceList,
  view: View,
): Omit<Planned, "now" | "nowReason"> | undefined {
  const provider = prices.providers[infrastructure.provider];
  if (provider === undefined) return undefined;
  const { count } = infrastructure;
  const about = { environment, provider: infrastructure.provider, title: provider.title, count };
  const offer = chosen(provider, infrastructure);
  if (typeof offer === "string") {
    return {
      ...about,
      size: null,
      parts: [],
      currency: view.currency,
      atLeast: 0,
      total: null,
      net: null,
      gross: null,
      rate: null,
      sources: [],
      asOf: null,
      reason: offer,
    };
  }
  const parts = [
    ...offer.parts.flatMap((part): readonly PlannedPart[] => (isOfServer(part) ? [part] : [])),
    ...(infrastructure.data === undefined ? [] : [volume(provider, infrastructure.data * count)]),
    ...(infrastructure.loadBalancer === undefined ? [] : [loadBalancer(provider, infrastructure.loadBalancer)]),
  ];
  const known = parts.every(({ amount }) => amount !== null);
  const currency =
    converted(0, provider.currency, view.currency, prices.rates) === undefined ? provider.currency : view.currency;
  const shown = parts.map((part) => ({
    ...part,
    amount: part.amount === null ? null : (converted(part.amount, provider.currency, currency, prices.rates) ?? null),
  }));
  const atLeast = shown.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  const rate = rateBetween(provider.currency, currency, prices.rates);
  const dates = parts.flatMap(({ sources }) => sources.map(({ date }) => date));
  return {
    ...about,
    size: offer.size.name,
    parts: shown,
    currency,
    atLeast,
    total: known ? atLeast : null,
    ...taxed(atLeast, provider.vat, view.vat),
    rate,
    sources: sourcesOfSum(rate, provider),
    asOf: oldestOf([...dates, rate?.date]),
    reason: offer.size.scarce ?? null,
  };
}

type OfServer = Part & { readonly part: "server" | "ipv4" | "backup" };

/** Not storage and traffic: a volume is asked for by itself, and what leaves is not known before it runs. */
function isOfServer(part: Part): part is OfServer {
  return part.part === "server" || part.part === "ipv4" || part.part === "backup";
}

/**
 * The named type; else the cheapest that is enough, and can be ordered as far as the list knows: as wherry infra init takes.
 * A text says why there is none.
 */
function chosen(provider: Provider, { size, count, backups, location }: InfrastructureSettings): Offer | string {
  const elsewhere = notPriced(provider, location);
  if (elsewhere !== undefined) return `${elsewhere}; wherry infra plan asks the provider`;
  const priced = (least: Pick<Need, "cpu" | "memory">, sizes: readonly Provider["sizes"][number][]): readonly Offer[] =>
    sizes.flatMap((one) => {
      const need = { ...least, disk: 0, traffic: 0, ipv4: 1, backup: backups, count };
      return offerOf(provider, one, need) ?? [];
    });
  if (typeof size === "string") {
    const [named] = provider.sizes.filter(({ name }) => name.toLowerCase() === size.toLowerCase());
    const [offer] = named === undefined ? [] : priced({ cpu: named.cpus, memory: named.memory }, [named]);
    return offer ?? `the price list has no ${size.toUpperCase()}`;
  }
  const architecture: Architecture = size.architecture;
  const enough = provider.sizes.filter(
    (one) => one.architecture === architecture && one.disk >= size.disk && (!size.dedicated || one.cpu === "dedicated"),
  );
  const [cheapest] = priced(size, enough).toSorted(
    (a, b) =>
      Number(a.size.scarce !== undefined) - Number(b.size.scarce !== undefined) ||
      a.atLeast - b.atLeast ||
      a.size.name.localeCompare(b.size.name),
  );
  return cheapest ?? "no size of the price list has what infrastructure.needs asks for";
}

function volume(provider: Provider, gigabytes: number): PlannedPart {
  return partOf("volume", provider, provider.storagePerGb, gigabytes);
}

function loadBalancer(provider: Provider, type: string): PlannedPart {
  const missing = { unknown: `the price list has no ${type}` };
  return partOf("load balancer", provider, provider.loadBalancers?.[type] ?? missing, 1);
}

function partOf(part: PlannedPart["part"], provider: Provider, figure: Figure, times: number): PlannedPart {
  if ("unknown" in figure) return { part, amount: null, reason: figure.unknown, sources: [] };
  const sources = [provider.sources[figure.from]].filter((source) => source !== undefined);
  return { part, amount: product(figure.value, asDecimal(times)), reason: null, sources };
}

/**
 * What the servers of an environment cost now, with their backups, and without addresses and volumes, for which nobody was
 * asked. Null where one of them is not known, or none runs.
 */
export function rentedNow(
  prices: PriceList,
  servers: readonly (Rented | undefined)[],
  currency: Currency,
): Micros | null {
  let sum = 0;
  for (const server of servers) {
    const month = server && withBackups(prices, server);
    if (server === undefined || month === undefined) return null;
    const shown = converted(month, server.currency, currency, prices.rates);
    if (shown === undefined) return null;
    sum += shown;
  }
  return servers.length === 0 ? null : sum;
}
