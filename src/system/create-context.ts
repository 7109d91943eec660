import { setMaxListeners } from "node:events";
import { hostname, userInfo } from "node:os";
import process from "node:process";
import { createMask } from "../core/index.ts";
import type { Context } from "./context.ts";
import { createFiles } from "./files.ts";
import { createHttps } from "./https.ts";
import { createLoopback } from "./loopback.ts";
import { createProcesses } from "./process.ts";

/** The real world. Tests build theirs from this one and replace what they need. */
export function createContext(options: Partial<Context> = {}): Context {
  const env = options.env ?? process.env;
  const cwd = options.cwd ?? process.cwd();
  const signal = options.signal ?? new AbortController().signal;
  // Every program that runs listens to it, and a deployment of many images runs many: no leak, and no warning.
  setMaxListeners(0, signal);
  return {
    env,
    cwd,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    self: { host: hostname(), user: userName() },
    clock: {
      now: () => new Date(),
      monotonic: () => performance.now(),
      sleep: (milliseconds) =>
        new Promise((resolve) => {
          const timer = setTimeout(done, milliseconds);
          function done(): void {
            clearTimeout(timer);
            signal.removeEventListener("abort", done);
            resolve();
          }
          if (signal.aborted) done();
          else signal.addEventListener("abort", done);
        }),
    },
    files: createFiles(),
    loopback: createLoopback(),
    https: createHttps(signal),
    processes: createProcesses({ env, cwd, signal }),
    mask: createMask(),
    signal,
    ...options,
  };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
