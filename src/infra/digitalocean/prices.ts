import { times } from "../prices.ts";
import type { Money, PriceList, Thing } from "../prices.ts";
import type { DigitalOcean } from "./api.ts";
import { readSizes } from "./offers.ts";
import type { Size } from "./offers.ts";

/**
 * What the API has no price of, in USD per month, as of November 2026:
 * https://docs.digitalocean.com/products/{volumes,networking/load-balancers,backups,networking/reserved-ips}/details/pricing
 */
const fixed = {
  volumePerGb: 0.1,
  /** Of one node; a type has several. */
  loadBalancer: 12,
  nodes: { "lb-small": 1, "lb-medium": 3, "lb-large": 6 } as Readonly<Record<string, number>>,
  /** Weekly ones: a part of the droplet's price. */
  backups: 0.2,
} as const;

/** What costs nothing by itself; an address costs something only as long as it leads nowhere. */
const free = new Set([
  "digitalocean_firewall",
  "digitalocean_project",
  "digitalocean_record",
  "digitalocean_reserved_ip",
  "digitalocean_reserved_ip_assignment",
  "digitalocean_ssh_key",
  "digitalocean_tag",
  "digitalocean_volume_attachment",
  "digitalocean_vpc",
]);

/** Prices are the same everywhere and without taxes, of which the API says nothing. */
export async function readPrices(api: DigitalOcean): Promise<PriceList> {
  const sizes = await readSizes(api);
  return { currency: "USD", vat: null, monthly: (thing) => monthly(sizes, thing) };
}

const net = (amount: number): Money => ({ net: amount, gross: null });

function monthly(sizes: readonly Size[], { type, values }: Thing): Money | undefined {
  if (free.has(type)) return net(0);
  const { size } = values;
  switch (type) {
    case "digitalocean_droplet": {
      const price = sizes.find(({ slug }) => slug === size)?.price_monthly;
      return price === undefined ? undefined : times(net(price), values["backups"] === true ? 1 + fixed.backups : 1);
    }
    case "digitalocean_volume":
      return typeof size === "number" ? net(size * fixed.volumePerGb) : undefined;
    case "digitalocean_loadbalancer": {
      const nodes = typeof size === "string" ? fixed.nodes[size] : undefined;
      return nodes === undefined ? undefined : net(nodes * fixed.loadBalancer);
    }
    default:
      return undefined;
  }
}
