import { inventoryScript, parseInventory } from "../images/index.ts";
import type { EngineInventory } from "../images/index.ts";
import { phase, script } from "../server/index.ts";
import type { Connection, ScriptStep } from "../server/index.ts";
import { preludeFor, unexpected } from "./run.ts";
import type { Scope } from "./run.ts";
import look from "./scripts/look.sh?raw";
import { parseState } from "./state.ts";
import type { ServerState } from "./state.ts";

export interface Survey {
  readonly state: ServerState;
  readonly inventory: EngineInventory;
}

/** Scripts that tell what the server is and has, besides the environment's own state. */
export const surveySteps: readonly ScriptStep[] = [
  { id: "look", script: script(look) },
  { id: "inventory", script: inventoryScript },
];

/** Looks at a server without changing anything, and without the lock. One round trip. */
export async function survey(connection: Connection, scope: Omit<Scope, "deployment">): Promise<Survey> {
  const text = phase(preludeFor({ ...scope, deployment: "-" }), [
    ...surveySteps,
    { id: "state", script: script("tell_state") },
  ]);
  const result = await connection.run(text, { timeout: 60_000 });
  const survey = readSurvey(result.stdout);
  // Without an engine the other scripts cannot do their work, and the caller says what is wrong.
  if (result.exitCode !== 0 && survey.state.engine !== undefined)
    throw unexpected(`${connection.name} cannot be looked at`, result.stderr);
  return survey;
}

export function readSurvey(output: string): Survey {
  return { state: parseState(output), inventory: parseInventory(output) };
}
