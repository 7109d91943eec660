import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

const api = "https://api.scaleway.com/product-catalog/v2alpha1/public-catalog/products";
const zone = "fr-par-1";

const Products = z.object({
  products: z.array(
    z.object({
      sku: z.string(),
      product: z.string(),
      status: z.string().optional(),
      locality: z.object({ zone: z.string().optional() }).optional(),
      price: z
        .object({
          retail_price: z
            .object({ currency_code: z.string(), units: z.number().default(0), nanos: z.number().default(0) })
            .optional(),
        })
        .optional(),
      unit_of_measure: z.object({ unit: z.string(), size: z.number() }).optional(),
      properties: z
        .object({
          hardware: z
            .object({
              cpu: z
                .object({
                  arch: z.string(),
                  virtual: z.object({ count: z.number() }).optional(),
                  shared: z.boolean().optional(),
                })
                .optional(),
              gpu: z.unknown().optional(),
              /** Bytes. */
              ram: z.object({ size: z.number() }).optional(),
              storage: z.object({ total: z.number().optional() }).optional(),
            })
            .optional(),
        })
        .optional(),
    }),
  ),
  total_count: z.number().optional(),
});

export const scaleway: Fetcher = {
  tokens: [],
  async fetch(ask, packaged, date) {
    const pages: unknown[] = [];
    let seen = 0;
    for (let page = 1; page <= 50; page += 1) {
      const answer = await ask(`${api}?page_size=1000&page=${page}`);
      const { products, total_count: total = 0 } = shaped(Products, answer, "products");
      pages.push(answer);
      seen += products.length;
      if (products.length === 0 || seen >= total) break;
    }
    return readScaleway(pages, packaged, date);
  },
};

export function readScaleway(pages: readonly unknown[], packaged: Provider, date: string): Provider {
  const gibibyte = 1024 ** 3;
  const sizes = pages
    .flatMap((page) => shaped(Products, page, "products").products)
    .flatMap(({ sku, product: name, status, locality, price, unit_of_measure: unit, properties }): Size[] => {
      const { cpu, gpu, ram, storage } = properties?.hardware ?? {};
      const retail = price?.retail_price;
      if (!sku.startsWith("/compute/") || locality?.zone !== zone || status === "retired") return [];
      if (unit?.unit !== "hour" || unit.size !== 1 || retail?.currency_code !== packaged.currency) return [];
      if (cpu?.virtual === undefined || ram === undefined || gpu !== undefined) return [];
      const hour = retail.units + retail.nanos / 1e9;
      if (hour === 0) return [];
      return [
        {
          name,
          cpus: cpu.virtual.count,
          memory: ram.size / gibibyte,
          disk: Math.floor((storage?.total ?? 0) / gibibyte),
          architecture: cpu.arch.startsWith("arm") ? "arm" : "x86",
          cpu: cpu.shared === false ? "dedicated" : "shared",
          hour: asDecimal(hour),
          from: "api",
        },
      ];
    });
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url: api, date, by: "provider" } },
    sizes: someSizes(sizes, "products of Scaleway"),
  };
}
