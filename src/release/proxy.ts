import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import { withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { checkPort, checkServer } from "./preflight.ts";
import type { StepResult } from "./run.ts";
import { renewProxy } from "./setup.ts";
import { survey } from "./survey.ts";

export interface ProxyUpgrade {
  readonly environment: string;
  readonly server: string;
  /** HAProxy's version; null where none ran. */
  readonly before: string | null;
  readonly after: string | null;
  /** False: what runs is the newest already. */
  readonly replaced: boolean;
  readonly steps: readonly StepResult[];
}

/** Replaces the proxy's container by one of the newest image; the one before ends when its requests have. */
export async function upgradeProxy(ctx: Context, options: LoadOptions, report: Report): Promise<ProxyUpgrade> {
  const { app, environment, server } = await loadSettings(ctx, options);
  const scope = { app, environment, deployment: "-" };
  return withConnection(ctx, server, async (connection) => {
    const found = await survey(connection, scope);
    checkServer(found.state, connection.name);
    checkPort(found.state, connection.name);
    const { facts, steps } = await renewProxy(ctx, connection, scope, found, report);
    const before = facts.get("proxy-was")?.at(-1)?.trim() ?? null;
    const after = facts.get("proxy-is")?.at(-1)?.trim();
    return {
      environment,
      server: connection.name,
      before,
      after: after ?? before,
      replaced: after !== undefined,
      steps,
    };
  });
}
