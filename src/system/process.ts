import { pipeline, Readable } from "node:stream";
import { execa } from "execa";
import type { ProcessResult, Processes, RunningProcess, RunOptions } from "./context.ts";
import { eachLine } from "./lines.ts";

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export function createProcesses(surroundings: Surroundings): Processes {
  function start(argv: readonly string[], options: RunOptions = {}): RunningProcess {
    const [program, ...args] = argv;
    if (program === undefined) throw new Error("nothing to run");
    const child = execa(program, args, {
      cwd: options.cwd ?? surroundings.cwd,
      env: { ...(options.env ?? surroundings.env) },
      extendEnv: false,
      ...(options.lastOrders === true ? {} : { cancelSignal: surroundings.signal }),
      ...(options.patient === true
        ? { detached: true, killSignal: "SIGINT" as const, forceKillAfterDelay: false as const }
        : { forceKillAfterDelay: 2000 }),
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 256 * 1024 * 1024,
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(options.stdoutFile === undefined
        ? {}
        : { stdout: { file: options.stdoutFile }, buffer: { stdout: false, stderr: true } }),
      ...(options.stdoutFlows === true ? { buffer: { stdout: false, stderr: true } } : {}),
      ...(options.terminal === true ? { stdio: "inherit" as const } : {}),
      ...(typeof options.input === "string" || options.input instanceof Uint8Array ? { input: options.input } : {}),
    });
    // A child that ends before it has read everything is told by its exit code, not by a broken pipe.
    if (options.input instanceof Readable && child.stdin !== null) pipeline(options.input, child.stdin, () => {});
    if (child.stdout !== null && options.onStdoutLine !== undefined) eachLine(child.stdout, options.onStdoutLine);
    if (child.stderr !== null && options.onStderrLine !== undefined) eachLine(child.stderr, options.onStderrLine);
    const done = child.then((result): ProcessResult => {
      const missing = result.code === "ENOENT" && result.exitCode === undefined;
      return {
        stdout: text(result.stdout),
        stderr: missing ? `${program}: command not found` : text(result.stderr),
        exitCode: result.exitCode ?? (missing ? 127 : 128),
        signal: result.signal,
        timedOut: result.timedOut,
      };
    });
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      done,
      kill: () => void child.kill(),
    } as RunningProcess;
  }

  return { start, run: (argv, options) => start(argv, options).done };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
