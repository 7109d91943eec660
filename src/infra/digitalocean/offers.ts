import * as z from "zod";
import type { Offer } from "../offers.ts";
import type { DigitalOcean } from "./api.ts";

const Size = z.looseObject({
  slug: z.string(),
  /** MB */
  memory: z.number(),
  vcpus: z.number(),
  disk: z.number(),
  price_monthly: z.number(),
  regions: z.array(z.string()),
  available: z.boolean(),
});

export type Size = z.infer<typeof Size>;

const Region = z.looseObject({ slug: z.string(), available: z.boolean() });

/** Everything with a price, machines with graphics cards left out: nobody gets one of these by asking for memory. */
export async function readSizes(api: DigitalOcean): Promise<readonly Size[]> {
  const sizes = await api.list("/sizes", "sizes");
  return sizes.map((raw) => Size.parse(raw)).filter(({ slug }) => !slug.startsWith("gpu-"));
}

/** Everything that is offered anywhere, in no order. The lists of sizes name the regions that have them now. */
export async function readOffers(api: DigitalOcean): Promise<readonly Offer[]> {
  const regions = (await api.list("/regions", "regions")).map((raw) => Region.parse(raw));
  const open = new Set(regions.filter(({ available }) => available).map(({ slug }) => slug));
  return (await readSizes(api)).flatMap((size) =>
    size.regions.map((location) => ({
      type: size.slug,
      location,
      cpu: size.vcpus,
      memory: size.memory / 1024,
      disk: size.disk,
      // There are no others.
      architecture: "x86",
      // s-: "Basic" and "Premium", whose processors are shared.
      dedicated: !size.slug.startsWith("s-"),
      available: size.available && open.has(location),
      price: size.price_monthly,
    })),
  );
}
