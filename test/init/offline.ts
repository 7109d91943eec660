import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";

/** Without a registry: what is written depends on the repository alone. */
export function offline(): Context {
  const ctx = createContext({ cwd: import.meta.dirname, env: {} });
  const failed = { stdout: "", stderr: "no network", exitCode: 1, signal: undefined, timedOut: false };
  return { ...ctx, processes: { ...ctx.processes, run: () => Promise.resolve(failed) } };
}
