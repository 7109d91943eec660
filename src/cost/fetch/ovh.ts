import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

const url = "https://api.ovh.com/v1/order/catalog/public/cloud?ovhSubsidiary=DE";

/** `price` is in hundred-millionths of the currency, without the tax that stands beside it. */
const unit = 100_000_000;

const Catalogue = z.object({
  addons: z.array(
    z.object({
      planCode: z.string(),
      product: z.string(),
      pricings: z.array(z.object({ intervalUnit: z.string(), price: z.number(), tax: z.number() })),
      blobs: z
        .object({
          commercial: z.object({ brickSubtype: z.string().nullish() }).nullish(),
          technical: z
            .object({
              cpu: z.object({ cores: z.number() }).nullish(),
              gpu: z.unknown().optional(),
              memory: z.object({ size: z.number() }).nullish(),
              os: z.object({ family: z.string() }).nullish(),
              storage: z
                .object({ disks: z.array(z.object({ capacity: z.number(), number: z.number().nullish() })) })
                .nullish(),
            })
            .nullish(),
        })
        .nullish(),
    }),
  ),
});

export const ovh: Fetcher = {
  tokens: [],
  fetch: async (ask, packaged, date) => readOvh(await ask(url), packaged, date),
};

export function readOvh(document: unknown, packaged: Provider, date: string): Provider {
  const sizes = shaped(Catalogue, document, "catalogue").addons.flatMap(
    ({ planCode, product, pricings, blobs }): Size[] => {
      // Others end in `.monthly.postpaid`, which no longer sells, or in the name of another zone.
      const name = /^([a-z]+\d+-\d+)\.consumption$/.exec(planCode)?.[1];
      const hour = pricings.find(({ intervalUnit }) => intervalUnit === "hour");
      const { cpu, gpu, memory, os, storage } = blobs?.technical ?? {};
      if (name === undefined || product !== "publiccloud-instance" || hour === undefined || gpu != null) return [];
      if (cpu == null || memory == null || (os?.family ?? "linux") !== "linux") return [];
      const disk = storage?.disks.reduce((sum, one) => sum + one.capacity * (one.number ?? 1), 0) ?? 0;
      return [
        {
          name,
          cpus: cpu.cores,
          memory: memory.size,
          disk,
          architecture: "x86",
          cpu: name.startsWith("d") ? "shared" : "dedicated",
          hour: asDecimal(hour.price / unit),
          from: "api",
        },
      ];
    },
  );
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url, date, by: "provider" } },
    vat: { basis: "net", from: "api" },
    sizes: someSizes(sizes, "prices of OVHcloud"),
  };
}
