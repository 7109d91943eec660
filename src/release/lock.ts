import { WherryError } from "../core/index.ts";
import { guard, phase, script } from "../server/index.ts";
import type { Connection, ScriptStep } from "../server/index.ts";
import { eachLine } from "../system/index.ts";
import { preludeFor, unexpected } from "./run.ts";
import type { Scope } from "./run.ts";
import { parseState } from "./state.ts";
import type { ServerState } from "./state.ts";

export interface LockHolder {
  readonly who: string;
  readonly from: string;
  /** ISO 8601, by the clock of the command. */
  readonly since: string;
  /** What is being done: `deploy 3f2a91bc`. */
  readonly what: string;
}

/** The lock of an environment, held by a process on the server that lives as long as this client does. */
export interface Lock {
  /** The environment as it was when the lock was taken. */
  readonly state: ServerState;
  /** All lines that were told, for readers of what `before` told. */
  readonly output: string;
  release(): Promise<void>;
}

/** The guard on the server gives up after 20 s of silence. */
const beatEvery = 4000;

/**
 * Takes the lock and tells the state in the same round trip.
 * @param before scripts that run first, in the same round trip
 * @throws WherryError `locked` with who holds it, since when, and at which step
 */
export async function takeLock(
  connection: Connection,
  scope: Scope,
  holder: LockHolder,
  before: readonly ScriptStep[] = [],
): Promise<Lock> {
  const guarding = {
    id: "lock",
    script: script(guard, [scope.deployment, JSON.stringify(holder)]),
  };
  // Without a deployment: fence() must not ask for the lock that is only about to be taken.
  const running = connection.open(phase(preludeFor({ ...scope, deployment: "-" }), [...before, guarding]));
  running.stdin.on("error", () => {});
  const lines: string[] = [];
  const outcome = await new Promise<"ready" | "ended">((resolve) => {
    const onLine = (line: string): void => {
      lines.push(line);
      if (line === "ready") resolve("ready");
    };
    eachLine(running.stdout, onLine, () => resolve("ended"));
  });
  const told = (word: string): string | undefined =>
    lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
  if (outcome === "ended") {
    const result = await running.done;
    const held = told("held");
    if (held !== undefined) throw lockedError(scope, held, told("held-step"));
    throw (await connection.failureOf(result)) ?? unexpected("the server did not give the lock", result.stderr);
  }
  const beat = setInterval(() => void running.stdin.write("beat\n"), beatEvery);
  return {
    state: parseState(lines.join("\n")),
    output: lines.join("\n"),
    async release() {
      clearInterval(beat);
      running.stdin.end("done\n");
      await running.done;
    },
  };
}

function lockedError(scope: Scope, holder: string, step: string | undefined): WherryError {
  const { who, from, since, what } = parseHolder(holder);
  const at = step === undefined || step === "" ? "" : `, at the step ${step.replace(/\.\d+$/, "")}`;
  return new WherryError(
    "locked",
    "locked",
    `${scope.app} ${scope.environment} is locked: ${who} (${from}) runs ${what} since ${since}${at}`,
    { hint: "wait until it has ended; if its command was killed, the lock is free within 30 s by itself" },
  );
}

export function parseHolder(text: string): LockHolder {
  const unknown = { who: "somebody", from: "unknown", since: "just now", what: "an operation" };
  try {
    return { ...unknown, ...(JSON.parse(text) as Partial<LockHolder>) };
  } catch {
    return unknown;
  }
}
