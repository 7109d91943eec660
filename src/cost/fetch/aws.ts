import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

/**
 * The list that AWS's own price page reads: one region, Linux, on demand, about a megabyte. The documented bulk list
 * (pricing.us-east-1.amazonaws.com) says the same in a file of hundreds of megabytes for each region.
 */
const region = "EU (Frankfurt)";
const url =
  "https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/ec2/USD/current/ec2-ondemand-without-sec-sel/EU%20(Frankfurt)/Linux/index.json";

const Prices = z.object({
  regions: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        price: z.string(),
        "Instance Type": z.string(),
        vCPU: z.string(),
        Memory: z.string(),
      }),
    ),
  ),
});

/** Families that a small app would be put on: burstable, and one of each kind beside it. All others are variations. */
const families: Readonly<Record<string, Pick<Size, "architecture" | "cpu">>> = {
  t3: { architecture: "x86", cpu: "burst" },
  t3a: { architecture: "x86", cpu: "burst" },
  t4g: { architecture: "arm", cpu: "burst" },
  c6a: { architecture: "x86", cpu: "dedicated" },
  c6g: { architecture: "arm", cpu: "dedicated" },
  m6a: { architecture: "x86", cpu: "dedicated" },
  m6g: { architecture: "arm", cpu: "dedicated" },
};

export const aws: Fetcher = {
  tokens: [],
  fetch: async (ask, packaged, date) => readAws(await ask(url), packaged, date),
};

export function readAws(document: unknown, packaged: Provider, date: string): Provider {
  const list = shaped(Prices, document, "prices").regions[region] ?? {};
  const sizes = Object.values(list).flatMap(({ price, "Instance Type": name, vCPU: cpus, Memory: memory }): Size[] => {
    const [family = "", kind = ""] = name.split(".");
    const looks = families[family];
    const gigabytes = Number(/^([\d.,]+) GiB$/.exec(memory)?.[1]?.replaceAll(",", ""));
    if (looks === undefined || kind.startsWith("metal") || !(gigabytes > 0) || !(Number(price) > 0)) return [];
    return [
      { name, cpus: Number(cpus), memory: gigabytes, disk: 0, ...looks, hour: asDecimal(Number(price)), from: "api" },
    ];
  });
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url, date, by: "provider" } },
    sizes: someSizes(sizes, "prices of AWS"),
  };
}
