import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

const api = "https://api.digitalocean.com/v2";

/** https://docs.digitalocean.com/reference/api/reference/sizes/ */
const Sizes = z.object({
  sizes: z.array(
    z.object({
      slug: z.string(),
      /** MB. */
      memory: z.number(),
      vcpus: z.number(),
      /** GB. */
      disk: z.number(),
      /** TB. */
      transfer: z.number(),
      price_monthly: z.number(),
      available: z.boolean(),
      description: z.string().optional(),
    }),
  ),
  links: z.object({ pages: z.object({ next: z.string().optional() }).optional() }).optional(),
});

export const digitalocean: Fetcher = {
  tokens: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
  async fetch(ask, packaged, date) {
    const pages: unknown[] = [];
    for (let page = 1; page <= 20; page += 1) {
      const answer = await ask(`${api}/sizes?per_page=200&page=${page}`);
      pages.push(answer);
      if (shaped(Sizes, answer, "sizes").links?.pages?.next === undefined) break;
    }
    return readDigitalOcean(pages, packaged, date);
  },
};

export function readDigitalOcean(pages: readonly unknown[], packaged: Provider, date: string): Provider {
  const all = pages.flatMap((page) => shaped(Sizes, page, "sizes").sizes);
  const sizes = all
    .filter(({ slug, available }) => available && !slug.startsWith("gpu-"))
    .map(({ slug, memory, vcpus, disk, transfer, price_monthly: month }): Size => ({
      name: slug,
      cpus: vcpus,
      memory: memory / 1024,
      disk,
      architecture: "x86",
      cpu: slug.startsWith("s-") ? "shared" : "dedicated",
      month: asDecimal(month),
      from: "api",
      traffic: Math.round(transfer * 1000),
    }));
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url: `${api}/sizes`, date, by: "provider" } },
    sizes: someSizes(sizes, "sizes of DigitalOcean"),
    includedTraffic: { unknown: "it depends on the size" },
  };
}
