import { times } from "../prices.ts";
import type { Money, PriceList, Thing } from "../prices.ts";
import type { DigitalOcean } from "./api.ts";
import { readSizes } from "./offers.ts";
import type { Size } from "./offers.ts";

/**
 * What the API has no price of, in public lists: of a GB of volume per month in USD, and weekly backups as a part of the
 * droplet's price (https://docs.digitalocean.com/products/backups/details/pricing). A load balancer's price per node has
 * changed too often to be known here.
 */
const listed = { volumePerGb: 0.1, backups: 0.2 } as const;

/** What costs nothing by itself; an address costs something only as long as it leads nowhere. */
const free = new Set([
  "digitalocean_firewall",
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
      return price === undefined ? undefined : times(net(price), values["backups"] === true ? 1 + listed.backups : 1);
    }
    case "digitalocean_volume":
      return typeof size === "number" ? net(size * listed.volumePerGb) : undefined;
    default:
      return undefined;
  }
}
