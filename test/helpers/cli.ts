import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

const root = resolve(import.meta.dirname, "../..");

/** The built program. `npm run build` makes it; `npm test` and `npm run test:integration` build first. */
export const program = join(root, "dist", "wherry.cjs");

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds; the program is killed then. Default: two minutes. */
  readonly timeout?: number;
  /** Called with the child once it runs, for tests that send it signals. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output as the one JSON document that it has to be. */
  json<T = Record<string, unknown>>(): T;
}

/** Runs the built program as a user would, without a terminal. */
export async function wherry(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  if (!existsSync(program)) throw new Error("dist/wherry.cjs is not there: npm run build");
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: "pipe",
    timeout: options.timeout ?? 120_000,
    killSignal: "SIGKILL",
  });
  options.onStart?.(child);
  // A program that ends before it has read everything is told by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolveEnd, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolveEnd([code, signal]));
  });
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return {
    stdout,
    stderr,
    exitCode,
    signal,
    json: <T>() => {
      try {
        return JSON.parse(stdout) as T;
      } catch {
        throw new Error(`not one JSON document on standard output:\n${stdout}\n--- standard error:\n${stderr}`);
      }
    },
  };
}
