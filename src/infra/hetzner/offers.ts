import * as z from "zod";
import type { MachineNeeds } from "../../config/index.ts";
import type { Hetzner } from "./api.ts";

/** A server type at one location, as it is offered now. */
export interface Offer {
  readonly type: string;
  readonly location: string;
  readonly cpu: number;
  /** GB */
  readonly memory: number;
  readonly disk: number;
  readonly architecture: string;
  readonly dedicated: boolean;
  /** The provider says that it can be ordered now. No promise: placement may still fail. */
  readonly available: boolean;
  /** Per month, net; undefined: the list has none. */
  readonly price: number | undefined;
}

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

/** What can be ordered and is enough: at the wanted location first, then by price. Without a price: last. */
export function fitting(offers: readonly Offer[], needs: MachineNeeds, location: string): readonly Offer[] {
  return offers
    .filter(
      (offer) =>
        offer.available &&
        offer.cpu >= needs.cpu &&
        offer.memory >= needs.memory &&
        offer.disk >= needs.disk &&
        offer.architecture === needs.architecture &&
        (offer.dedicated || !needs.dedicated),
    )
    .toSorted(
      (a, b) =>
        Number(b.location === location) - Number(a.location === location) ||
        (a.price ?? Infinity) - (b.price ?? Infinity) ||
        `${a.type} ${a.location}`.localeCompare(`${b.type} ${b.location}`),
    );
}

/** What is at least as much as a type that cannot be had; undefined where the type is not known at all. */
export function needsOf(offers: readonly Offer[], type: string): MachineNeeds | undefined {
  const known = offers.find((offer) => offer.type === type);
  if (known === undefined) return undefined;
  const { cpu, memory, disk, dedicated } = known;
  return { cpu, memory, disk, dedicated, architecture: known.architecture === "arm" ? "arm" : "x86" };
}
