import type { Strategy } from "../config/index.ts";
import type { Slot } from "../proxy/index.ts";
import type { ReleaseId } from "./record.ts";
import type { Step } from "./steps.ts";

/** Where a release stands on its way to all of the requests. */
export interface Takeover {
  readonly owner: string;
  readonly slot: Slot;
  readonly release: ReleaseId;
  /** The proxy's names of the servers of the new side, and of the back ends of both. */
  readonly servers: readonly string[];
  readonly newBackends: readonly string[];
  readonly oldBackends: readonly string[];
  /** Percent that it gets already. */
  readonly share: number;
}

/** All requests with one switch: no shares, and nothing on trial. */
export function atOnce(strategy: Strategy): Strategy {
  return { ...strategy, kind: "blue-green", watch: undefined };
}

/**
 * The steps between a healthy release and the switch that makes it live: its shares of the requests, each watched, then
 * all of them on trial. Nothing that says what is live has moved until then, so that the way back is one change.
 */
export function trialSteps(strategy: Strategy, takeover: Takeover): readonly Step[] {
  const { owner, slot, release, servers, newBackends, oldBackends } = takeover;
  const { canary, judge, watch } = strategy;
  const share = (percent: number): Step => ({
    step: "set-share",
    slot,
    release,
    share: percent,
    sticky: percent < 100 && canary.sticky,
    owner,
    servers,
  });
  const watched = (percent: number, seconds: number): Step => ({
    step: "watch",
    slot,
    owner,
    share: percent,
    seconds,
    limits: judge,
    newBackends,
    oldBackends: percent < 100 ? oldBackends : [],
  });
  const shares = strategy.kind === "canary" && newBackends.length > 0 ? canary.steps : [];
  const steps = shares
    .filter((percent) => percent > takeover.share)
    .flatMap((percent): readonly Step[] => [
      share(percent),
      watched(percent, canary.every),
      ...(canary.manual ? [{ step: "pause" as const, share: percent }] : []),
    ]);
  if (watch !== undefined) steps.push(share(100), watched(100, watch.for));
  return steps;
}
