import * as z from "zod";
import { folderOf, refreshPrices } from "../../../cost/index.ts";
import { refusedError } from "../../../core/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { list } from "../../parameters.ts";

export const refresh = command({
  description: [
    "Asks the providers for their own prices, and writes them with the date into .wherry/prices.json beside wherry.yaml; wherry cost takes them from there, and a team can share them by committing the file.",
    "AWS, Azure, Oracle, OVHcloud and Scaleway answer anybody; Hetzner needs HCLOUD_TOKEN, and DigitalOcean DIGITALOCEAN_TOKEN: tokens that may only read are enough. The rate between euro and dollar comes from the European Central Bank. Google, Alibaba and IBM are not asked: their prices need a key of an account. What does not answer keeps the figures that it had.",
  ],
  args: { providers: list("names of providers; all if left out", { placeholder: "PROVIDER" }) },
  examples: [
    { line: "cost refresh", what: "fetch what can be had" },
    { line: "cost refresh hetzner", what: "fetch the prices of one provider, and the rate of exchange" },
  ],
  schema: z.strictObject({
    file: z.string().nullable(),
    providers: z.array(
      z.strictObject({
        provider: z.string(),
        outcome: z.enum(["fetched", "not fetched"]),
        sizes: z.int().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  }),
  async run({ providers, directory }, ctx) {
    return refreshPrices(ctx, await folderOf(ctx, directory, true), providers, ctx.report);
  },
  failure: ({ file, providers }) =>
    file === null
      ? refusedError("nothing-fetched", "no provider answered with prices; those that are there stay", {
          context: providers.map(({ provider, reason }) => `${provider}: ${reason}`),
        })
      : undefined,
  print({ file, providers }, { style }) {
    return [
      ...table(
        providers.map(({ provider, outcome, sizes, reason }) => [
          provider,
          outcome === "fetched" ? style.good(outcome) : style.warning(outcome),
          reason ?? (sizes === null ? "" : `${sizes} sizes`),
        ]),
      ),
      ...(file === null ? [] : [`written: ${file}`]),
    ];
  },
});
