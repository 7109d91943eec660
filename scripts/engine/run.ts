import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; afterwards the process is killed and counts as failed. */
  readonly timeout?: number;
  readonly cwd?: string;
}

/** Runs a program to its end and says how it went. Fails only if the program cannot be started for another reason than missing. */
export async function attempt(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: "SIGKILL" as const }),
  });
  // A child that ends before it has read everything is told by its exit code, not by a broken pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  try {
    const [stdout, stderr, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode: code ?? 137 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { stdout: "", stderr: `${program}: command not found`, exitCode: 127 };
  }
}

/** Runs a program that must succeed, and gives what it printed. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await attempt(argv, options);
  if (exitCode === 0) return stdout;
  const last = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
  throw new Error(`${argv.slice(0, 3).join(" ")} failed (exit ${exitCode}):\n${last}`);
}

export async function succeeds(argv: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return (await attempt(argv, options)).exitCode === 0;
}

/** Asks again until it is true. Throws when it is not within the time. */
export async function until(what: string, milliseconds: number, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${Math.round(milliseconds / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const aptEnv = { DEBIAN_FRONTEND: "noninteractive" };

export async function aptUpdate(): Promise<void> {
  // A source that does not answer must not stop the ones that do; what is missing then shows at the installation.
  await attempt(["apt-get", "update", "-q"], { env: aptEnv });
}

/** Installs Debian or Ubuntu packages on this machine. Needs root and a list of packages that is there (`aptUpdate`). */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  await run(["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages], { env: aptEnv });
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
