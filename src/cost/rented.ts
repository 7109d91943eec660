import * as z from "zod";
import { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { asker, Refused, shaped } from "./fetch/model.ts";
import type { Asker } from "./fetch/model.ts";
import { hetznerApi } from "./fetch/hetzner.ts";
import { asDecimal, micros, percentOf } from "./money.ts";
import type { Micros } from "./money.ts";
import { currencies } from "./schema.ts";
import type { Currency, PriceList } from "./schema.ts";
import type { Known } from "./use/model.ts";

/** A server as its provider knows it, with the price that it asks for such a one today. */
export interface Rented {
  readonly provider: "hetzner" | "digitalocean";
  readonly type: string;
  readonly location: string;
  readonly currency: Currency;
  /** Of the server alone, for a month, without VAT where the provider says which. */
  readonly month: Micros;
  readonly backups: boolean;
}

/** Its price with that of its backups, where they are on; undefined where no source says what those cost. */
export function withBackups(prices: PriceList, { provider, month, backups }: Rented): Micros | undefined {
  if (!backups) return month;
  const percent = prices.providers[provider]?.backupPercent;
  return percent !== undefined && "value" in percent ? month + percentOf(month, percent.value) : undefined;
}

const HetznerServers = z.object({
  servers: z.array(
    z.object({
      public_net: z.object({ ipv4: z.object({ ip: z.string() }).nullable() }),
      backup_window: z.string().nullable(),
      location: z.object({ name: z.string() }).optional(),
      datacenter: z.object({ location: z.object({ name: z.string() }) }).optional(),
      server_type: z.object({
        name: z.string(),
        prices: z.array(z.object({ location: z.string(), price_monthly: z.object({ net: z.string() }) })),
      }),
    }),
  ),
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
});

const HetznerPricing = z.object({ pricing: z.object({ currency: z.string() }) });

const Droplets = z.object({
  droplets: z.array(
    z.object({
      size_slug: z.string(),
      size: z.object({ price_monthly: z.number() }),
      region: z.object({ slug: z.string() }),
      features: z.array(z.string()),
      networks: z.object({ v4: z.array(z.object({ ip_address: z.string() })) }),
    }),
  ),
  links: z.object({ pages: z.object({ next: z.string().optional() }).optional() }).optional(),
});

/** Asks the providers that there is a token for whether one of these addresses is a server of theirs. */
export async function findRented(ctx: Context, addresses: readonly string[]): Promise<Known<Rented>> {
  const askers = [
    { token: tokenOf(ctx, ["HCLOUD_TOKEN"]), find: findAtHetzner, title: "Hetzner" },
    {
      token: tokenOf(ctx, ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"]),
      find: findAtDigitalOcean,
      title: "DigitalOcean",
    },
  ].filter(({ token }) => token !== undefined);
  const reasons: string[] = [];
  for (const { token, find, title } of askers) {
    try {
      const rented = await find(asker(ctx, token), addresses);
      if (rented !== undefined) return { known: true, value: rented };
      reasons.push(`the token's project at ${title} has no server with one of its addresses`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reasons.push(error.message);
    }
  }
  return {
    known: false,
    reason:
      reasons.length === 0
        ? "no token of a provider is in the environment: HCLOUD_TOKEN or DIGITALOCEAN_TOKEN"
        : reasons.join("; "),
  };
}

async function findAtHetzner(ask: Asker, addresses: readonly string[]): Promise<Rented | undefined> {
  let page: number | null = 1;
  while (page !== null) {
    const document: unknown = await ask(`${hetznerApi}/servers?per_page=50&page=${page}`);
    const { servers, meta } = shaped(HetznerServers, document, "servers");
    const server = servers.find(({ public_net: { ipv4 } }) => ipv4 !== null && addresses.includes(ipv4.ip));
    if (server !== undefined) {
      const location = server.location?.name ?? server.datacenter?.location.name ?? "";
      const price = server.server_type.prices.find((one) => one.location === location);
      if (price === undefined) throw new Refused(`Hetzner has no price of ${server.server_type.name} in ${location}`);
      return {
        provider: "hetzner",
        type: server.server_type.name.toUpperCase(),
        location,
        currency: await currencyAtHetzner(ask),
        month: micros(asDecimal(Number(price.price_monthly.net))),
        backups: server.backup_window !== null,
      };
    }
    page = meta.pagination.next_page;
  }
  return undefined;
}

/** A server's prices come without one: it is that of the project. */
async function currencyAtHetzner(ask: Asker): Promise<Currency> {
  const { pricing } = shaped(HetznerPricing, await ask(`${hetznerApi}/pricing`), "prices");
  const currency = currencies.find((one) => one === pricing.currency);
  if (currency === undefined)
    throw new Refused(`Hetzner bills this project in ${pricing.currency}, for which there is no rate`);
  return currency;
}

async function findAtDigitalOcean(ask: Asker, addresses: readonly string[]): Promise<Rented | undefined> {
  for (let page = 1; page <= 50; page += 1) {
    const document = await ask(`https://api.digitalocean.com/v2/droplets?per_page=200&page=${page}`);
    const { droplets, links } = shaped(Droplets, document, "droplets");
    const droplet = droplets.find(({ networks }) => networks.v4.some((one) => addresses.includes(one.ip_address)));
    if (droplet !== undefined) {
      return {
        provider: "digitalocean",
        type: droplet.size_slug,
        location: droplet.region.slug,
        currency: "USD",
        month: micros(asDecimal(droplet.size.price_monthly)),
        backups: droplet.features.includes("backups"),
      };
    }
    if (links?.pages?.next === undefined) break;
  }
  return undefined;
}

function tokenOf(ctx: Context, names: readonly string[]): string | undefined {
  const token = names.map((name) => ctx.env[name]?.trim()).find((value) => value);
  if (token !== undefined) ctx.mask.add(new Secret(token));
  return token;
}
