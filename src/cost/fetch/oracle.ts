import * as z from "zod";
import { asDecimal } from "../money.ts";
import type { Provider, Size } from "../schema.ts";
import { Refused, shaped, someSizes } from "./model.ts";
import type { Fetcher } from "./model.ts";

const url = "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/?currencyCode=USD";

/** The list behind Oracle's own cost estimator. */
const Products = z.object({
  items: z.array(
    z.object({
      partNumber: z.string(),
      currencyCodeLocalizations: z.array(
        z.object({
          currencyCode: z.string(),
          prices: z.array(z.object({ model: z.string(), value: z.number() })),
        }),
      ),
    }),
  ),
});

/** Part numbers of the rates for one OCPU, and for one GB of memory, an hour. */
const shapes = {
  "E5.Flex": { ocpu: "B97384", memory: "B97385" },
  // Its rates are listed as 0, because of a free quota of each account: what is paid above it is not said.
  "A1.Flex": { ocpu: "B93297", memory: "B93298" },
} as const;

export const oracle: Fetcher = {
  tokens: [],
  fetch: async (ask, packaged, date) => readOracle(await ask(url), packaged, date),
};

export function readOracle(document: unknown, packaged: Provider, date: string): Provider {
  const { items } = shaped(Products, document, "products");
  const rate = (part: string): number | undefined =>
    items
      .find(({ partNumber }) => partNumber === part)
      ?.currencyCodeLocalizations.find(({ currencyCode }) => currencyCode === "USD")
      ?.prices.find(({ model }) => model === "PAY_AS_YOU_GO")?.value;
  const sizes = packaged.sizes.map((size): Size => {
    const [, shape = "", ocpus = "", memory = ""] = /^(\S+) (\d+) OCPU (\d+) GB$/.exec(size.name) ?? [];
    const parts = Object.hasOwn(shapes, shape) ? shapes[shape as keyof typeof shapes] : undefined;
    const [each, perGb] = [rate(parts?.ocpu ?? ""), rate(parts?.memory ?? "")];
    if (each === undefined || perGb === undefined || each === 0) return size;
    return { ...size, hour: asDecimal(each * Number(ocpus) + perGb * Number(memory)), from: "api" };
  });
  if (sizes.every(({ from }) => from !== "api")) throw new Refused("products of Oracle name no rate of a known shape");
  return {
    ...packaged,
    sources: { ...packaged.sources, api: { url, date, by: "provider" } },
    sizes: someSizes(sizes, "products of Oracle"),
  };
}
