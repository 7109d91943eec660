import { setTimeout as sleep } from "node:timers/promises";
import type { RunOptions, RunResult } from "./cli.ts";
import type { SmallApp } from "./small-app.ts";

/** For a deployment that is killed with SIGKILL when this many steps are done; after none: in its first half second. */
export function killedAfter(steps: number): RunOptions {
  return {
    onStart(child) {
      let done = 0;
      child.stderr?.on("data", (chunk: Buffer) => {
        done += String(chunk).match(/^ok /gm)?.length ?? 0;
        if (done >= steps) child.kill("SIGKILL");
      });
      if (steps === 0) setTimeout(() => child.kill("SIGKILL"), 500);
    },
  };
}

/** Runs a command until nobody holds the lock any more: that of a killed command is free after a while, by itself. */
export async function onceFree(app: SmallApp, verb: string): Promise<RunResult> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await app.wherry([verb, "--json"]);
    if (result.exitCode !== 7 || attempt > 60) return result;
    await sleep(500);
  }
}
