import * as z from "zod";

/** Shapes of JSON, and words for people, that the commands of infra share. */

const total = z.strictObject({ net: z.number(), gross: z.number().nullable(), unknown: z.array(z.string()) });

const offer = z.strictObject({
  type: z.string(),
  location: z.string(),
  cpu: z.number(),
  memory: z.number(),
  disk: z.number(),
  architecture: z.string(),
  dedicated: z.boolean(),
  available: z.boolean(),
  price: z.number().nullable(),
});

export const plan = z.strictObject({
  app: z.string(),
  environment: z.string(),
  folder: z.string(),
  program: z.strictObject({ name: z.string(), version: z.string() }),
  changes: z.array(
    z.strictObject({
      action: z.enum(["create", "change", "replace", "destroy", "adopt"]),
      address: z.string(),
      type: z.string(),
      what: z.string(),
      details: z.array(z.string()),
      warning: z.string().nullable(),
      losesData: z.boolean(),
    }),
  ),
  /** DNS records that lead elsewhere, and are left alone when the machines go. */
  stays: z.array(z.string()),
  price: z.strictObject({
    currency: z.string(),
    vat: z.number().nullable(),
    source: z.string(),
    asOf: z.string(),
    parts: z.array(
      z.strictObject({
        what: z.string(),
        known: z.boolean(),
        there: z.strictObject({ before: z.boolean(), after: z.boolean() }),
        before: z.number().nullable(),
        after: z.number().nullable(),
      }),
    ),
    before: total,
    after: total,
  }),
  limit: z.number().nullable(),
  stock: z
    .strictObject({
      type: z.string(),
      location: z.string(),
      available: z.boolean().nullable(),
      alternatives: z.array(offer),
    })
    .nullable(),
});
