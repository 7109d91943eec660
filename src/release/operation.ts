import type { Settings } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { newDeploymentId } from "./identity.ts";
import { authorOf } from "./ledger-line.ts";
import type { Author } from "./ledger-line.ts";
import { takeLock } from "./lock.ts";
import { runSteps } from "./run.ts";
import type { ServerState } from "./state.ts";
import type { Step } from "./steps.ts";

/** What is known once the lock is held. */
export interface Held {
  /** Of this operation, for its ledger line. */
  readonly id: string;
  readonly who: Author;
  /** ISO 8601. */
  readonly started: string;
  readonly state: ServerState;
}

/** What to do, and what it comes to when it is done. */
export interface Operation<T> {
  readonly steps: readonly Step[];
  readonly result: T;
}

/** Changes an environment in another way than by a deployment: lock, steps in one round trip, unlock. */
export async function operate<T>(
  ctx: Context,
  connection: Connection,
  { app, environment, directory }: Settings,
  what: "abort" | "remove",
  decide: (held: Held) => Operation<T>,
  report: Report,
): Promise<T> {
  const id = newDeploymentId();
  const scope = { app, environment, deployment: id };
  const who = await authorOf(ctx, directory);
  const started = ctx.clock.now().toISOString();
  const lock = await takeLock(connection, scope, { who: who.name, from: who.from, since: started, what });
  try {
    const { steps, result } = decide({ id, who, started, state: lock.state });
    const { failure } = await runSteps(ctx, connection, scope, steps, report, { timeout: 3_600_000 });
    if (failure === undefined) return result;
    throw new WherryError("attention", `${what}-failed`, failure.message, {
      context: failure.context,
      hint: "run it again: it goes on from what is left",
    });
  } finally {
    await lock.release();
  }
}
