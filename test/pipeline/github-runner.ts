import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { actions } from "../../src/pipeline/index.ts";
import { git } from "../helpers/git.ts";
import { atHome, passwdWith, variablesOf, watchCommandLines, whyNoHome } from "./own-home.ts";

/**
 * A machine that runs workflows as GitHub's would: nektos/act runs their jobs on this machine, in a folder of their own, with
 * a home of their own, without a terminal. External actions are those of actions/: small scripts that do the same work.
 * What act does not know is not proven here: the filters behind `on`, permissions, concurrency, who may use an environment.
 */

/** What happened in the repository, and what GitHub would hand to the run. */
export interface Happening {
  readonly workflow: "ci.yml" | "deploy.yml" | "rollback.yml";
  readonly event: "push" | "pull_request" | "workflow_dispatch";
  /** `refs/heads/develop` */
  readonly ref: string;
  readonly commit: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Only this job, and those it needs. */
  readonly job?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface WorkflowRun {
  readonly id: number;
  readonly exitCode: number | null;
  /** All that the run printed, with nothing masked. */
  readonly log: string;
  /** Jobs that ended, in that order. */
  readonly jobs: readonly { readonly job: string; readonly result: string }[];
  /** The environment of each shell that a step started. */
  readonly steps: readonly StepEnvironment[];
  /** Command lines of all programs of this machine that were seen meanwhile. */
  readonly commandLines: ReadonlySet<string>;
}

export interface StepEnvironment {
  readonly job: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface GitHubRunner {
  /** The disk of the runner: home, workspaces, temporary files. */
  readonly disk: string;
  readonly home: string;
  run(happening: Happening): Promise<WorkflowRun>;
  remove(): void;
}

/** Why workflows cannot be run on this machine; undefined where they can. */
export function whyNoRunner(): string | undefined {
  if (spawnSync("act", ["--version"]).status !== 0)
    return "act is not installed: go install github.com/nektos/act@v0.2.89";
  return whyNoHome();
}

/**
 * Each step's shell: what it is given and what it prints is written down, and its output is no terminal, as on GitHub.
 * act reads a step through a terminal of its own, and does not wait for the last lines of one that fails.
 */
const shell = `#!/bin/bash
set -o pipefail
env -0 > "$SEEN/$GITHUB_JOB.$BASHPID.env"
/bin/bash "$@" < /dev/null 2>&1 | tee "$SEEN/$GITHUB_JOB.$BASHPID.log"
`;

/**
 * @param origin the repository that is checked out, bare
 * @param registry of npm, from which Wherry is installed
 */
export function githubRunner({
  origin,
  registry,
}: {
  readonly origin: string;
  readonly registry: string;
}): GitHubRunner {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-github-")));
  const at = (path: string): string => join(folder, path);
  const disk = at("disk");
  const home = join(disk, "home");
  for (const path of [home, join(disk, "tmp"), at("bin"), at("npm")]) mkdirSync(path, { recursive: true });
  writeFileSync(at("bin/bash"), shell);
  chmodSync(at("bin/bash"), 0o755);
  writeFileSync(at("passwd"), passwdWith(home));
  git(folder, "clone", "--quiet", "--no-checkout", origin, "event");
  git(at("event"), "remote", "set-url", "origin", "https://github.com/acme/shop.git");
  let id = 1000;

  const run = async (happening: Happening): Promise<WorkflowRun> => {
    id += 1;
    const seen = at(`seen-${id}`);
    mkdirSync(seen);
    git(at("event"), "fetch", "--quiet", origin, "+refs/*:refs/remotes/all/*");
    git(at("event"), "checkout", "--quiet", "--force", "--detach", happening.commit);
    const env = {
      PATH: `${at("bin")}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      TMPDIR: join(disk, "tmp"),
      LANG: "C.UTF-8",
      SEEN: seen,
      ORIGIN: origin,
      npm_config_registry: registry,
      npm_config_cache: at("npm"),
      npm_config_update_notifier: "false",
    };
    const argv = ["act", ...wordsOf(happening, id)];
    const child = spawn("unshare", atHome(at("passwd"), argv), { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const commandLines = new Set<string>();
    const endWatch = watchCommandLines(commandLines);
    const lines: string[] = [];
    const jobs: { readonly job: string; readonly result: string }[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        const { msg, jobID, jobResult } = parseLine(line);
        lines.push(`${jobID === undefined ? "" : `[${jobID}] `}${msg}`);
        if (jobID !== undefined && jobResult !== undefined) jobs.push({ job: jobID, result: jobResult });
      });
    }
    const exitCode = await new Promise<number | null>((ended) => child.on("close", ended));
    endWatch();
    const written = (ending: string): readonly (readonly [string, string])[] =>
      readdirSync(seen)
        .filter((file) => file.endsWith(ending))
        .map((file) => [file, readFileSync(join(seen, file), "utf8")]);
    const steps = written(".env").map(([file, text]) => stepOf(file, text));
    const log = [...lines, ...written(".log").map(([file, text]) => `${file}:\n${text}`)].join("\n");
    rmSync(seen, { recursive: true });
    return { id, exitCode, log, jobs, steps, commandLines };
  };

  /** Secrets and variables lie in files that are no part of the runner's disk. */
  const wordsOf = ({ workflow, event, ref, commit, payload, job, secrets, variables }: Happening, id: number) => {
    const common = { ref, after: commit, deleted: false, repository: { fork: false, default_branch: "main" } };
    writeFileSync(at("event.json"), JSON.stringify({ ...common, ...payload }));
    writeFileSync(at("secrets.yml"), JSON.stringify(secrets ?? {}));
    writeFileSync(at("variables.yml"), JSON.stringify(variables ?? {}));
    const flags: Readonly<Record<string, string>> = {
      directory: at("event"),
      workflows: `.github/workflows/${workflow}`,
      ...(job === undefined ? {} : { job }),
      eventpath: at("event.json"),
      "secret-file": at("secrets.yml"),
      "var-file": at("variables.yml"),
      platform: "ubuntu-24.04=-self-hosted",
      actor: "ada",
      env: `GITHUB_RUN_ID=${id}`,
      "action-cache-path": join(disk, "work"),
      // One job at a time: act's table of local repositories is not made for several.
      "concurrent-jobs": "1",
    };
    const mapped = actions.map(({ action, commit: pin }) => `--local-repository=${action}@${pin}=${standIn(action)}`);
    const words = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    // What act would hide must not be there in the first place.
    return [event, ...words, ...mapped, "--no-cache-server", "--no-skip-checkout", "--insecure-secrets", "--json"];
  };

  return { disk, home, run, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const standIn = (action: string): string => resolve(import.meta.dirname, "actions", action.split("/")[1] ?? "");

interface ActLine {
  readonly msg: string;
  readonly jobID?: string;
  readonly jobResult?: string;
}

function parseLine(line: string): ActLine {
  try {
    const { msg = "", jobID, jobResult } = JSON.parse(line) as Partial<ActLine>;
    return { msg, ...(jobID === undefined ? {} : { jobID }), ...(jobResult === undefined ? {} : { jobResult }) };
  } catch {
    return { msg: line };
  }
}

function stepOf(file: string, text: string): StepEnvironment {
  return { job: file.split(".")[0] ?? "", variables: variablesOf(text) };
}
