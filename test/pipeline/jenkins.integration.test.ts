import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { expect, test } from "vitest";
import { jenkinsFiles } from "../../src/pipeline/index.ts";
import type { Pipeline } from "../../src/pipeline/index.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";

/**
 * The language that Jenkins has in itself, in Debian's package: Groovy 2.4.21. The parser of declarative pipelines is a plugin
 * that no package registry has; declarative.groovy stands in for it.
 */
function unavailable(): string | undefined {
  const missing = spawnSync("groovy", ["--version"]).status !== 0;
  return missing ? "groovy is not installed: apt-get install groovy" : undefined;
}

const reason = unavailable();
if (reason !== undefined) console.log(`skipped: ${reason}`);

interface Build {
  readonly fixture: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit code of the stand-in for wherry. */
  readonly wherry?: number;
  readonly edit?: (text: string) => string;
}

const secrets = { WHERRY_SSH_KEY: "/key", WHERRY_KNOWN_HOSTS: "/hosts", DB_PASSWORD: "x", SLACK_URL: "x" };
const evil = "PROD-$(touch${IFS}pwned);`touch${IFS}pwned`";
const tag = (name: string) => ({ ...secrets, TAG_NAME: name, BRANCH_NAME: name });

const builds = {
  release: { fixture: "node", file: "Jenkinsfile", env: tag("PROD-1.2.0") },
  pull: { fixture: "node", file: "Jenkinsfile", env: { CHANGE_ID: "7", BRANCH_NAME: "develop" } },
  evil: { fixture: "node", file: "Jenkinsfile", env: tag(evil) },
  refused: { fixture: "node", file: "Jenkinsfile", env: tag("PROD-1.2"), wherry: 8 },
  back: { fixture: "node", file: "Jenkinsfile.rollback", env: { ...secrets, ENVIRONMENT: "uat", RELEASE: "" } },
  backTo: { fixture: "node", file: "Jenkinsfile.rollback", env: { ...secrets, ENVIRONMENT: "uat", RELEASE: "a b" } },
  nightly: {
    fixture: "monorepo",
    file: "Jenkinsfile",
    env: { ...secrets, BRANCH_NAME: "main", CAUSE: "TimerTrigger" },
  },
  broken: { fixture: "node", file: "Jenkinsfile", env: {}, edit: (text) => text.replace("steps {", "steps (") },
  misspelt: {
    fixture: "monorepo",
    file: "Jenkinsfile",
    env: {},
    edit: (text) => text.replace("  options {", "  optoins {"),
  },
} as const satisfies Readonly<Record<string, Build>>;

/** A repository with the generated files, and stand-ins for all programs that tell what they were asked. */
function prepare(
  pipeline: Pipeline,
  { file, env, wherry = 0, edit }: Build,
): { readonly folder: string; readonly properties: string } {
  const folder = temporaryFolder();
  const files = Object.fromEntries(jenkinsFiles(pipeline).map(({ path, content }) => [path, content]));
  const tell = '#!/bin/sh\necho "called: $(basename "$0") $*"\n';
  const programs = ["npm", "npx", "pnpm", "corepack", "python", "docker", "git"].map((name) => `bin/${name}`);
  const place = ".jenkins/wherry/node_modules/.bin/wherry";
  const values = Object.entries({ PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, ...env });
  const written = {
    ...files,
    [file]: edit?.(files[file] ?? "") ?? files[file] ?? "",
    ...Object.fromEntries(programs.map((path) => [path, tell])),
    [place]: `${tell}exit ${wherry}\n`,
    "shop/api/.keep": "",
    "shop/jobs/.keep": "",
    "build.properties": [
      `file=${file}`,
      `folder=${folder}`,
      ...values.map(([name, value]) => `env.${name}=${value}`),
    ].join("\n"),
  };
  writeFiles(folder, written);
  for (const path of [...programs, place]) chmodSync(`${folder}/${path}`, 0o755);
  return { folder, properties: `${folder}/build.properties` };
}

/** What came of each build. All run in one virtual machine: starting it is most of the time. */
async function runAll() {
  const pipelines = new Map<string, Pipeline>();
  for (const name of ["node", "monorepo"]) pipelines.set(name, (await pipelineOf(fixtures[name] ?? {})).pipeline);
  const prepared = Object.values<Build>(builds).map((build) =>
    prepare(pipelines.get(build.fixture) as Pipeline, build),
  );
  const script = `${import.meta.dirname}/jenkins/declarative.groovy`;
  const { stdout, stderr } = spawnSync("groovy", [script, ...prepared.map(({ properties }) => properties)], {
    encoding: "utf8",
    env: { ...process.env, JAVA_OPTS: "-XX:TieredStopAtLevel=1" },
  });
  const texts = stdout.split(/^=== .*$/m).slice(1);
  expect({ builds: texts.length, stderr }).toEqual({ builds: prepared.length, stderr: "" });
  const results = Object.keys(builds).map((name, index) => {
    const said = texts[index] ?? "";
    const lines = said.split("\n");
    const starting = (mark: RegExp): readonly string[] =>
      lines.filter((line) => mark.test(line)).map((line) => line.replace(/^--- |^called: /, ""));
    const result = {
      said,
      status: Number(/^--- status (\d)$/m.exec(said)?.[1]),
      stages: starting(/^--- (?:stage|skipped): /),
      calls: starting(/^called: /),
      pwned: existsSync(`${prepared[index]?.folder}/pwned`),
    };
    return [name, result] as const;
  });
  return Object.fromEntries(results) as Record<keyof typeof builds, (typeof results)[number][1]>;
}

test.skipIf(reason !== undefined)(
  "the Jenkinsfile, compiled by Groovy and run, does what the release rules say",
  async () => {
    const { release, pull, evil: hostile, refused, back, backTo, nightly, misspelt, broken } = await runAll();

    // A tag goes through the gate and every check to its environment, and to no other.
    expect({ status: release.status, stages: release.stages }).toEqual({
      status: 0,
      stages: [
        "stage: Prepare",
        "stage: Gate",
        "stage: Check web",
        "stage: Tests of web with databases",
        "stage: Check what is deployed",
        "skipped: Image of web",
        "skipped: Deploy to development",
        "skipped: Deploy to uat",
        "stage: Deploy to production",
      ],
    });
    expect(release.calls).toContain("wherry pipeline gate refs/tags/PROD-1.2.0 --release-branch main");
    expect(release.calls.slice(-2)).toEqual([
      "wherry pipeline gate refs/tags/PROD-1.2.0 --release-branch main --for production --live",
      "wherry deploy --environment production",
    ]);

    // A pull request deploys nothing, whatever its branch is called.
    expect(pull.status).toBe(0);
    expect(pull.calls.filter((line) => /deploy|gate/.test(line))).toEqual([]);
    expect(pull.stages).toContain("stage: Image of web");

    // A hostile name is one word.
    expect(hostile.calls).toContain(`wherry pipeline gate refs/tags/${evil} --release-branch main`);
    expect(hostile.pwned).toBe(false);

    // Nothing comes after a gate that says no.
    expect(refused.status).toBe(1);
    expect(refused.calls.at(-1)).toBe("wherry pipeline gate refs/tags/PROD-1.2 --release-branch main");

    // The form of the rollback reaches one environment, with the release as one word or none.
    expect(back.calls.at(-1)).toBe("wherry rollback --environment uat");
    expect(backTo.calls.at(-1)).toBe("wherry rollback --environment uat --to=a b");

    // The schedule starts its environment, and no other; a block that Jenkins does not know is found, and what is no Groovy.
    expect(nightly.stages.filter((line) => line.startsWith("stage: Deploy"))).toEqual(["stage: Deploy to nightly"]);
    expect(misspelt.said).toContain("optoins is not allowed in pipeline");
    expect(broken).toMatchObject({ status: 2, calls: [] });
  },
);
