import * as z from "zod";

/** Shapes of JSON that several commands write. A promise to scripts: fields are added, never renamed. */

const steps = z.array(
  z.strictObject({ id: z.string(), title: z.string(), outcome: z.enum(["done", "failed"]), seconds: z.number() }),
);

const release = z.strictObject({ id: z.string(), commit: z.string().nullable() });

const kind = z.enum(["release", "hotfix", "rollback", "redeploy", "config", "move"]);

const outcome = z.enum(["succeeded", "failed_before_traffic", "failed_after_traffic", "cancelled", "superseded"]);

const side = z.strictObject({ requests: z.int(), errors: z.int(), p95: z.number().nullable() });

const judgements = z.array(
  z.strictObject({
    verdict: z.enum(["pass", "fail", "inconclusive", "paused", "promoted", "aborted"]),
    reason: z.string(),
    share: z.number(),
    seconds: z.number(),
    new: side,
    old: side,
  }),
);

const images = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("built"), instead: z.string().optional() }),
  z.strictObject({
    kind: z.literal("promoted"),
    environment: z.string(),
    deployment: z.string(),
    release: z.string(),
    besides: z.array(z.string()),
  }),
]);

const told = z.strictObject({
  environment: z.string(),
  wish: z.enum(["promote", "pause", "abort"]),
  told: z.string(),
});

const error = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  at: z.strictObject({ file: z.string(), line: z.int(), column: z.int() }).optional(),
  context: z.array(z.string()).optional(),
});

const plan = z.strictObject({
  environment: z.string(),
  server: z.string(),
  release,
  previous: z.string().nullable(),
  kind,
  images: images.optional(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["routed", "worker", "job", "stateful"]),
      reason: z.string(),
      image: z.string(),
      replicas: z.int(),
      change: z.enum(["new", "changed", "unchanged"]),
    }),
  ),
  steps: z.array(z.strictObject({ id: z.string(), title: z.string() })),
});

const place = {
  outcome: z.enum([...outcome.options, "paused", "refused", "not_begun"]),
  error: error.optional(),
};

const deployment = z.strictObject({
  outcome: z.enum([...outcome.options, "paused"]),
  environment: z.string(),
  release,
  previous: z.string().nullable(),
  kind,
  roundTrips: z.int(),
  bytesSent: z.int(),
  seconds: z.number(),
  steps,
  images: images.optional(),
  addresses: z.array(z.string()),
  judgements,
  servers: z.array(z.strictObject({ server: z.string(), ...place })).optional(),
  stacks: z.array(z.strictObject({ stack: z.string(), ...place })).optional(),
  error: error.optional(),
});

const ledgerLine = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  kind,
  release: z.string(),
  previous: z.string().nullable(),
  commit: z.string().nullable(),
  who: z.strictObject({ name: z.string(), bot: z.boolean() }),
  from: z.string(),
  queued: z.string(),
  started: z.string(),
  traffic: z.string().nullable(),
  finished: z.string(),
  outcome,
  failedStep: z.string().nullable(),
  reason: z.string().nullable(),
  images: images.optional(),
  dirty: z.boolean().optional(),
  judgements: judgements.optional(),
});

const certificates = z.array(
  z.strictObject({
    host: z.string(),
    source: z.enum(["acme", "own"]),
    issuer: z.string().nullable(),
    notAfter: z.string().nullable(),
    daysLeft: z.int().nullable(),
    trouble: z.string().nullable(),
  }),
);

const lock = z
  .strictObject({
    who: z.string(),
    from: z.string(),
    since: z.string(),
    what: z.string(),
    step: z.string().nullable(),
  })
  .nullable();

const statusOfOne = z.strictObject({
  environment: z.string(),
  server: z.string(),
  live: z.strictObject({ id: z.string(), commit: z.string().nullable(), createdAt: z.string() }).nullable(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["routed", "worker", "job", "stateful"]),
      slot: z.string().nullable(),
      image: z.string(),
      digest: z.string(),
      replicas: z.int(),
      wanted: z.int(),
      healthy: z.boolean().nullable(),
      retries: z.int().nullable(),
      since: z.string().nullable(),
    }),
  ),
  lock,
  proxy: z.boolean(),
  certificates,
  canary: z.strictObject({ release: z.string(), slot: z.string(), share: z.number() }).nullable(),
  servers: z
    .array(
      z.strictObject({
        server: z.string(),
        live: z.string().nullable(),
        healthy: z.boolean().nullable(),
        error: z.string().nullable(),
      }),
    )
    .optional(),
  warm: z.strictObject({ release: z.string(), slot: z.string() }).nullable(),
  backup: z
    .strictObject({
      last: z
        .strictObject({
          finished: z.string(),
          outcome: z.enum(["succeeded", "failed"]),
          reason: z.string().nullable(),
          services: z.array(z.string()),
          bytes: z.int(),
        })
        .nullable(),
      lastGood: z.string().nullable(),
      drill: z.strictObject({ finished: z.string(), outcome: z.enum(["succeeded", "failed"]) }).nullable(),
      scheduled: z.string().nullable(),
      problem: z.string().nullable(),
    })
    .nullable(),
});

const status = statusOfOne.extend({
  stacks: z.array(statusOfOne.extend({ stack: z.string() })).optional(),
});

export const schemas = {
  error,
  plan,
  certificates,
  deployment,
  deploymentOrPlan: z.union([deployment, plan]),
  deploymentPlanOrTold: z.union([deployment, plan, told]),
  told,
  ledger: z.array(ledgerLine),
  status,
};
