import * as z from "zod";

/**
 * The price list: `providers.yaml` in the program, and what `wherry cost refresh` writes. Every figure has its source and
 * date, or says why there is none.
 */

const amount = z.string().regex(/^\d{1,12}(\.\d{1,12})?$/, "an amount such as 5.49, as text: 5.10 is not 5.1 rounded");

/** Where figures come from. `provider`: its own page or API. `third party`: somebody who read that. */
const source = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  date: z.iso.date(),
  by: z.enum(["provider", "third party"]),
});
export type Source = z.infer<typeof source>;

/** What is not known, and why. */
export const unknown = z.strictObject({ unknown: z.string().min(1) });
export type Unknown = z.infer<typeof unknown>;

/** One amount of the provider's currency. */
const figure = z.union([z.strictObject({ value: amount, from: z.string() }), unknown]);
export type Figure = z.infer<typeof figure>;

export const currencies = ["EUR", "USD"] as const;
export type Currency = (typeof currencies)[number];

/** One kind of server that can be rented. */
const size = z.strictObject({
  name: z.string().min(1),
  cpus: z.number().positive(),
  /** GB as the provider counts them. */
  memory: z.number().positive(),
  /** GB of disk that come with it; 0: all of it is a volume that costs extra. */
  disk: z.number().nonnegative(),
  architecture: z.enum(["x86", "arm"]),
  /** `burst`: full use of a processor is limited or costs extra. */
  cpu: z.enum(["shared", "dedicated", "burst"]),
  /** The price of a month, or that of an hour, of which a month has 730. */
  month: amount.optional(),
  hour: amount.optional(),
  from: z.string(),
  /** GB a month that may leave for the internet; the provider's own figure where it is left out. */
  traffic: z.number().nonnegative().optional(),
  /** Why it may not be there to order. */
  scarce: z.string().optional(),
});
export type Size = z.infer<typeof size>;

const provider = z
  .strictObject({
    title: z.string(),
    region: z.string(),
    /** The provider's names of the places that have these prices; left out where all have. */
    locations: z.array(z.string()).optional(),
    currency: z.enum(currencies),
    sources: z.record(z.string(), source),
    /** Is VAT in the prices? */
    vat: z.union([z.strictObject({ basis: z.enum(["net", "gross"]), from: z.string() }), unknown]),
    /** Largest first or last does not matter. Empty: `why` says why. */
    sizes: z.array(size),
    why: z.string().optional(),
    /** One public IPv4 address for a month. */
    ipv4: figure,
    /** GB a month that leave for free: of each server, or once for all servers of an account. */
    includedTraffic: z.union([
      z.strictObject({ value: amount, from: z.string(), per: z.literal("account").optional() }),
      unknown,
    ]),
    /** Each GB above. `upTo`: GB a month of a whole account that have this price; of more it is not known. */
    trafficPerGb: z.union([
      z.strictObject({ value: amount, from: z.string(), upTo: z.number().positive().optional() }),
      unknown,
    ]),
    /** Percent of the price of the server. */
    backupPercent: figure,
    /** One GB of a volume for a month. */
    storagePerGb: figure,
    /** A load balancer for a month, by type; a type that is not here is not known. */
    loadBalancers: z.record(z.string(), figure).optional(),
  })
  .superRefine((one, ctx) => {
    const used = [
      ...one.sizes.map(({ from }) => from),
      ...[
        one.vat,
        one.ipv4,
        one.includedTraffic,
        one.trafficPerGb,
        one.backupPercent,
        one.storagePerGb,
        ...Object.values(one.loadBalancers ?? {}),
      ].flatMap((part) => ("from" in part ? part.from : [])),
    ];
    for (const from of used) {
      if (!Object.hasOwn(one.sources, from)) ctx.addIssue({ code: "custom", message: `no source is called ${from}` });
    }
    for (const { name, month, hour } of one.sizes) {
      if ((month === undefined) === (hour === undefined))
        ctx.addIssue({ code: "custom", message: `${name} needs month or hour, and not both` });
    }
    if (one.sizes.length === 0 && one.why === undefined)
      ctx.addIssue({ code: "custom", message: "no sizes, and no reason" });
  });
export type Provider = z.infer<typeof provider>;

const rate = z.strictObject({ value: amount, ...source.shape });
export type Rate = z.infer<typeof rate>;

export const priceList = z.strictObject({
  version: z.literal(1),
  /** Units of the currency for one euro. */
  rates: z.partialRecord(z.enum(currencies), rate),
  providers: z.record(z.string(), provider),
});
export type PriceList = z.infer<typeof priceList>;
