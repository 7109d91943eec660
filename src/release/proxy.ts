import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { reportOf, withConnections } from "./fleet.ts";
import { checkPort, checkServer } from "./preflight.ts";
import type { StepResult } from "./run.ts";
import { renewProxy } from "./setup.ts";
import { survey } from "./survey.ts";

export interface ProxyUpgrade {
  readonly environment: string;
  readonly servers: readonly {
    readonly server: string;
    /** HAProxy's version; null where none ran. */
    readonly before: string | null;
    readonly after: string | null;
    /** False: what runs is the newest already. */
    readonly replaced: boolean;
  }[];
  readonly steps: readonly StepResult[];
}

/** Replaces the proxy's container by one of the newest image; the one before ends when its requests have. */
export async function upgradeProxy(ctx: Context, options: LoadOptions, report: Report): Promise<ProxyUpgrade> {
  const { app, environment, servers: addresses } = await loadSettings(ctx, options);
  const scope = { app, environment, deployment: "-" };
  const steps: StepResult[] = [];
  const servers = await withConnections(ctx, addresses, async (connections) => {
    const results: ProxyUpgrade["servers"][number][] = [];
    for (const connection of connections) {
      const found = await survey(connection, scope);
      checkServer(found.state, connection.name);
      checkPort(found.state, connection.name);
      const result = await renewProxy(ctx, connection, scope, found, reportOf(report, connection, connections.length));
      const version = (word: string): string | undefined => result.facts.get(word)?.at(-1)?.trim();
      const [before, after] = [version("proxy-was"), version("proxy-is")];
      results.push({
        server: connection.name,
        before: before ?? null,
        after: after ?? before ?? null,
        replaced: after !== undefined,
      });
      steps.push(...result.steps);
    }
    return results;
  });
  return { environment, servers, steps };
}
