import * as z from "zod";
import type { Context } from "../../system/index.ts";
import { neededDays, tooShort, unknownUse, wantedDays } from "./model.ts";
import type { Known, Use } from "./model.ts";

const Answer = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

const span = `${wantedDays}d`;

/** What is asked of Prometheus; the metrics are those of node_exporter. Each answers with one figure per instance. */
export const questions = {
  /** Share of all processors that was busy. */
  cpu: `quantile_over_time(0.95, (1 - sum by (instance) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m])) / count by (instance) (node_cpu_seconds_total{mode="idle"}))[${span}:5m])`,
  memory: `max_over_time((node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)[${span}:5m])`,
  /** Hours in which there is a figure. */
  hours: `count_over_time(node_memory_MemTotal_bytes[${span}:1h])`,
} as const;

/**
 * Asks a Prometheus by its query API (`/api/v1/query`).
 * @param base address of it; `https`, or `http` on this machine (a tunnel)
 * @param hosts names and addresses that the server is known by: how its instance is found; another one's figures say nothing of it
 */
export async function useFromPrometheus(
  ctx: Context,
  base: string,
  machine: { readonly cpus: number },
  hosts: readonly string[],
): Promise<Known<Use>> {
  const answers: Record<string, ReadonlyMap<string, number>> = {};
  for (const [name, query] of Object.entries(questions)) {
    const url = `${base.replace(/\/+$/, "")}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = await ctx.https.get(url, { headers: { accept: "application/json" } });
    if (answer.status === undefined) return unknownUse(`Prometheus cannot be reached: ${answer.reason}`);
    const read = Answer.safeParse(json(answer.body));
    if (answer.status !== 200 || !read.success)
      return unknownUse(`Prometheus answers ${answer.status}, and no figures`);
    answers[name] = new Map(
      read.data.data.result.map(({ metric, value }) => [metric["instance"] ?? "", Number(value[1])]),
    );
  }
  const instance = instanceOf([...(answers["memory"]?.keys() ?? [])], hosts);
  if (!instance.known) return instance;
  const of = (name: keyof typeof questions): number => answers[name]?.get(instance.value) ?? Number.NaN;
  const days = of("hours") / 24;
  if (!Number.isFinite(of("cpu")) || !Number.isFinite(of("memory")) || !Number.isFinite(days))
    return unknownUse(`Prometheus has no figures of node_exporter for ${instance.value}`);
  if (days < neededDays) return tooShort(days, "Prometheus");
  return {
    known: true,
    value: {
      cpuP95: Math.max(0, of("cpu")) * machine.cpus,
      memoryMax: of("memory") / 1024 ** 3,
      days: Math.min(days, wantedDays),
      source: "prometheus",
    },
  };
}

function instanceOf(instances: readonly string[], hosts: readonly string[]): Known<string> {
  const [own] = instances.filter((instance) => hosts.includes(instance.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")));
  if (instances.length === 0) return unknownUse("Prometheus has no figures of node_exporter");
  if (own === undefined) {
    return unknownUse(`Prometheus has ${instances.join(", ")}, and none of them is ${hosts.join(" or ")}`);
  }
  return { known: true, value: own };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
