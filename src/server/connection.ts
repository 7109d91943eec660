import type { Readable } from "node:stream";
import type { WherryError } from "../core/index.ts";
import type { RunningProcess } from "../system/index.ts";
import type { Script } from "./script.ts";

export interface RemoteOptions {
  /** Data for the script's standard input, after the script itself. */
  readonly input?: Readable | Uint8Array | string;
  /** Called with each line of the protocol (standard output) as it comes. */
  readonly onLine?: (line: string) => void;
  /** Milliseconds; the whole script must have ended by then. */
  readonly timeout?: number;
}

export interface RemoteResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A server seen from here: over SSH, or this machine. Open it with `connect`, close it when done. */
export interface Connection {
  /** For people: `deploy@203.0.113.10`, `local`. */
  readonly name: string;
  readonly local: boolean;
  /** Scripts run so far; each is one round trip. */
  readonly roundTrips: number;
  /** Bytes of scripts and data sent so far. */
  readonly bytesSent: number;
  /**
   * Runs a script and waits for its end. A script that fails does not throw; a connection that fails does
   * (WherryError, exit `refused`, code `unreachable` | `connection-lost` | `host-key-unknown` | `host-key-changed`).
   */
  run(script: Script, options?: RemoteOptions): Promise<RemoteResult>;
  /** Was it the connection that failed, and not the script? Then how; the same errors as of `run`. */
  failureOf(result: RemoteResult): Promise<WherryError | undefined>;
  /**
   * Starts a script that goes on while we talk to it. One round trip.
   * @param stdout `flow`: more than memory may hold; what is not read as it comes is nowhere
   */
  open(script: Script, stdout?: "keep" | "flow"): RunningProcess;
  /** The arguments that run a command on the server with this process's own terminal or streams. */
  passthrough(command: readonly string[], options: { readonly terminal: boolean }): readonly string[];
  close(): Promise<void>;
}
