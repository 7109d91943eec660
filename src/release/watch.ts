import type { WatchCheck, WatchSettings } from "../config/index.ts";
import { formatSeconds } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { notifyLibrary } from "../notify/index.ts";
import type { Slot } from "../proxy/index.ts";
import { script, type Script } from "../server/index.ts";
import { quote } from "../system/index.ts";
import watchProgram from "./scripts/watch.pl?raw";
import watchShell from "./scripts/watch.sh?raw";

/** What the judge on the server looks at while a release gets requests. */
export interface Watch {
  readonly slot: Slot;
  readonly owner: string;
  /** Percent of the requests that it gets. */
  readonly share: number;
  readonly seconds: Seconds;
  readonly limits: WatchSettings;
  /** The proxy's names of the back ends of both sides. */
  readonly newBackends: readonly string[];
  readonly oldBackends: readonly string[];
}

/** What the judge found, with its figures: goes into the ledger. */
export interface Judgement {
  readonly verdict: "pass" | "fail" | "inconclusive" | "paused" | "promoted" | "aborted";
  readonly reason: string;
  /** Percent of the requests that the new release got. */
  readonly share: number;
  readonly seconds: Seconds;
  readonly new: JudgedSide;
  /** The live release in the same time. */
  readonly old: JudgedSide;
}

export interface JudgedSide {
  readonly requests: number;
  /** Answers with a status of 500 and above. */
  readonly errors: number;
  /** Milliseconds; null without requests. */
  readonly p95: number | null;
}

export function watchTitle({ share, seconds }: Watch): string {
  return `watch it for ${formatSeconds(seconds)} with ${share === 100 ? "all" : `${share} %`} of the requests`;
}

export function watchScript(watch: Watch): Script {
  const { slot, owner, share, seconds, limits, newBackends, oldBackends } = watch;
  const wait = limits.wait ?? seconds;
  const settings = {
    seconds,
    wait,
    // What gets no requests is judged by its containers alone.
    min: newBackends.length === 0 ? 0 : limits.minRequests,
    errors: limits.errors,
    latency: Math.round((limits.latencyP95 ?? 0) * 1000),
    restarts: limits.restarts,
    inconclusive: limits.onInconclusive,
    breach: limits.onBreach,
    share,
  };
  return script(`${notifyLibrary}watch=${quote(watchProgram)}\n${watchShell}`, [
    slot,
    owner,
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    ...newBackends.map((backend) => `new=${backend}`),
    ...oldBackends.map((backend) => `old=${backend}`),
    ...limits.checks.map((check) => `check=${checkWords(check).join("\t")}`),
  ]);
}

/** How long it may take, in seconds. */
export function longestWatch({ seconds, limits }: Watch): Seconds {
  return seconds + (limits.wait ?? seconds);
}

export function parseJudgements(lines: readonly string[]): readonly Judgement[] {
  return lines.map((line) => JSON.parse(line) as Judgement);
}

function checkWords(check: WatchCheck): readonly string[] {
  if (check.kind === "url") return ["url", check.url];
  if (check.kind === "command") return ["command", check.service, ...check.command];
  return ["prometheus", String(check.max), check.prometheus, check.query];
}
