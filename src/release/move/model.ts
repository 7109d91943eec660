import type { LoadOptions, ServerAddress, Settings } from "../../config/index.ts";
import type { Compared } from "../backup-report.ts";

export interface MoveOptions extends LoadOptions {
  /** The new server, as wherry.yaml would have it: `deploy@203.0.113.20`. */
  readonly to: string;
  /** Where visitors reach the new server, when that is not the host of `to`. */
  readonly address: string | undefined;
}

/** Which environment moves where. */
export interface Journey {
  readonly settings: Settings;
  readonly source: Extract<ServerAddress, { kind: "ssh" }>;
  readonly target: Extract<ServerAddress, { kind: "ssh" }>;
  /** Of the new server, for DNS and for requests that are sent on; undefined where only ssh knows it. */
  readonly address: string | undefined;
}

/** What of one service has to be copied. */
export interface DataSize {
  readonly service: string;
  /** postgres, mysql, mongodb, redis, volume. */
  readonly method: string;
  /** Of its folders; what crosses the network is often less. */
  readonly bytes: number;
}

export interface MovePlan {
  readonly app: string;
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly release: string;
  readonly data: readonly DataSize[];
  /** That visitors come to. */
  readonly hosts: readonly string[];
  /** What would be done, in this order; those with `silent` are the time without service. */
  readonly steps: readonly { readonly title: string; readonly silent: boolean }[];
}

/** Seconds in which no visitor was served: in all, and what they consist of. */
export interface Unserved {
  readonly seconds: number;
  /** Until the old server had ended its requests and stopped the release. */
  readonly stop: number;
  /** Of the data, and its counting on both sides. */
  readonly copy: number;
  /** Until the release was healthy on the new server, and had the requests. */
  readonly start: number;
}

export interface MoveResult {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly release: string;
  /** What was counted on the new server, against what was counted on the old one. */
  readonly compared: readonly Compared[];
  /** Null where this call did not stop anything. */
  readonly unserved: Unserved | null;
  /** Bytes of data that crossed the network. */
  readonly bytes: number;
  /** The old server sent them to the new one itself; false: through this machine; null: there were none. */
  readonly straight: boolean | null;
  /** Requests that still come to the old server are sent on to the new one; null where an earlier call saw to that. */
  readonly forwards: boolean | null;
  /** DNS records that have to point to the new server. */
  readonly records: readonly { readonly host: string; readonly address: string | null }[];
}
