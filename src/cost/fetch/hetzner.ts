import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { Refused, shaped, someSizes } from "./model.ts";
import type { Asker, Fetcher } from "./model.ts";

export const hetznerApi = "https://api.hetzner.cloud/v1";

const Price = z.object({ net: z.string(), gross: z.string() });
const monthly = z.object({ location: z.string(), price_monthly: Price });

/** https://docs.hetzner.cloud/reference/cloud#pricing */
const Pricing = z.object({
  pricing: z.object({
    currency: z.string(),
    vat_rate: z.string(),
    server_backup: z.object({ percentage: z.string() }),
    volume: z.object({ price_per_gb_month: Price }),
    primary_ips: z.array(z.object({ type: z.string(), prices: z.array(monthly) })),
    load_balancer_types: z.array(z.object({ name: z.string(), prices: z.array(monthly) })),
    server_types: z.array(
      z.object({
        name: z.string(),
        prices: z.array(
          monthly.extend({
            /** Bytes. */
            included_traffic: z.number(),
            price_per_tb_traffic: Price,
          }),
        ),
      }),
    ),
  }),
});

/** https://docs.hetzner.cloud/reference/cloud#server-types */
const ServerTypes = z.object({
  server_types: z.array(
    z.object({
      name: z.string(),
      cores: z.number(),
      memory: z.number(),
      disk: z.number(),
      cpu_type: z.string(),
      architecture: z.string(),
      deprecated: z.boolean().nullish(),
      locations: z
        .array(
          z.object({
            name: z.string(),
            available: z.boolean().optional(),
            deprecation: z.unknown().optional(),
          }),
        )
        .optional(),
    }),
  ),
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
});
type ServerTypes = z.infer<typeof ServerTypes>["server_types"];

export const hetzner: Fetcher = {
  tokens: ["HCLOUD_TOKEN"],
  async fetch(ask, packaged, date) {
    const pricing = await ask(`${hetznerApi}/pricing`);
    return readHetzner(pricing, await allTypes(ask), packaged, date);
  },
};

async function allTypes(ask: Asker): Promise<ServerTypes> {
  const types: ServerTypes[number][] = [];
  let page: number | null = 1;
  while (page !== null) {
    const document: unknown = await ask(`${hetznerApi}/server_types?per_page=50&page=${page}`);
    const { server_types: some, meta } = shaped(ServerTypes, document, "server types");
    types.push(...some);
    page = meta.pagination.next_page;
  }
  return types;
}

/** @param types all pages of `/server_types` */
export function readHetzner(pricing: unknown, types: ServerTypes, packaged: Provider, date: string): Provider {
  const { pricing: list } = shaped(Pricing, pricing, "prices");
  if (list.currency !== packaged.currency)
    throw new Refused(`Hetzner bills this project in ${list.currency}, and the price list is in ${packaged.currency}`);
  // What they cost in the first of them; all of these places cost the same.
  const { locations = [] } = packaged;
  const here = <T extends { readonly location: string }>(prices: readonly T[]): T | undefined =>
    locations.flatMap((name) => prices.find(({ location }) => location === name) ?? [])[0];
  const sizes = list.server_types.flatMap(({ name, prices }): Size[] => {
    const price = here(prices);
    const type = types.find((one) => one.name === name);
    const places = type?.locations?.filter((place) => locations.includes(place.name));
    const ending =
      type?.deprecated === true ||
      ((places?.length ?? 0) > 0 && places?.every(({ deprecation }) => deprecation != null));
    if (price === undefined || type === undefined || ending === true) return [];
    const scarce = places !== undefined && places.length > 0 && places.every(({ available }) => available === false);
    return [
      {
        name: name.toUpperCase(),
        cpus: type.cores,
        memory: type.memory,
        disk: type.disk,
        architecture: type.architecture === "arm" ? "arm" : "x86",
        cpu: type.cpu_type === "dedicated" ? "dedicated" : "shared",
        month: plain(price.price_monthly.net),
        from: "api",
        traffic: Math.round(price.included_traffic / 1000 ** 3),
        ...(scarce ? { scarce: `not available in ${locations.join(", ")} on ${date}` } : {}),
      },
    ];
  });
  const traffic = list.server_types.flatMap(({ prices }) => here(prices)?.price_per_tb_traffic ?? [])[0];
  const ipv4 = here(list.primary_ips.find(({ type }) => type === "ipv4")?.prices ?? []);
  return {
    ...packaged,
    sources: { api: { url: `${hetznerApi}/pricing`, date, by: "provider" } },
    vat: { basis: "net", from: "api" },
    sizes: someSizes(sizes, "prices of Hetzner"),
    ipv4:
      ipv4 === undefined
        ? { unknown: "the API names no price" }
        : { value: plain(ipv4.price_monthly.net), from: "api" },
    includedTraffic: { unknown: "it depends on the size" },
    trafficPerGb:
      traffic === undefined
        ? { unknown: "the API names no price" }
        : { value: asDecimal(Number(traffic.net) / 1000), from: "api" },
    backupPercent: { value: plain(list.server_backup.percentage), from: "api" },
    storagePerGb: { value: plain(list.volume.price_per_gb_month.net), from: "api" },
    loadBalancers: Object.fromEntries(
      list.load_balancer_types.flatMap(({ name, prices }) => {
        const price = here(prices);
        return price === undefined ? [] : [[name, { value: plain(price.price_monthly.net), from: "api" }]];
      }),
    ),
  };
}

/** `5.4900000000000000` -> `5.49`; the API writes more digits than a price has. */
function plain(text: string): string {
  return asDecimal(Number(text));
}
