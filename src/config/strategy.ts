import * as z from "zod";
import { parseDuration } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { duration } from "./words.ts";

/** How a new release takes over, as people write it. */

const percentForm = "a share of requests is written as 1% or 0.5%";
const percent = z.string(percentForm).regex(/^(\d{1,2}(\.\d+)?|100)%$/, percentForm);

const milliseconds = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, "a latency is written as 500ms or 2s");

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, "the name of a header or cookie has letters, digits and dashes");

const canary = z.strictObject({
  steps: z
    .array(z.number().gt(0).lt(100))
    .min(1)
    .optional()
    .describe("Shares of the requests in percent, one after the other; then all. Default: [5, 25, 50]"),
  every: duration.optional().describe("How long each share is watched. Default: 2m"),
  manual: z.boolean().optional().describe("Wait for wherry promote at each share. Default: false"),
  sticky: z
    .boolean()
    .optional()
    .describe("A visitor stays on the side that the first request went to, by a cookie. Default: true"),
  match: z
    .strictObject({
      header: headerName.optional().describe("Name of a request header, such as X-Canary."),
      cookie: headerName.optional().describe("Name of a cookie."),
    })
    .optional()
    .describe("Requests with this header or cookie always see the new release; with the value `never`, never."),
});

const check = z.union([
  z.strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe("Asked from the server; anything but 2xx counts against the new release."),
  }),
  z.strictObject({
    service: z.string().min(1).describe("Service of the new release in whose container the command runs."),
    command: z.array(z.string()).min(1).describe("Program and arguments; exit code 0 is good."),
  }),
  z.strictObject({
    prometheus: z.url({ protocol: /^https?$/ }).describe("Address of a Prometheus, as the server reaches it."),
    query: z.string().min(1).describe("Query with one number as its result."),
    max: z.number().describe("More than this counts against the new release."),
  }),
]);

const watch = z.strictObject({
  for: duration.optional().describe("How long the new release is watched with all traffic on it. Default: 5m"),
  errors: percent.optional().describe("More answers than this with a status of 500 and above: a breach. Default: 1%"),
  latency_p95: milliseconds.optional().describe("A 95th percentile of response times above this: a breach."),
  min_requests: z.int().min(1).optional().describe("Fewer requests say nothing: inconclusive. Default: 60"),
  restarts: z.int().min(0).optional().describe("More restarts of its containers than this: a breach. Default: 0"),
  checks: z.array(check).optional().describe("Further checks: an address, a command, a Prometheus query."),
  on_breach: z.enum(["rollback", "pause"]).optional().describe("Default: rollback"),
  on_inconclusive: z
    .enum(["pause", "promote", "rollback"])
    .optional()
    .describe("What to do when too little is known even after waiting. Default: pause"),
  wait: duration.optional().describe("How much longer to wait when too little is known. Default: as long again"),
});

const strategyName = z.enum(["blue-green", "rolling", "canary"]);

export const strategy = z.union([
  strategyName,
  z
    .strictObject({
      "blue-green": z.strictObject({}).optional().describe("Both run, one switch. What is done where nothing is said."),
      rolling: z
        .strictObject({
          at_once: z.int().min(1).optional().describe("Replicas replaced at a time. Default: 1"),
        })
        .optional()
        .describe("Replicas are replaced one after the other: needs no second set of containers."),
      canary: canary.optional().describe("Some of the requests first, more and more."),
      watch: watch.optional().describe("What is looked at after the new release gets traffic."),
      keep_warm: duration.optional().describe("The old release goes on running for so long. Default: it stops"),
    })
    .refine(
      (value) => strategyName.options.filter((name) => value[name] !== undefined).length <= 1,
      "one of blue-green, rolling and canary, not several",
    ),
]);

export interface Strategy {
  readonly kind: "blue-green" | "rolling" | "canary";
  readonly canary: CanarySettings;
  readonly rolling: { readonly atOnce: number };
  /** Undefined: nothing is watched once all traffic is on the new release. */
  readonly watch: WatchSettings | undefined;
  /** What a share of a canary is judged by; the defaults where no `watch` is written. */
  readonly judge: WatchSettings;
  /** 0: the old release stops when its requests are done. */
  readonly keepWarm: Seconds;
}

export interface CanarySettings {
  /** Percent, growing. */
  readonly steps: readonly number[];
  readonly every: Seconds;
  readonly manual: boolean;
  readonly sticky: boolean;
  readonly match: { readonly header: string | undefined; readonly cookie: string | undefined };
}

export interface WatchSettings {
  readonly for: Seconds;
  /** 0 to 1. */
  readonly errors: number;
  /** Seconds; undefined: no limit. */
  readonly latencyP95: Seconds | undefined;
  readonly minRequests: number;
  readonly restarts: number;
  readonly checks: readonly WatchCheck[];
  readonly onBreach: "rollback" | "pause";
  readonly onInconclusive: "pause" | "promote" | "rollback";
  /** Undefined: as long as the watch itself. */
  readonly wait: Seconds | undefined;
}

export type WatchCheck =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "command"; readonly service: string; readonly command: readonly string[] }
  | { readonly kind: "prometheus"; readonly prometheus: string; readonly query: string; readonly max: number };

/** Fills in what is not written. */
export function strategyOf(raw: z.infer<typeof strategy> | undefined): Strategy {
  const given: Exclude<z.infer<typeof strategy>, string> = typeof raw === "string" ? { [raw]: {} } : (raw ?? {});
  const { canary: wanted, rolling, watch: watched, keep_warm: warm } = given;
  return {
    kind: wanted !== undefined ? "canary" : rolling !== undefined ? "rolling" : "blue-green",
    canary: {
      steps: (wanted?.steps ?? [5, 25, 50]).toSorted((a, b) => a - b),
      every: seconds(wanted?.every) ?? 120,
      manual: wanted?.manual ?? false,
      sticky: wanted?.sticky ?? true,
      match: { header: wanted?.match?.header, cookie: wanted?.match?.cookie },
    },
    rolling: { atOnce: rolling?.at_once ?? 1 },
    watch: watched === undefined ? undefined : watchOf(watched),
    judge: watchOf(watched ?? {}),
    keepWarm: seconds(warm) ?? 0,
  };
}

function watchOf(raw: z.infer<typeof watch>): WatchSettings {
  return {
    for: seconds(raw.for) ?? 300,
    errors: Number.parseFloat(raw.errors ?? "1%") / 100,
    latencyP95: seconds(raw.latency_p95),
    minRequests: raw.min_requests ?? 60,
    restarts: raw.restarts ?? 0,
    checks: (raw.checks ?? []).map((item): WatchCheck => {
      if ("url" in item) return { kind: "url", url: item.url };
      if ("command" in item) return { kind: "command", service: item.service, command: item.command };
      return { kind: "prometheus", prometheus: item.prometheus, query: item.query, max: item.max };
    }),
    onBreach: raw.on_breach ?? "rollback",
    onInconclusive: raw.on_inconclusive ?? "pause",
    wait: seconds(raw.wait),
  };
}

function seconds(text: string | undefined): Seconds | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
