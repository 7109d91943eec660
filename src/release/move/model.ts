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
  /** What would be done, in this order; those with `silent` are the time without service. */
  readonly steps: readonly { readonly title: string; readonly silent: boolean }[];
}

export interface MoveResult {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly release: string;
  /** What was counted on the new server, against what was counted on the old one. */
  readonly compared: readonly Compared[];
  /** Seconds in which no visitor was served, and the copy of the data among them; null where this call did not stop anything. */
  readonly unserved: { readonly seconds: number; readonly copy: number } | null;
  /** Bytes of data that crossed the network. */
  readonly bytes: number;
  /** Requests that still come to the old server are sent on to the new one; null where an earlier call saw to that. */
  readonly forwards: boolean | null;
  /** DNS records that have to point to the new server. */
  readonly records: readonly { readonly host: string; readonly address: string | null }[];
}
