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
import { text } from "node:stream/consumers";
import { git } from "../helpers/git.ts";
import { atHome, passwdWith, variablesOf, watchCommandLines, whyNoHome } from "./own-home.ts";

/**
 * A machine that runs .gitlab-ci.yml: gitlab-ci-local decides by the rules which jobs there are, orders their stages, gives each
 * the variables of its environment, and runs the scripts with the shell of this machine, in a clone of their own, with a home of
 * their own. Images and services are left out: what a job would find in them is this machine's.
 */

/** What happened in the project, and what GitLab would hand to the pipeline. */
export interface PipelineStart {
  /** `refs/heads/develop`, `refs/tags/PROD-1.0.0`; of a merge request its branch. */
  readonly ref: string;
  readonly commit: string;
  readonly source?: "push" | "merge_request_event" | "web";
  /** Only these: buttons that somebody presses, or what is looked at. */
  readonly jobs?: readonly string[];
  /** Given with a button. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A variable of the project: a value for each environment. */
export interface ProjectVariable {
  readonly type: "file" | "variable";
  readonly values: Readonly<Record<string, string>>;
}

export interface PipelineRun {
  readonly id: number;
  readonly exitCode: number | null;
  /** All that the run printed, with nothing masked. */
  readonly log: string;
  /** Jobs that were run, in that order, and how they ended. */
  readonly jobs: readonly { readonly job: string; readonly result: "success" | "failed" }[];
  /** The environment of each shell that a job started. */
  readonly shells: readonly { readonly job: string; readonly variables: Readonly<Record<string, string>> }[];
  readonly commandLines: ReadonlySet<string>;
}

export interface GitLabRunner {
  /** Home, clone and temporary files of the jobs. */
  readonly disk: string;
  readonly home: string;
  run(start: PipelineStart): Promise<PipelineRun>;
  remove(): void;
}

const program = resolve(import.meta.dirname, "../../node_modules/.bin/gitlab-ci-local");

/** Why it cannot run a job here; undefined where it can. */
export function whyNoRunner(): string | undefined {
  return spawnSync("rsync", ["--version"]).status === 0 ? whyNoHome() : "rsync is not installed: apt-get install rsync";
}

/** What each shell of a job is given is written down. */
const shell = `#!/bin/sh
[ -z "$CI_JOB_NAME" ] || env -0 > "$SEEN/$CI_JOB_NAME.$$"
exec /bin/bash "$@"
`;

/** The scanner has no database here: that it is asked is what can be seen. */
const trivy = '#!/bin/sh\necho "trivy $*"\n';

/** In place of Docker, for the services beside a job: each is there, and listens nowhere. */
const engine = '#!/bin/sh\n[ "$1 $2" != "image inspect" ] || { echo "[{\\"Config\\":{}}]"; exit; }\necho none\n';

/**
 * @param origin the repository that is cloned, bare
 * @param registry of npm, from which Wherry is installed
 */
export function gitlabRunner({
  origin,
  registry,
  variables,
}: {
  readonly origin: string;
  readonly registry: string;
  readonly variables: Readonly<Record<string, ProjectVariable>>;
}): GitLabRunner {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-gitlab-")));
  const at = (path: string): string => join(folder, path);
  const disk = at("disk");
  const home = join(disk, "home");
  const clone = join(disk, "shop");
  for (const path of [home, join(disk, "tmp"), at("bin"), at("npm"), at("settings/.gitlab-ci-local")])
    mkdirSync(path, { recursive: true });
  for (const [name, content] of Object.entries({ bash: shell, trivy, engine })) {
    writeFileSync(at(`bin/${name}`), content);
    chmodSync(at(`bin/${name}`), 0o755);
  }
  writeFileSync(at("passwd"), passwdWith(home));
  writeFileSync(at("settings/.gitlab-ci-local/variables.yml"), JSON.stringify({ global: asWritten(variables) }));
  let id = 1000;

  const run = async (start: PipelineStart): Promise<PipelineRun> => {
    id += 1;
    const seen = at(`seen-${id}`);
    mkdirSync(seen);
    rmSync(clone, { recursive: true, force: true });
    git(folder, "clone", "--quiet", "--no-checkout", origin, clone);
    git(clone, "checkout", "--quiet", "--detach", start.commit);
    // What predefined variables are made of.
    git(clone, "remote", "add", "gcl-origin", "https://gitlab.com/acme/shop.git");
    const env = {
      PATH: `${at("bin")}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      TMPDIR: join(disk, "tmp"),
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      SEEN: seen,
      npm_config_registry: registry,
      npm_config_cache: at("npm"),
      npm_config_update_notifier: "false",
    };
    const places = ["--home", at("settings"), "--container-executable", at("bin/engine")];
    const argv = [process.execPath, program, ...wordsOf(start, id), ...places];
    const commandLines = new Set<string>();
    const endWatch = watchCommandLines(commandLines);
    const child = spawn("unshare", atHome(at("passwd"), argv), { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number | null>((resolveEnd) => child.on("close", resolveEnd));
    const [out, err, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    endWatch();
    const shells = readdirSync(seen).map((file) => ({
      job: file.slice(0, file.lastIndexOf(".")),
      variables: variablesOf(readFileSync(join(seen, file), "utf8")),
    }));
    rmSync(seen, { recursive: true });
    return { id, exitCode, log: `${out}\n${err}`, jobs: jobsOf(out), shells, commandLines };
  };

  return { disk, home, run, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function wordsOf({ ref, source = "push", jobs = [], variables }: PipelineStart, id: number): readonly string[] {
  const name = ref.replace(/^refs\/(?:heads|tags)\//, "");
  const kind = source === "merge_request_event" ? "none" : ref.startsWith("refs/tags/") ? "tag" : "branch";
  const given: Readonly<Record<string, string>> = {
    CI_PIPELINE_SOURCE: source,
    CI_COMMIT_REF_NAME: name,
    GITLAB_USER_LOGIN: "ada",
    CI_JOB_URL: `https://gitlab.com/acme/shop/-/jobs/${id}`,
    ...(kind === "tag" ? { CI_COMMIT_TAG: name } : kind === "branch" ? { CI_COMMIT_BRANCH: name } : {}),
    ...variables,
    // The engine of this machine, in place of the one beside the job.
    DOCKER_HOST: "",
    DOCKER_TLS_VERIFY: "",
  };
  return [
    ...jobs,
    "--force-shell-executor",
    // gitlab.integration.test.ts does it.
    "--no-json-schema-validation",
    // In one clone, where GitLab has one for each job.
    "--concurrency=1",
    ...(kind === "branch" ? [] : ["--unset-variable=CI_COMMIT_BRANCH"]),
    ...Object.entries(given).map(([key, value]) => `--variable=${key}=${literal(value)}`),
  ];
}

/** Not expanded, as with "Expand variable reference" off. */
const literal = (value: string): string => value.replaceAll("$", "$$$$");

function asWritten(variables: Readonly<Record<string, ProjectVariable>>): object {
  const entries = Object.entries(variables).map(([name, { type, values }]) => {
    const written = Object.entries(values).map(([environment, value]) => [environment, literal(value)]);
    return [name, { type, values: Object.fromEntries(written) as object }];
  });
  return Object.fromEntries(entries) as object;
}

/** The sum at the end; a warning is a job that may fail, and did. */
function jobsOf(log: string): PipelineRun["jobs"] {
  return [...log.matchAll(/^ (PASS|WARN|FAIL) +(\S+)(?: +pre_script)? *$/gm)].map(([, word, job = ""]) => ({
    job,
    result: word === "PASS" ? "success" : "failed",
  }));
}
