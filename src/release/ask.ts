import { phase } from "../server/index.ts";
import type { Connection, ScriptStep } from "../server/index.ts";
import { preludeFor, unexpected } from "./run.ts";
import type { Scope } from "./run.ts";

interface AskOptions {
  /** What it means that a script failed, after the server's name: `does not tell its state`. */
  readonly otherwise: string;
  /** Milliseconds for all of them. Default: one minute. */
  readonly timeout?: number;
}

/** Runs scripts that need no lock, and gives what they told: one round trip. */
export async function ask(
  connection: Connection,
  { app, environment }: Omit<Scope, "deployment">,
  steps: readonly ScriptStep[],
  { otherwise, timeout = 60_000 }: AskOptions,
): Promise<string> {
  const result = await connection.run(phase(preludeFor({ app, environment, deployment: "-" }), steps), { timeout });
  if (result.exitCode !== 0) throw unexpected(`${connection.name} ${otherwise}`, result.stderr);
  return result.stdout;
}
