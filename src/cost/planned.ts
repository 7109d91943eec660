import type { InfrastructureSettings } from "../config/index.ts";
import { asDecimal, product, share } from "./money.ts";
import type { Micros } from "./money.ts";
import type { Architecture, Need } from "./need.ts";
import { offerOf } from "./offer.ts";
import type { Offer, Part } from "./offer.ts";
import type { Rented } from "./rented.ts";
import type { Currency, Figure, PriceList, Provider, Source } from "./schema.ts";
import { converted, taxed } from "./tax.ts";

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
  readonly reason: string | null;
  /** What its servers cost now, without addresses and volumes, in the same currency; null: that is not known. */
  readonly now: Micros | null;
}

/** One line of the bill, for all servers together. */
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
): Omit<Planned, "now"> | undefined {
  const provider = prices.providers[infrastructure.provider];
  if (provider === undefined) return undefined;
  const { count } = infrastructure;
  const about = { environment, provider: infrastructure.provider, title: provider.title, count };
  const offer = chosen(provider, infrastructure);
  if (offer === undefined) {
    const { size } = infrastructure;
    const reason =
      typeof size === "string"
        ? `the price list has no ${size.toUpperCase()}`
        : "no size of the price list has what infrastructure.needs asks for";
    return {
      ...about,
      size: null,
      parts: [],
      currency: view.currency,
      atLeast: 0,
      total: null,
      net: null,
      gross: null,
      reason,
    };
  }
  const parts = [
    ...offer.parts.flatMap((part): readonly PlannedPart[] => (isOfServer(part) ? [part] : [])),
    ...(infrastructure.data === undefined ? [] : [volume(provider, infrastructure.data * count)]),
    ...(infrastructure.loadBalancer === undefined ? [] : [loadBalancer(infrastructure.loadBalancer)]),
  ];
  const sum = parts.reduce((all, { amount }) => all + (amount ?? 0), 0);
  const known = parts.every(({ amount }) => amount !== null);
  const atLeast = converted(sum, provider.currency, view.currency, prices.rates);
  const currency = atLeast === undefined ? provider.currency : view.currency;
  const shown = atLeast ?? sum;
  return {
    ...about,
    size: offer.size.name,
    parts,
    currency,
    atLeast: shown,
    total: known ? shown : null,
    ...taxed(shown, provider.vat, view.vat),
    reason: offer.size.scarce ?? null,
  };
}

type OfServer = Part & { readonly part: "server" | "ipv4" | "backup" };

/** Not storage and traffic: a volume is asked for by itself, and what leaves is not known before it runs. */
function isOfServer(part: Part): part is OfServer {
  return part.part === "server" || part.part === "ipv4" || part.part === "backup";
}

/** The named type; else the cheapest that is enough, and can be ordered as far as the list knows: as wherry infra init takes. */
function chosen(provider: Provider, { size, count, backups }: InfrastructureSettings): Offer | undefined {
  const priced = (least: Pick<Need, "cpu" | "memory">, sizes: readonly Provider["sizes"][number][]): readonly Offer[] =>
    sizes.flatMap((one) => {
      const need = { ...least, disk: 0, traffic: 0, ipv4: 1, backup: backups, count };
      return offerOf(provider, one, need) ?? [];
    });
  if (typeof size === "string") {
    const [named] = provider.sizes.filter(({ name }) => name.toLowerCase() === size.toLowerCase());
    return named === undefined ? undefined : priced({ cpu: named.cpus, memory: named.memory }, [named])[0];
  }
  const architecture: Architecture = size.architecture;
  const enough = provider.sizes.filter(
    (one) => one.architecture === architecture && one.disk >= size.disk && (!size.dedicated || one.cpu === "dedicated"),
  );
  return priced(size, enough).toSorted(
    (a, b) =>
      Number(a.size.scarce !== undefined) - Number(b.size.scarce !== undefined) ||
      a.atLeast - b.atLeast ||
      a.size.name.localeCompare(b.size.name),
  )[0];
}

function volume(provider: Provider, gigabytes: number): PlannedPart {
  const figure: Figure = provider.storagePerGb;
  if ("unknown" in figure) return { part: "volume", amount: null, reason: figure.unknown, sources: [] };
  const sources = [provider.sources[figure.from]].filter((source) => source !== undefined);
  return { part: "volume", amount: product(figure.value, asDecimal(gigabytes)), reason: null, sources };
}

function loadBalancer(type: string): PlannedPart {
  const reason = `the price list has no load balancers; wherry infra plan asks the provider what ${type} costs`;
  return { part: "load balancer", amount: null, reason, sources: [] };
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
    if (server === undefined) return null;
    const percent = prices.providers[server.provider]?.backupPercent ?? { unknown: "" };
    if (server.backups && "unknown" in percent) return null;
    const backups =
      server.backups && "value" in percent ? share(server.month, asDecimal(Number(percent.value) / 100)) : 0;
    const shown = converted(server.month + backups, server.currency, currency, prices.rates);
    if (shown === undefined) return null;
    sum += shown;
  }
  return servers.length === 0 ? null : sum;
}
