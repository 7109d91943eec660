import * as z from "zod";
import { times } from "../prices.ts";
import type { Money, PriceList, Thing } from "../prices.ts";
import type { Hetzner } from "./api.ts";

const price = z
  .looseObject({ net: z.string(), gross: z.string() })
  .transform(({ net, gross }): Money => ({ net: Number(net), gross: Number(gross) }));
const places = z.array(z.looseObject({ location: z.string(), price_monthly: price }));

const Pricing = z.looseObject({
  pricing: z.looseObject({
    currency: z.string(),
    vat_rate: z.string().transform(Number),
    server_types: z.array(z.looseObject({ name: z.string(), prices: places })),
    load_balancer_types: z.array(z.looseObject({ name: z.string(), prices: places })),
    primary_ips: z.array(z.looseObject({ type: z.string(), prices: places })),
    server_backup: z.looseObject({ percentage: z.string().transform(Number) }),
    volume: z.looseObject({ price_per_gb_month: price }),
  }),
});

type Pricing = z.infer<typeof Pricing>["pricing"];

/** The list of today for this project. */
export async function readPrices(hetzner: Hetzner): Promise<PriceList> {
  const { pricing } = Pricing.parse(await hetzner.get("/pricing"));
  return { currency: pricing.currency, vat: pricing.vat_rate, monthly: (thing) => monthly(pricing, thing) };
}

/** What costs nothing by itself. */
const free = new Set([
  "hcloud_firewall",
  "hcloud_load_balancer_network",
  "hcloud_load_balancer_service",
  "hcloud_load_balancer_target",
  "hcloud_network",
  "hcloud_network_subnet",
  "hcloud_placement_group",
  "hcloud_rdns",
  "hcloud_server_network",
  "hcloud_ssh_key",
  "hcloud_volume_attachment",
  "hcloud_zone",
  "hcloud_zone_rrset",
]);

function monthly(list: Pricing, { type, values }: Thing): Money | undefined {
  if (free.has(type)) return { net: 0, gross: 0 };
  const { location } = values;
  const at = (entry: { readonly prices: z.infer<typeof places> } | undefined): Money | undefined =>
    entry?.prices.find((one) => one.location === location)?.price_monthly;
  switch (type) {
    case "hcloud_server": {
      const server = at(list.server_types.find(({ name }) => name === values["server_type"]));
      const share = values["backups"] === true ? list.server_backup.percentage / 100 : 0;
      return server === undefined ? undefined : times(server, 1 + share);
    }
    case "hcloud_volume":
      return typeof values["size"] === "number" ? times(list.volume.price_per_gb_month, values["size"]) : undefined;
    case "hcloud_primary_ip":
      return at(list.primary_ips.find((one) => one.type === values["type"]));
    case "hcloud_load_balancer":
      return at(list.load_balancer_types.find(({ name }) => name === values["load_balancer_type"]));
    default:
      return undefined;
  }
}
