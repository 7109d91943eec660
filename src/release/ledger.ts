import type { ImagesOrigin } from "./origin.ts";
import type { ReleaseId } from "./record.ts";
import type { Judgement } from "./watch.ts";

export type DeploymentKind = "release" | "hotfix" | "rollback" | "redeploy" | "config" | "move";
export type Outcome = "succeeded" | "failed_before_traffic" | "failed_after_traffic" | "cancelled" | "superseded";

/**
 * One line of `ledger.jsonl`: everything that was true of one deployment, written at the time. Lines are kept and
 * read for ever; a reader must take every version.
 */
export interface LedgerLine {
  readonly version: 1;
  readonly id: string;
  readonly app: string;
  readonly environment: string;
  readonly stack: string;
  readonly kind: DeploymentKind;
  readonly release: ReleaseId;
  readonly previous: ReleaseId | null;
  readonly services: readonly LedgerService[];
  readonly commit: string | null;
  readonly previousCommit: string | null;
  readonly branch: string | null;
  readonly tag: string | null;
  readonly who: { readonly name: string; readonly bot: boolean };
  /** Where the command ran: a CI run's address, or a host name. */
  readonly from: string;
  readonly planned: boolean;
  readonly attemptOf: string | null;
  readonly fixes: readonly string[];
  readonly rollbackOf: ReleaseId | null;
  /** UTC, ISO 8601. `traffic` and `finished` are by the server's clock, the others by the clock of the command. */
  readonly queued: string;
  readonly started: string;
  readonly traffic: string | null;
  readonly verified: string | null;
  readonly finished: string;
  /** The server's clock minus ours, in milliseconds, network included. */
  readonly clockOffset: number;
  readonly outcome: Outcome;
  readonly failedStep: string | null;
  readonly reason: string | null;
  /** Where its images come from; absent in lines from before there was more than one way. */
  readonly images?: ImagesOrigin;
  /** Files outside the commit were in it; absent in lines from before it was written. */
  readonly dirty?: boolean;
  /** What the judge found at each share of the requests; absent in lines from before there was one. */
  readonly judgements?: readonly Judgement[];
}

export interface LedgerService {
  readonly name: string;
  readonly digest: string;
  readonly previousDigest: string | null;
  readonly configHash: string;
  readonly previousConfigHash: string | null;
  /** The instant from which this service of the release got traffic; null for what gets none. */
  readonly traffic: string | null;
}

/** Stands for an instant that only the server will know; its scripts put the time in. */
export const atFinish = "@finished@";
export const atTraffic = "@traffic@";
export const atVerified = "@verified@";
export const atStep = "@step@";
export const atOutcome = "@outcome@";
