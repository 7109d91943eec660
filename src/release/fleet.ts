import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { ServerAddress } from "../config/index.ts";
import { withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { DeploymentResult, ServerResult } from "./result.ts";

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

/** Says of which server something is told, where there are several. */
export function reportOf(report: Report, connection: Connection, servers: number): Report {
  if (servers === 1) return report;
  const { name } = connection;
  return (event) => {
    if (event.type === "line" || event.type === "note") report({ ...event, text: `${name}: ${event.text}` });
    else if (event.type === "transfer") report({ ...event, title: `${name}: ${event.title}` });
    else report({ ...event, id: `${name} ${event.id}`, title: `${name}: ${event.title}` });
  };
}

/**
 * The same deployment on several servers: the first one alone, and when it serves, the others, so many at a time. After a
 * failure no further one is begun: what it has done stays, each server serves one whole release, and the next deployment
 * brings them together.
 * @throws what the first one throws: nothing was touched then
 */
export async function rollOut(
  connections: readonly Connection[],
  atOnce: number,
  deployTo: (connection: Connection) => Promise<DeploymentResult>,
): Promise<DeploymentResult> {
  const [first, ...others] = connections;
  if (first === undefined) throw new Error("an environment has a server");
  const result = await deployTo(first);
  if (others.length === 0) return result;
  const results: DeploymentResult[] = [result];
  const servers: Ended[] = [{ server: first.name, outcome: result.outcome, failure: result.failure }];
  const waiting = [...others];
  while (waiting.length > 0 && servers.every(({ outcome }) => outcome === "succeeded")) {
    await Promise.all(
      waiting.splice(0, atOnce).map(async (connection) => {
        try {
          const one = await deployTo(connection);
          results.push(one);
          servers.push({ server: connection.name, outcome: one.outcome, failure: one.failure });
        } catch (error) {
          if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
          servers.push({ server: connection.name, outcome: "refused", failure: error });
        }
      }),
    );
  }
  servers.push(...waiting.map(({ name }) => ({ server: name, outcome: "not_begun" as const, failure: undefined })));
  return combined(results, servers);
}

interface Ended {
  readonly server: string;
  readonly outcome: ServerResult["outcome"];
  readonly failure: WherryError | undefined;
}

function serverResult({ server, outcome, failure }: Ended): ServerResult {
  if (failure === undefined) return { server, outcome };
  const { code, message, hint } = failure;
  return { server, outcome, error: { code, message, hint: hint ?? null } };
}

/** What it came to: of the first one, with the steps of all, unless another one failed. */
function combined(results: readonly DeploymentResult[], servers: readonly Ended[]): DeploymentResult {
  const [first] = results;
  if (first === undefined) throw new Error("nothing was deployed");
  const failed = servers.find(({ failure }) => failure !== undefined);
  const sum = (value: (result: DeploymentResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  const whole: DeploymentResult = {
    ...first,
    outcome: results.find(({ outcome }) => outcome !== "succeeded")?.outcome ?? first.outcome,
    roundTrips: sum(({ roundTrips }) => roundTrips),
    bytesSent: sum(({ bytesSent }) => bytesSent),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    steps: results.flatMap(({ steps }) => steps),
    servers: servers.map(serverResult),
  };
  const error = failed?.failure;
  if (failed === undefined || error === undefined) return whole;
  const outcome = whole.outcome === "succeeded" ? "failed_before_traffic" : whole.outcome;
  const named = (wanted: readonly ServerResult["outcome"][]): string =>
    servers
      .filter((one) => wanted.includes(one.outcome))
      .map(({ server }) => server)
      .join(", ") || "none";
  return {
    ...whole,
    outcome,
    failure: new WherryError(
      error.exit === "refused" ? "failed" : error.exit,
      error.code,
      `${failed.server}: ${error.message}`,
      {
        context: [
          ...error.context,
          `${first.release.id} serves on: ${named(["succeeded"])}; not begun, and as they were: ${named(["not_begun"])}`,
        ],
        hint: `${error.hint === undefined ? "" : `${error.hint}; `}then deploy again: it brings all servers to one release`,
        cause: error,
      },
    ),
  };
}
