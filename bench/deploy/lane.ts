import { setTimeout as sleep } from "node:timers/promises";
import { server as bootServer } from "../../testbed/index.ts";
import type { Contender } from "./contender.ts";
import { liveVersion, measure, measureUnderTraffic } from "./measure.ts";
import type { Measured } from "./measure.ts";
import { memoryOf, startMeter } from "./meter.ts";
import type { Result } from "./table.ts";
import { openWorkspace } from "./workspace.ts";

/** Seconds until the proxy counts as idle. */
const rest = 5;

/** One contender on a server of its own. */
export interface Lane {
  first(): Promise<void>;
  changeAndRollback(turn: number): Promise<void>;
  result(): Promise<Result>;
  close(): Promise<void>;
}

export async function openLane(contender: Contender, distance: number, say: (line: string) => void): Promise<Lane> {
  const site = await bootServer({ say });
  await startMeter(site);
  const far = distance === 0 ? undefined : await site.delay(distance);
  const workspace = await openWorkspace(site.address);
  const place = { workspace, server: far ?? site };
  const changes: Measured[] = [];
  const rollbacks: Measured[] = [];
  let first: Measured | undefined;

  // A number that belongs to something else than was asked for is worse than none.
  async function mustServe(version: string): Promise<void> {
    const live = await liveVersion(site);
    if (live !== version) throw new Error(`${contender.name}: ${String(live)} answers, not ${version}`);
  }

  function note(what: string, { seconds, traffic }: Measured): void {
    const visits = traffic === undefined ? "" : `, ${traffic.lost + traffic.failed} of ${traffic.sent} requests lost`;
    say(`${contender.name}, ${distance} ms, ${what}: ${seconds.toFixed(1)} s${visits}`);
  }

  return {
    async first() {
      await workspace.edit(`${contender.name.replaceAll(" ", "-")}-${distance}-0`);
      first = await measure(site, () => contender.first(place));
      await mustServe(workspace.version());
      note("first deployment", first);
    },
    async changeAndRollback(turn) {
      const before = String(await liveVersion(site));
      // Not the same for both: one would find what it builds in the build cache of the other.
      await workspace.edit(`${contender.name.replaceAll(" ", "-")}-${distance}-${turn}`);
      const change = await measureUnderTraffic(site, () => contender.change(place));
      await mustServe(workspace.version());
      note("change", change);
      changes.push(change);
      const rollback = await measureUnderTraffic(site, () => contender.rollback(place));
      await mustServe(before);
      note("rollback", rollback);
      rollbacks.push(rollback);
    },
    async result() {
      if (first === undefined) throw new Error("nothing has been measured");
      await sleep(rest * 1000);
      const proxyMemory = contender.proxy === undefined ? null : await memoryOf(site, contender.proxy.label);
      return { contender: contender.name, distance, first, changes, rollbacks, proxyMemory };
    },
    async close() {
      await far?.close();
      await site.remove();
      await workspace.remove();
    },
  };
}
