import { fitting, needsOf } from "./offers.ts";
import type { Offer } from "./offers.ts";
import type { MachineNeeds } from "../config/index.ts";
import type { MachineChange } from "./changes.ts";
import type { Access, WantedMachines } from "./session.ts";

/** Is the server type of new servers to be had, and what is the next best where it is not? Asked of the live list. */
export interface Stock {
  readonly type: string;
  readonly location: string;
  /** Undefined: the list does not know the type there. */
  readonly available: boolean | undefined;
  /** What is enough and can be ordered, best first; empty where it is available. */
  readonly alternatives: readonly Offer[];
}

const shown = 5;

/** Undefined where no server is new. */
export async function readStock(
  { infrastructure, provider }: WantedMachines,
  { cloud }: Access,
  changes: readonly MachineChange[],
): Promise<Stock | undefined> {
  const ordered = changes
    .filter(({ type, action }) => type === provider.resources.server && (action === "create" || action === "replace"))
    .map(({ what }) => /\((\S+) in (\S+)\)$/.exec(what))
    .find((match) => match !== null);
  const [, type, location] = ordered ?? [];
  if (type === undefined || location === undefined) return undefined;
  const offers = await cloud.offers();
  const available = offers.find((offer) => offer.type === type && offer.location === location)?.available;
  if (available === true) return { type, location, available, alternatives: [] };
  const needs = typeof infrastructure.size === "string" ? needsOf(offers, type) : infrastructure.size;
  return { type, location, available, alternatives: best(offers, needs, location) };
}

function best(offers: readonly Offer[], needs: MachineNeeds | undefined, location: string): readonly Offer[] {
  return needs === undefined ? [] : fitting(offers, needs, location).slice(0, shown);
}

/** After the provider has said no, whatever its list says: a hint with what else there is. */
export async function instead(machines: WantedMachines, { cloud }: Access): Promise<string> {
  const offers = await cloud.offers();
  const { size, location } = machines.infrastructure;
  const needs = typeof size === "string" ? needsOf(offers, size) : size;
  const others = best(offers, needs, location).filter((offer) => offer.type !== size || offer.location !== location);
  return hintOf(others, machines.environment);
}

export function hintOf(offers: readonly Offer[], environment: string): string {
  const [first] = offers;
  if (first === undefined) return "nothing that is enough can be ordered now: try again later, or ask for less";
  const list = offers.map(
    ({ type, location, price }) => `${type} in ${location}${price === undefined ? "" : ` (${price.toFixed(2)} net)`}`,
  );
  return `next best now: ${list.join(", ")}. For the first: infrastructure: { size: ${first.type}, location: ${first.location} }, then wherry infra init -e ${environment} and apply again`;
}
