import { refusedError, Secret } from "../../core/index.ts";
import type { WherryError } from "../../core/index.ts";
import type { Context, ProcessResult } from "../../system/index.ts";

// A person may have to unlock something with a finger or a password first.
const timeout = 120_000;

interface Call {
  /** For people, and what to do where it fails. */
  readonly what: string;
  readonly hint: string;
  /** Written to its standard input: the only way in for values, for arguments are seen by all users of a machine. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program that keeps secrets; what it prints. @throws WherryError `secrets-program` where it does not do it */
export async function ask(ctx: Context, argv: readonly [string, ...string[]], call: Call): Promise<string> {
  const result = await tryAsk(ctx, argv, call);
  if (result.exitCode === 0) return result.stdout;
  throw failureOf(argv[0], result, call);
}

/** The same, where failing is an answer. */
export async function tryAsk(ctx: Context, argv: readonly [string, ...string[]], call: Call): Promise<ProcessResult> {
  const env = call.env === undefined ? {} : { env: { ...ctx.env, ...call.env } };
  const result = await ctx.processes.run(argv, { input: call.input ?? "", timeout, ...env });
  if (result.exitCode === 127) {
    throw refusedError("secrets-program", `${argv[0]} is needed for secrets_from, and is not on this machine`, {
      hint: "install it, or take another source",
    });
  }
  return result;
}

export function failureOf(program: string, result: ProcessResult, { what, hint }: Call): WherryError {
  // Not its standard output, where values are.
  const lines = result.stderr.split("\n").filter((line) => line.trim() !== "");
  return refusedError(
    "secrets-program",
    `${program} could not ${what}${result.timedOut ? ": no answer in time" : ""}`,
    {
      context: lines.slice(-10),
      hint,
    },
  );
}

/** Those of the values that are asked for; what has none is left out. */
export function picked(values: ReadonlyMap<string, string>, names: readonly string[]): ReadonlyMap<string, Secret> {
  return new Map(
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, new Secret(value)] as const];
    }),
  );
}
