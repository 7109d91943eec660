import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { Mask } from "../core/index.ts";

/** Everything that a room may do to the world. Passed in; tests pass another one. */
export interface Context {
  /** Environment variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. Every relative path of the user is relative to it. */
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Name of this machine and of the user who runs this, for records of who did what from where. */
  readonly self: { readonly host: string; readonly user: string };
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly loopback: Loopback;
  readonly https: Https;
  /** Every value of a secret goes in here as soon as it is known: the command line writes nothing that it has not seen. */
  readonly mask: Mask;
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal;
}

/** HTTP for programs of this machine, on 127.0.0.1 alone. */
export interface Loopback {
  /** Undefined where the port is taken. A handler that throws cuts its connection. */
  serve(
    port: number,
    handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ): Promise<{ close(): Promise<void> } | undefined>;
}

/** Services of others. */
export interface Https {
  /**
   * Only `https:`, and `http:` on this machine; any other address throws. Redirections are answers, not followed. A service
   * that cannot be reached does not throw: its answer has no status, and says why.
   * @param options.timeout milliseconds; 15 s if left out
   */
  get(
    url: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly timeout?: number },
  ): Promise<HttpsAnswer>;
  /** The same for what changes something there: `body` is sent as JSON by POST. Never tried again by itself. */
  post(
    url: string,
    body: unknown,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly timeout?: number },
  ): Promise<HttpsAnswer>;
  /** Any method, with a body that is sent as it is: for a library that speaks HTTP and is not to open connections itself. */
  send(
    method: string,
    url: string,
    options?: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly timeout?: number;
    },
  ): Promise<HttpsAnswer>;
}

export type HttpsAnswer =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly status: undefined; readonly reason: string };

export interface Clock {
  now(): Date;
  /** Milliseconds that only ever go up; for measuring. */
  monotonic(): number;
  /** Ends early when the user interrupts the command: who waits in a loop looks at the signal. */
  sleep(milliseconds: number): Promise<void>;
}

/** Paths are absolute. Reading what is not there gives undefined; every other failure throws. */
export interface Files {
  read(path: string): Promise<Uint8Array | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** Temporary file, then rename: a reader never sees half a file. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  makeFolder(path: string, mode?: number): Promise<void>;
  stat(path: string): Promise<FileStat | undefined>;
  list(path: string): Promise<readonly string[]>;
  /** A new empty folder of mode 0700 for the time of `use`, removed afterwards. */
  withTemporaryFolder<T>(use: (path: string) => Promise<T>): Promise<T>;
  openRead(path: string, range?: { readonly start: number; readonly end: number }): Readable;
  /** A new file, mode 0600. */
  openWrite(path: string): Writable;
}

export interface FileStat {
  readonly kind: "file" | "folder" | "other";
  readonly size: number;
  /** Permission bits, for example 0o600. */
  readonly mode: number;
  readonly modified: Date;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the child; the context's own when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array | Readable;
  /** Milliseconds after which the process is ended (SIGTERM, then SIGKILL). */
  readonly timeout?: number;
  /** Called with each line of standard output or error as it comes. */
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
  /** Standard output goes into this new file, whatever its bytes and however many; `stdout` of the result is empty then. */
  readonly stdoutFile?: string;
  /** Standard output is read as it comes, by whoever started the process, and kept nowhere: `stdout` of the result is empty. */
  readonly stdoutFlows?: boolean;
  /** Runs also when the user has interrupted the command: for what has to be put in order at its end. */
  readonly lastOrders?: boolean;
  /**
   * An interrupt is told to the process once, by SIGINT, and it has all the time to end by itself: for what has to note what it
   * has ordered. In a process group of its own, else a terminal would tell it a second time, which means "at once" to many.
   */
  readonly patient?: boolean;
  /** Hands the terminal over: the child reads and writes the streams of this process. */
  readonly terminal?: boolean;
}

export interface ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 127 when the program is not there. */
  readonly exitCode: number;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
}

/** A process that goes on while we talk to it. */
export interface RunningProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly done: Promise<ProcessResult>;
  kill(): void;
}

/** Programs are started from a list of arguments, never through a shell. A program that fails does not throw: look at its exit code. */
export interface Processes {
  run(argv: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  start(argv: readonly string[], options?: RunOptions): RunningProcess;
}
