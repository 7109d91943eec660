import { join } from "node:path";
import type { MachineNeeds } from "../config/index.ts";
import { invalidError, nearest, refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { fitting, satisfies } from "./offers.ts";
import type { Offer } from "./offers.ts";
import { valuesName, writtenType } from "./render/settings.ts";
import type { WrittenType } from "./render/settings.ts";
import { readAccess } from "./session.ts";
import type { Access, WantedMachines } from "./session.ts";

/** The type and location of servers where `needs` leaves the choice. */
export interface Choice extends WrittenType {
  /** What the user should know of it. */
  readonly notes: readonly string[];
}

/**
 * What the files have already stays as long as it is enough: there may be servers of it, and another type cuts their power,
 * another location makes them anew. What is cheap or sold out today decides only where nothing was chosen before.
 * @throws WherryError `nothing-fits`
 */
export async function choose(ctx: Context, wanted: WantedMachines, needs: MachineNeeds): Promise<Choice> {
  const { location } = wanted.infrastructure;
  const access = await readAccess(ctx, wanted);
  const offers = await access.cloud.offers();
  await refuseUnknown(ctx, wanted, access, offers);
  const written = await typeInFiles(ctx, wanted);
  const choice = chooseAmong(offers, needs, location, written);
  if (choice !== undefined) return choice;
  throw refusedError("nothing-fits", "no server type that can be ordered now has what infrastructure.needs asks for", {
    at: wanted.at.infrastructure,
    hint: "ask for less, or for another architecture",
  });
}

/**
 * A type or a location that the provider has not is a slip of the pen: no day will come when it can be ordered. What the files
 * have already is another matter, as there may be servers of a type that nobody can order any more.
 * @throws WherryError `unknown-location`, `unknown-size`, `unknown-load-balancer`
 */
export async function refuseUnknown(
  ctx: Context,
  wanted: WantedMachines,
  { cloud }: Access,
  offers: readonly Offer[],
): Promise<void> {
  const { infrastructure, provider, at } = wanted;
  const { size, location, loadBalancer } = infrastructure;
  const written = await typeInFiles(ctx, wanted);
  const refuse = (
    key: "size" | "location" | "load_balancer",
    word: string,
    value: string,
    known: Iterable<string>,
  ): void => {
    const names = [...new Set(known)].toSorted();
    if (names.length === 0 || names.includes(value)) return;
    const near = nearest(value, names);
    throw invalidError(
      `unknown-${key.replace("_", "-")}`,
      `infrastructure.${key}: ${provider.title} has no ${word} ${value}`,
      {
        at: at.setting(key),
        hint: `${near === undefined ? "" : `did you mean ${near}? `}Known are ${names.join(", ")}`,
      },
    );
  };
  if (location !== written?.location)
    refuse(
      "location",
      "location",
      location,
      offers.map((offer) => offer.location),
    );
  if (typeof size === "string" && size !== written?.type)
    refuse(
      "size",
      "server type",
      size,
      offers.map((offer) => offer.type),
    );
  if (loadBalancer !== undefined && !(await balancerInFiles(ctx, wanted, loadBalancer)))
    refuse("load_balancer", "load balancer", loadBalancer, (await cloud.balancerTypes?.()) ?? []);
}

/** There may be one of it already. */
async function balancerInFiles(ctx: Context, { folder }: WantedMachines, type: string): Promise<boolean> {
  const text = (await ctx.files.readText(join(folder, "network.tf"))) ?? "";
  return new RegExp(String.raw`^\s*load_balancer_type\s*=\s*"${type}"`, "m").test(text);
}

/** What the files of an environment have, also where `needs` would come to another type today. */
export async function typeInFiles(
  ctx: Context,
  { folder }: { readonly folder: string },
): Promise<WrittenType | undefined> {
  return writtenType((await ctx.files.readText(join(folder, valuesName))) ?? "");
}

/**
 * @param written what the files have; undefined: there are none yet
 * @returns undefined where nothing is enough
 */
export function chooseAmong(
  offers: readonly Offer[],
  needs: MachineNeeds,
  location: string,
  written: WrittenType | undefined,
): Choice | undefined {
  const [best] = fitting(offers, needs, location);
  const kept = written === undefined ? undefined : offerOf(offers, written);
  // It stands elsewhere since nothing could be ordered where it should: that is so until something can be.
  const isInPlace = kept?.location === location || best?.location !== location;
  if (kept !== undefined && isInPlace && satisfies(kept, needs)) {
    const isBest = best === undefined || nameOf(best) === nameOf(kept);
    const today = isBest ? [] : [`${nameOf(kept)} stays as the files have it; chosen today: ${nameOf(best)}`];
    return { ...placeOf(kept), notes: [...today, ...elsewhere(kept, location)] };
  }
  if (best === undefined) return undefined;
  const left =
    written === undefined
      ? []
      : [
          `the files have ${nameOf(written)}, which is not what is asked for or not offered any more: ${nameOf(best)} was taken. infrastructure: { size: ${written.type}, location: ${written.location} } leaves it as it is`,
        ];
  return { ...placeOf(best), notes: [...left, ...elsewhere(best, location)] };
}

/** Some lists leave out the places where a type is sold out. What it has is the same everywhere. */
function offerOf(offers: readonly Offer[], { type, location }: WrittenType): Offer | undefined {
  const known = offers.filter((offer) => offer.type === type);
  const [any] = known;
  const here = known.find((offer) => offer.location === location);
  return here ?? (any === undefined ? undefined : { ...any, location, available: false, price: undefined });
}

const placeOf = ({ type, location }: WrittenType): WrittenType => ({ type, location });

const nameOf = ({ type, location }: WrittenType): string => `${type} in ${location}`;

function elsewhere(offer: Offer, location: string): readonly string[] {
  if (offer.location === location) return [];
  return [
    `nothing that fits can be ordered in ${location} now: ${offer.location} was taken. location: ${offer.location} lets it stay there`,
  ];
}
