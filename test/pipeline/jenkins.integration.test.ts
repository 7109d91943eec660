import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { jenkinsFiles } from "../../src/pipeline/index.ts";
import { git, repository } from "../helpers/git.ts";
import { writeFiles } from "../helpers/temporary.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";

/** The parser of declarative pipelines is not in Maven Central; the language is. */
const groovy = { version: "4.0.28", sha256: "d77164a44ab994837e61eecead64721bdb1794fa2bc6704ac6fe70cd32ef9dd3" };
const jar = `${tmpdir()}/wherry-test-groovy-${groovy.version}.jar`;

async function unavailable(): Promise<string | undefined> {
  if (spawnSync("java", ["-version"]).status !== 0) return "java is not installed";
  if (!existsSync(jar)) {
    const address = `https://repo1.maven.org/maven2/org/apache/groovy/groovy/${groovy.version}/groovy-${groovy.version}.jar`;
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok !== true) return "Groovy cannot be got from Maven Central";
    writeFileSync(jar, Buffer.from(await answer.arrayBuffer()));
  }
  const sum = createHash("sha256").update(readFileSync(jar)).digest("hex");
  return sum === groovy.sha256 ? undefined : `${jar} is not the Groovy that is expected`;
}

const reason = await unavailable();
if (reason !== undefined) console.log(`skipped: ${reason}`);

/** Runs a file with a stand-in for wherry, npm, docker and git's network, which tell what they were asked. */
function run(folder: string, file: string, env: Readonly<Record<string, string>>) {
  const bin = `${folder}/.git/bin`;
  const tell = `#!/bin/sh\necho "called: $(basename "$0") $*"\n`;
  const wherry = `${tell}[ ! -e "$0.says" ] || exit "$(cat "$0.says")"\n`;
  writeFiles(folder, {
    ".git/bin/npm": tell,
    ".git/bin/npx": tell,
    ".git/bin/docker": tell,
    ".git/bin/git": tell,
    ".jenkins/wherry/node_modules/.bin/wherry": wherry,
  });
  for (const name of ["npm", "npx", "docker", "git"]) chmodSync(`${bin}/${name}`, 0o755);
  chmodSync(`${folder}/.jenkins/wherry/node_modules/.bin/wherry`, 0o755);
  const { status, stdout, stderr } = spawnSync(
    "java",
    ["-cp", jar, "groovy.ui.GroovyMain", `${import.meta.dirname}/jenkins/declarative.groovy`, file, folder],
    { cwd: folder, encoding: "utf8", env: { PATH: `${bin}:/usr/bin:/bin`, HOME: folder, ...env } },
  );
  const lines = stdout.split("\n");
  return {
    status,
    said: stdout + stderr,
    stages: lines.filter((line) => /^--- (?:stage|skipped): /.test(line)).map((line) => line.slice(4)),
    calls: lines.filter((line) => line.startsWith("called: ")).map((line) => line.slice(8)),
  };
}

describe.skipIf(reason !== undefined)("the Jenkinsfile, compiled by Groovy and run", () => {
  const prepare = async (name: string): Promise<string> => {
    const { pipeline } = await pipelineOf(fixtures[name] ?? {});
    const folder = repository({});
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "one");
    writeFiles(folder, Object.fromEntries(jenkinsFiles(pipeline).map(({ path, content }) => [path, content])));
    return folder;
  };
  const secrets = { WHERRY_SSH_KEY: "/key", WHERRY_KNOWN_HOSTS: "/hosts", DB_PASSWORD: "x" };

  test("a tag goes through the gate and every check to its environment, and to no other", async () => {
    const folder = await prepare("node");
    const { said, status, stages, calls } = run(folder, "Jenkinsfile", {
      ...secrets,
      TAG_NAME: "PROD-1.2.0",
      BRANCH_NAME: "PROD-1.2.0",
    });
    expect(said).not.toContain("problem");
    expect(status).toBe(0);
    expect(stages).toEqual([
      "stage: Prepare",
      "stage: Gate",
      "stage: Check web",
      "stage: Tests of web with databases",
      "stage: Check what is deployed",
      "skipped: Image of web",
      "skipped: Deploy to development",
      "skipped: Deploy to uat",
      "stage: Deploy to production",
    ]);
    expect(calls).toContain("wherry pipeline gate refs/tags/PROD-1.2.0 --release-branch main");
    expect(calls.slice(-2)).toEqual([
      "wherry pipeline gate refs/tags/PROD-1.2.0 --release-branch main --for production --live",
      "wherry deploy --environment production",
    ]);
  });

  test("a pull request deploys nothing, whatever it is called, and a hostile name is one word", async () => {
    const folder = await prepare("node");
    const pull = run(folder, "Jenkinsfile", { CHANGE_ID: "7", BRANCH_NAME: "develop" });
    expect(pull.calls.filter((line) => /deploy|gate/.test(line))).toEqual([]);
    expect(pull.stages).toContain("stage: Image of web");
    const evil = "PROD-$(touch${IFS}pwned);`touch${IFS}pwned`";
    const { calls } = run(folder, "Jenkinsfile", { ...secrets, TAG_NAME: evil, BRANCH_NAME: evil });
    expect(calls).toContain(`wherry pipeline gate refs/tags/${evil} --release-branch main`);
    expect(existsSync(`${folder}/pwned`)).toBe(false);
  });

  test("nothing comes after a gate that says no", async () => {
    const folder = await prepare("node");
    writeFiles(folder, { ".jenkins/wherry/node_modules/.bin/wherry.says": "8" });
    const { status, calls } = run(folder, "Jenkinsfile", { ...secrets, TAG_NAME: "PROD-1.2", BRANCH_NAME: "PROD-1.2" });
    expect(status).toBe(1);
    expect(calls.at(-1)).toBe("wherry pipeline gate refs/tags/PROD-1.2 --release-branch main");
  });

  test("the form of the rollback reaches one environment, with the release as one word or none", async () => {
    const folder = await prepare("node");
    const back = (release: string) =>
      run(folder, "Jenkinsfile.rollback", { ...secrets, ENVIRONMENT: "uat", RELEASE: release });
    expect(back("").calls.at(-1)).toBe("wherry rollback --environment uat");
    expect(back("20261124-3f2a").calls.at(-1)).toBe("wherry rollback --environment uat --to=20261124-3f2a");
  });

  test("a schedule is started on the release branch, and a block that Jenkins does not know is found", async () => {
    const folder = await prepare("monorepo");
    const { stages, said } = run(folder, "Jenkinsfile", {
      ...secrets,
      SLACK_URL: "x",
      BRANCH_NAME: "main",
      CAUSE: "TimerTrigger",
    });
    expect(said).not.toContain("problem");
    expect(stages).toContain("stage: Deploy to nightly");
    const text = readFileSync(`${folder}/Jenkinsfile`, "utf8");
    writeFiles(folder, { Jenkinsfile: text.replace("  options {", "  optoins {") });
    expect(run(folder, "Jenkinsfile", {}).said).toContain("optoins is not allowed in pipeline");
  });
});
