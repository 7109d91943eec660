import * as z from "zod";
import type { Row } from "./compare.ts";
import type { Comparison, Cost, RunningServer } from "./cost.ts";
import { inFull } from "./money.ts";
import type { Micros } from "./money.ts";
import { architectures, Need } from "./need.ts";
import type { Offer } from "./offer.ts";
import type { Planned } from "./planned.ts";
import { currencies } from "./schema.ts";
import type { Known } from "./use/model.ts";

/** The JSON of `wherry cost`: amounts are decimal text, null is unknown, and a reason stands beside it. */

const amount = z.string().nullable();
const reason = z.string().nullable();
const currency = z.enum(currencies);
const figures = z.strictObject({ cpu: z.number(), memory: z.number(), disk: z.number() });

const server = z.strictObject({
  server: z.string(),
  environments: z.array(z.string()),
  machine: z
    .strictObject({
      cpus: z.number(),
      memoryGb: z.number(),
      diskGb: z.number(),
      diskUsedGb: z.number(),
      trafficGb: z.number().nullable(),
      architecture: z.enum(["x86", "arm"]),
      vendor: z.string().nullable(),
    })
    .nullable(),
  machineReason: reason,
  rented: z
    .strictObject({
      provider: z.string(),
      type: z.string(),
      location: z.string(),
      currency,
      month: z.string(),
      backups: z.boolean(),
      withBackups: amount,
    })
    .nullable(),
  rentedReason: reason,
  use: z
    .strictObject({
      cpuP95: z.number(),
      memoryMaxGb: z.number(),
      days: z.number(),
      source: z.enum(["prometheus", "sysstat"]),
    })
    .nullable(),
  useReason: reason,
  suggestion: z
    .strictObject({
      verdict: z.enum(["too small", "right", "larger than needed"]),
      needed: figures,
      size: z.string().nullable(),
      currency: currency.nullable(),
      saving: amount,
      reason,
    })
    .nullable(),
});

const source = z.strictObject({ url: z.string(), date: z.string(), by: z.enum(["provider", "third party"]) });
const sources = z.array(source);

const row = z.strictObject({
  provider: z.string(),
  title: z.string(),
  region: z.string(),
  size: z.string().nullable(),
  architecture: z.enum(["x86", "arm"]).nullable(),
  cpu: z.enum(["shared", "dedicated", "burst"]).nullable(),
  scarce: z.string().nullable(),
  currency: currency.nullable(),
  parts: z.array(
    z.strictObject({
      part: z.enum(["server", "storage", "ipv4", "traffic", "backup"]),
      amount,
      reason,
      sources,
    }),
  ),
  atLeast: amount,
  total: amount,
  asOf: z.string().nullable(),
  compared: z
    .strictObject({ currency, atLeast: z.string(), total: amount, net: amount, gross: amount, sources })
    .nullable(),
  cheaperButScarce: z.strictObject({ size: z.string(), atLeast: z.string(), why: z.string() }).nullable(),
  reason,
});

const planned = z.strictObject({
  environment: z.string(),
  provider: z.string(),
  title: z.string(),
  size: z.string().nullable(),
  count: z.int(),
  parts: z.array(
    z.strictObject({ part: z.enum(["server", "ipv4", "backup", "volume", "load balancer"]), amount, reason, sources }),
  ),
  currency,
  atLeast: z.string(),
  total: amount,
  net: amount,
  gross: amount,
  sources,
  asOf: z.string().nullable(),
  reason,
  now: amount,
  nowReason: reason,
});

export const costDocument = z.strictObject({
  date: z.string(),
  architecture: z.enum(architectures),
  currency,
  vat: z.number().nullable(),
  servers: z.array(server),
  planned: z.array(planned),
  comparisons: z.array(z.strictObject({ servers: z.array(z.string()), need: Need, providers: z.array(row) })),
  rate: source.extend({ value: z.string() }).nullable(),
  old: z.array(z.strictObject({ title: z.string(), asOf: z.string(), days: z.int() })),
  written: z.array(z.string()),
});
export type CostDocument = z.infer<typeof costDocument>;

export function documentOf(
  { date, view, servers, planned: plans, comparisons, rate, old }: Cost,
  written: readonly string[],
): CostDocument {
  return {
    date,
    architecture: view.architecture,
    currency: view.currency,
    vat: view.vat ?? null,
    servers: servers.map(serverOf),
    planned: plans.map(plannedOf),
    comparisons: comparisons.map(({ servers: names, need, rows }: Comparison) => ({
      servers: [...names],
      need,
      providers: rows.map(rowOf),
    })),
    rate,
    old: [...old],
    written: [...written],
  };
}

function serverOf({ server: name, environments, machine, rented, month, use, suggestion }: RunningServer) {
  const hundredths = (value: number): number => Math.round(value * 100) / 100;
  return {
    server: name,
    environments: [...environments],
    machine: machine.known
      ? {
          cpus: machine.value.cpus,
          memoryGb: hundredths(machine.value.memory),
          diskGb: hundredths(machine.value.disk),
          diskUsedGb: hundredths(machine.value.diskUsed),
          trafficGb: typeof machine.value.traffic === "number" ? hundredths(machine.value.traffic) : null,
          architecture: machine.value.architecture,
          vendor: machine.value.vendor,
        }
      : null,
    machineReason: why(machine),
    rented: rented.known ? { ...rented.value, month: inFull(rented.value.month), withBackups: full(month) } : null,
    rentedReason: why(rented),
    use: use.known
      ? {
          cpuP95: hundredths(use.value.cpuP95),
          memoryMaxGb: hundredths(use.value.memoryMax),
          days: hundredths(use.value.days),
          source: use.value.source,
        }
      : null,
    useReason: why(use),
    suggestion: suggestion === null ? null : { ...suggestion, saving: full(suggestion.saving) },
  };
}

function plannedOf({ parts, atLeast, total, net, gross, sources: origins, now, nowReason, ...plan }: Planned) {
  const { environment, provider, title, size, count, currency: shown, asOf, reason: whyNot } = plan;
  return {
    environment,
    provider,
    title,
    size,
    count,
    currency: shown,
    asOf,
    reason: whyNot,
    parts: parts.map((part) => ({ ...part, amount: full(part.amount), sources: [...part.sources] })),
    atLeast: inFull(atLeast),
    total: full(total),
    net: full(net),
    gross: full(gross),
    sources: [...origins],
    now: full(now),
    nowReason,
  };
}

function rowOf({ provider, title, region, offer, reason: whyNot, asOf, compared, scarce }: Row) {
  return {
    provider,
    title,
    region,
    ...offerOf(offer),
    asOf,
    compared:
      compared === null
        ? null
        : {
            currency: compared.currency,
            atLeast: inFull(compared.atLeast),
            total: full(compared.total),
            net: full(compared.net),
            gross: full(compared.gross),
            sources: [...compared.sources],
          },
    cheaperButScarce:
      scarce === null
        ? null
        : { size: scarce.size.name, atLeast: inFull(scarce.atLeast), why: scarce.size.scarce ?? "" },
    reason: whyNot,
  };
}

function offerOf(offer: Offer | null) {
  return {
    size: offer?.size.name ?? null,
    architecture: offer?.size.architecture ?? null,
    cpu: offer?.size.cpu ?? null,
    scarce: offer?.size.scarce ?? null,
    currency: offer?.currency ?? null,
    parts: (offer?.parts ?? []).map(({ part, amount: sum, reason: whyNot, sources }) => ({
      part,
      amount: full(sum),
      reason: whyNot,
      sources: [...sources],
    })),
    atLeast: full(offer?.atLeast ?? null),
    total: full(offer?.total ?? null),
  };
}

function full(sum: Micros | null): string | null {
  return sum === null ? null : inFull(sum);
}

function why(known: Known<unknown>): string | null {
  return known.known ? null : known.reason;
}
