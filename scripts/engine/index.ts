import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { advice, exists, installPrograms } from "./install.ts";
import { attempt, isRoot, run, succeeds, until } from "./run.ts";

const log = "/var/log/dockerd-wherry.log";

/**
 * Makes sure that a Docker engine with compose and buildx answers on the default socket: does nothing if it does, starts
 * it if it is only installed, and as root on Debian or Ubuntu installs what is missing.
 */
export async function ensureEngine(say: (line: string) => void): Promise<void> {
  const [answers, compose, buildx] = await Promise.all([engineAnswers(), composeAnswers(), buildxAnswers()]);
  if (answers && compose && buildx) return;
  if (!isRoot()) throw new Error(advice);
  await installPrograms(say, {
    // One that answers is not for us to replace, wherever it comes from.
    daemon: !answers && (await daemon()) === undefined,
    command: !(await succeeds(["docker", "--version"])),
    compose: !compose,
    buildx: !buildx,
  });
  if (!(await engineAnswers())) await startEngine(say);
  if (!(await composeAnswers()) || !(await buildxAnswers())) throw new Error(advice);
}

const engineAnswers = (): Promise<boolean> => succeeds(["docker", "version"], { timeout: 20_000 });

const buildxAnswers = (): Promise<boolean> => succeeds(["docker", "buildx", "version"]);

/** 2.24 is the first that knows `env_file: [{ path, required: false }]`. */
async function composeAnswers(): Promise<boolean> {
  const { stdout, exitCode } = await attempt(["docker", "compose", "version", "--short"]);
  const [major = 0, minor = 0] = stdout.trim().replace(/^v/, "").split(".").map(Number);
  return exitCode === 0 && (major > 2 || (major === 2 && minor >= 24));
}

async function daemon(): Promise<string | undefined> {
  for (const path of ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"]) {
    if (await exists(path)) return path;
  }
  return undefined;
}

async function startEngine(say: (line: string) => void): Promise<void> {
  say("starting the Docker engine");
  if (await exists("/run/systemd/system")) {
    await run(["systemctl", "start", "docker"]);
  } else {
    const program = await daemon();
    if (program === undefined) throw new Error(advice);
    // A session of its own: it must not end with the terminal or the test that happened to start it.
    const out = openSync(log, "a");
    spawn(program, [], { detached: true, stdio: ["ignore", out, out] }).unref();
    closeSync(out);
  }
  try {
    await until("start of the Docker engine", 60_000, engineAnswers);
  } catch (error) {
    const last = (await readFile(log, "utf8").catch(() => "")).trimEnd().split("\n").slice(-10).join("\n");
    throw new Error(`The Docker engine does not start:\n${last}`, { cause: error });
  }
}
