import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { ServerAddress } from "../config/index.ts";
import { withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { DeploymentResult, PlaceResult } from "./result.ts";

/** Opens all servers of an environment for the time of `use`. */
export async function withConnections<T>(
  ctx: Context,
  addresses: readonly ServerAddress[],
  use: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const [address, ...others] = addresses;
  if (address === undefined) return use([]);
  return withConnection(ctx, address, (connection) =>
    withConnections(ctx, others, (connections) => use([connection, ...connections])),
  );
}

/** Says of which server or stack something is told, where there are several. */
export function reportOf(report: Report, { name }: { readonly name: string }, several: number): Report {
  if (several === 1) return report;
  return (event) => {
    if (event.type === "line" || event.type === "note" || event.type === "text")
      report({ ...event, text: `${name}: ${event.text}` });
    else if (event.type === "transfer") report({ ...event, title: `${name}: ${event.title}` });
    else report({ ...event, id: `${name} ${event.id}`, title: `${name}: ${event.title}` });
  };
}

/**
 * One deployment in several places, servers or stacks: the first one alone, and when it serves, the others, so many at a
 * time. After a failure no further one is begun: what it has done stays, each place serves one whole release, and the next
 * deployment brings them together.
 * @throws what the first one throws: nothing was touched then
 */
export async function rollOut<T extends { readonly name: string }>(
  places: readonly T[],
  { atOnce, what = "servers" }: { readonly atOnce: number; readonly what?: Places },
  deployTo: (place: T) => Promise<DeploymentResult>,
): Promise<DeploymentResult> {
  const [first, ...others] = places;
  if (first === undefined) throw new Error("a deployment goes somewhere");
  const result = await deployTo(first);
  if (others.length === 0) return result;
  const results: DeploymentResult[] = [result];
  const ended: Ended[] = [{ name: first.name, outcome: result.outcome, failure: result.failure }];
  const waiting = [...others];
  while (waiting.length > 0 && ended.every(({ outcome }) => outcome === "succeeded")) {
    await Promise.all(
      waiting.splice(0, atOnce).map(async (place) => {
        try {
          const one = await deployTo(place);
          results.push(one);
          ended.push({ name: place.name, outcome: one.outcome, failure: one.failure });
        } catch (error) {
          if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
          ended.push({ name: place.name, outcome: "refused", failure: error });
        }
      }),
    );
  }
  ended.push(...waiting.map(({ name }) => ({ name, outcome: "not_begun" as const, failure: undefined })));
  return combined(results, ended, what);
}

/** What a deployment can have several of. */
type Places = "servers" | "stacks";

interface Ended {
  readonly name: string;
  readonly outcome: PlaceResult["outcome"];
  readonly failure: WherryError | undefined;
}

function endOf({ outcome, failure }: Ended): PlaceResult {
  if (failure === undefined) return { outcome };
  const { code, message, hint } = failure;
  return { outcome, error: { code, message, hint: hint ?? null } };
}

/** What it came to: of the first one, with the steps of all, unless another one failed. */
function combined(results: readonly DeploymentResult[], ended: readonly Ended[], what: Places): DeploymentResult {
  const [first] = results;
  if (first === undefined) throw new Error("nothing was deployed");
  const failed = ended.find(({ failure }) => failure !== undefined);
  const sum = (value: (result: DeploymentResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  const whole: DeploymentResult = {
    ...first,
    outcome: results.find(({ outcome }) => outcome !== "succeeded")?.outcome ?? first.outcome,
    roundTrips: sum(({ roundTrips }) => roundTrips),
    bytesSent: sum(({ bytesSent }) => bytesSent),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    steps: results.flatMap(({ steps }) => steps),
    addresses: [...new Set(results.flatMap(({ addresses }) => addresses))],
    ...(what === "servers"
      ? { servers: ended.map((one) => ({ server: one.name, ...endOf(one) })) }
      : { stacks: ended.map((one) => ({ stack: one.name, ...endOf(one) })) }),
  };
  const error = failed?.failure;
  if (failed === undefined || error === undefined) return whole;
  const outcome = whole.outcome === "succeeded" ? "failed_before_traffic" : whole.outcome;
  const named = (wanted: readonly PlaceResult["outcome"][]): string =>
    ended
      .filter((one) => wanted.includes(one.outcome))
      .map(({ name }) => name)
      .join(", ") || "none";
  return {
    ...whole,
    outcome,
    failure: new WherryError(
      error.exit === "refused" ? "failed" : error.exit,
      error.code,
      `${failed.name}: ${error.message}`,
      {
        context: [
          ...error.context,
          `${first.release.id} serves on: ${named(["succeeded"])}; not begun, and as they were: ${named(["not_begun"])}`,
        ],
        hint: `${error.hint === undefined ? "" : `${error.hint}; `}then deploy again: it brings all ${what} to one release`,
        cause: error,
      },
    ),
  };
}
