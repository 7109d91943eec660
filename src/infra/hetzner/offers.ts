import * as z from "zod";
import type { Offer } from "../offers.ts";
import type { Hetzner } from "./api.ts";

const money = z.looseObject({ net: z.string(), gross: z.string() });

const ServerType = z.looseObject({
  name: z.string(),
  cores: z.number(),
  memory: z.number(),
  disk: z.number(),
  cpu_type: z.string(),
  architecture: z.string(),
  prices: z.array(z.looseObject({ location: z.string(), price_monthly: money })),
  locations: z.array(z.looseObject({ name: z.string(), available: z.boolean().optional(), deprecation: z.unknown() })),
});

/** Everything that is offered anywhere, in no order. */
export async function readOffers(hetzner: Hetzner): Promise<readonly Offer[]> {
  return (await hetzner.list("/server_types", "server_types")).flatMap((raw) => {
    const { name, cores, memory, disk, cpu_type, architecture, prices, locations } = ServerType.parse(raw);
    return locations.map((location) => {
      const price = prices.find((one) => one.location === location.name);
      return {
        type: name,
        location: location.name,
        cpu: cores,
        memory,
        disk,
        architecture,
        dedicated: cpu_type === "dedicated",
        // A type on its way out is not proposed to anybody.
        available: location.available === true && (location.deprecation ?? null) === null,
        price: price === undefined ? undefined : Number(price.price_monthly.net),
      };
    });
  });
}
