import type { MachineNeeds } from "../config/index.ts";

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

/** Is a type enough, whether it can be ordered now or not? */
export function satisfies(offer: Offer, needs: MachineNeeds): boolean {
  return (
    offer.cpu >= needs.cpu &&
    offer.memory >= needs.memory &&
    offer.disk >= needs.disk &&
    offer.architecture === needs.architecture &&
    (offer.dedicated || !needs.dedicated)
  );
}

/** What can be ordered and is enough: at the wanted location first, then by price. Without a price: last. */
export function fitting(offers: readonly Offer[], needs: MachineNeeds, location: string): readonly Offer[] {
  return offers
    .filter((offer) => offer.available && satisfies(offer, needs))
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
