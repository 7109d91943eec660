import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { filesOf, fixtures } from "./fixtures.ts";

/** The scripts of generated workflows, run as GitHub runs them, with a stand-in for wherry that tells what it was asked. */
interface Step {
  readonly name: string;
  readonly run?: string;
}

async function stepOf(workflow: string, job: string, name: string): Promise<string> {
  const files = await filesOf(fixtures["node"] ?? {});
  const { jobs } = parse(files[`.github/workflows/${workflow}`] ?? "") as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
  };
  return jobs[job]?.steps.find((step) => step.name === name)?.run ?? "";
}

/** @param standIn what wherry does, as shell: `$1` and so on are its words; `$calls` how often it was called before */
function run(script: string, standIn: string, env: Readonly<Record<string, string>>) {
  const folder = temporaryFolder({
    ".github/wherry/node_modules/.bin/wherry": `#!/bin/bash
calls=$(wc -l < "$HOME/calls" 2> /dev/null || echo 0)
printf '%q ' "$@" >> "$HOME/calls"; echo >> "$HOME/calls"
${standIn}
`,
    "bin/sleep": "#!/bin/sh\n",
  });
  for (const file of [".github/wherry/node_modules/.bin/wherry", "bin/sleep"]) chmodSync(`${folder}/${file}`, 0o755);
  writeFiles(folder, { "script.sh": script });
  const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "script.sh"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, GITHUB_OUTPUT: `${folder}/output`, ...env },
  });
  const calls = existsSync(`${folder}/calls`) ? readFileSync(`${folder}/calls`, "utf8").trim().split("\n") : [];
  return { folder, status, stdout, stderr, calls: calls.map((line) => line.trim()) };
}

const evil = "refs/heads/$(touch${IFS}$HOME/pwned);`touch${IFS}$HOME/pwned`";

describe("the script of the gate", () => {
  test("hands a hostile branch name over as one word, and runs nothing of it", async () => {
    const { folder, calls } = run(await stepOf("deploy.yml", "gate", "May this be deployed, and where?"), "exit 8", {
      GITHUB_REF: evil,
      GITHUB_SHA: "a".repeat(40),
      REQUESTED: '"; touch $HOME/pwned; "',
      SCHEDULE: "",
      RELEASE_BRANCH: "main",
    });
    expect(existsSync(`${folder}/pwned`)).toBe(false);
    expect(calls).toHaveLength(1);
  });

  test("lets an earlier version pass only where somebody has ticked it", async () => {
    const script = await stepOf("deploy.yml", "gate", "May this be deployed, and where?");
    const env = {
      GITHUB_REF: "refs/tags/PROD-1.0.0",
      GITHUB_SHA: "a",
      REQUESTED: "",
      SCHEDULE: "",
      RELEASE_BRANCH: "main",
    };
    for (const [ticked, expected] of [
      ["true", true],
      ["false", false],
      ["", false],
      ["true; touch x", false],
    ] as const) {
      const { calls } = run(script, "exit 0", { ...env, ALLOW_ROLLBACK: ticked });
      expect(calls[0]?.includes("--allow-rollback")).toBe(expected);
    }
  });

  test("ends with wherry's exit code, and hands on what it said", async () => {
    const script = await stepOf("deploy.yml", "gate", "May this be deployed, and where?");
    const env = {
      GITHUB_REF: "refs/tags/PROD-1.0.0",
      GITHUB_SHA: "a",
      REQUESTED: "",
      SCHEDULE: "",
      RELEASE_BRANCH: "main",
    };
    const good = run(script, "echo environment=production", env);
    expect(good.status).toBe(0);
    expect(readFileSync(`${good.folder}/output`, "utf8")).toBe("environment=production\n");
    expect(run(script, "exit 8", env).status).toBe(8);
  });
});

describe("the script of a deployment", () => {
  const env = {
    GITHUB_REF: "refs/tags/PROD-1.0.0",
    GITHUB_SHA: "a",
    ENVIRONMENT: "production",
    SCHEDULE: "",
    RELEASE_BRANCH: "main",
  };
  const script = (): Promise<string> => stepOf("deploy.yml", "deploy-production", "Deploy");
  const verbs = (calls: readonly string[]): readonly string[] => calls.map((line) => line.split(" ")[0] ?? "");

  test("waits for the lock of the server, and asks the gate again each time", async () => {
    const { status, calls } = run(await script(), '[ "$1" = pipeline ] || [ "$calls" -gt 4 ] || exit 7', env);
    expect(status).toBe(0);
    expect(verbs(calls)).toEqual(["pipeline", "deploy", "pipeline", "deploy", "pipeline", "deploy"]);
  });

  test("deploys nothing once the gate says no", async () => {
    const { status, calls } = run(
      await script(),
      '[ "$1" = pipeline ] && [ "$calls" -lt 2 ] || exit $([ "$1" = deploy ] && echo 7 || echo 8)',
      env,
    );
    expect(status).toBe(8);
    expect(verbs(calls)).toEqual(["pipeline", "deploy", "pipeline"]);
  });

  test("ends at once with the code of a deployment that failed, and with 7 when the lock never comes", async () => {
    const failed = run(await script(), '[ "$1" = pipeline ] || exit 5', env);
    expect(failed.status).toBe(5);
    expect(failed.calls).toHaveLength(2);
    const locked = run(await script(), '[ "$1" = pipeline ] || exit 7', env);
    expect(locked.status).toBe(7);
    expect(locked.calls).toHaveLength(180);
  });
});

describe("the script of a rollback", () => {
  test.each([
    ["", "rollback --environment production"],
    ["20261124-3f2a", "rollback --environment production --to=20261124-3f2a"],
    [
      "--yes; $(touch $HOME/pwned)",
      String.raw`rollback --environment production --to=--yes\;\ \$\(touch\ \$HOME/pwned\)`,
    ],
  ])("the release %j is one word or none", async (release, expected) => {
    const script = await stepOf("rollback.yml", "rollback-production", "Roll back");
    const { folder, status, calls } = run(script, "exit 0", { ENVIRONMENT: "production", RELEASE: release });
    expect({ status, calls }).toEqual({ status: 0, calls: [expected] });
    expect(existsSync(`${folder}/pwned`)).toBe(false);
  });
});

describe("the way to the server", () => {
  const script = (): Promise<string> => stepOf("deploy.yml", "deploy-production", "Open the way to the server");

  test("key and known hosts lie in files that nobody else reads, byte for byte, and are printed nowhere", async () => {
    const key = "-----BEGIN KEY-----\n$(touch $HOME/pwned) %s \\n\n-----END KEY-----";
    const { folder, status, stdout, stderr } = run(await script(), "exit 0", {
      SSH_KEY: key,
      KNOWN_HOSTS: "203.0.113.11 ssh-ed25519 AAAA",
    });
    expect(status).toBe(0);
    expect(readFileSync(`${folder}/.ssh/wherry`, "utf8")).toBe(`${key}\n`);
    expect(readFileSync(`${folder}/.ssh/known_hosts`, "utf8")).toBe("203.0.113.11 ssh-ed25519 AAAA\n");
    expect(
      spawnSync("stat", ["-c", "%a", `${folder}/.ssh`, `${folder}/.ssh/wherry`], { encoding: "utf8" }).stdout,
    ).toBe("700\n600\n");
    expect(stdout + stderr).toBe("");
    expect(existsSync(`${folder}/pwned`)).toBe(false);
  });

  test.each([
    [{ SSH_KEY: "", KNOWN_HOSTS: "x" }, "the secret WHERRY_SSH_KEY of this environment has no value"],
    [{ SSH_KEY: "x", KNOWN_HOSTS: "" }, "the variable WHERRY_KNOWN_HOSTS of this environment has no value"],
  ])("what is missing ends the job with its name: %j", async (env, message) => {
    const { status, stdout } = run(await script(), "exit 0", env);
    expect({ status, stdout }).toEqual({ status: 1, stdout: `::error::${message}\n` });
  });

  test("OpenSSH reads what was written: this key alone, and no server that shows another one", async () => {
    const { folder } = run(await script(), "exit 0", { SSH_KEY: "x", KNOWN_HOSTS: "x" });
    const { stdout } = spawnSync("ssh", ["-G", "-F", `${folder}/.ssh/config`, "203.0.113.11"], { encoding: "utf8" });
    expect(stdout).toContain("identitiesonly yes");
    expect(stdout).toMatch(/stricthostkeychecking (?:yes|true)/);
    expect(stdout.match(/^identityfile .*$/gm)).toEqual(["identityfile ~/.ssh/wherry"]);
  });
});
