import { chmodSync, existsSync } from "node:fs";
import { expect, test } from "vitest";
import { jenkinsFiles } from "../../src/pipeline/index.ts";
import type { Pipeline } from "../../src/pipeline/index.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";
import { runBuilds, whyNoGroovy } from "./jenkins-builds.ts";
import type { Build } from "./jenkins-builds.ts";

const reason = whyNoGroovy();
if (reason !== undefined) console.log(`skipped: ${reason}`);

interface Start {
  readonly fixture: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit code of the stand-in for wherry. */
  readonly wherry?: number;
  readonly edit?: (text: string) => string;
}

const evil = "PROD-$(touch${IFS}pwned);`touch${IFS}pwned`";
const tag = (name: string) => ({ TAG_NAME: name, BRANCH_NAME: name });

const starts = {
  release: { fixture: "node", file: "Jenkinsfile", env: tag("PROD-1.2.0") },
  pull: { fixture: "node", file: "Jenkinsfile", env: { CHANGE_ID: "7", BRANCH_NAME: "develop" } },
  evil: { fixture: "node", file: "Jenkinsfile", env: tag(evil) },
  refused: { fixture: "node", file: "Jenkinsfile", env: tag("PROD-1.2"), wherry: 8 },
  back: { fixture: "node", file: "Jenkinsfile.rollback", env: { ENVIRONMENT: "uat", RELEASE: "" } },
  backTo: { fixture: "node", file: "Jenkinsfile.rollback", env: { ENVIRONMENT: "uat", RELEASE: "a b" } },
  nightly: { fixture: "monorepo", file: "Jenkinsfile", env: { BRANCH_NAME: "main", CAUSE: "TimerTrigger" } },
  broken: { fixture: "node", file: "Jenkinsfile", env: {}, edit: (text) => text.replace("steps {", "steps (") },
  misspelt: {
    fixture: "monorepo",
    file: "Jenkinsfile",
    env: {},
    edit: (text) => text.replace("  options {", "  optoins {"),
  },
} as const satisfies Readonly<Record<string, Start>>;

/** Each is its own value, so that it can be seen who got it. */
const credentials = Object.fromEntries(
  ["development", "uat", "production", "preview", "staging", "nightly"].flatMap((environment) =>
    ["WHERRY_SSH_KEY", "WHERRY_KNOWN_HOSTS", "DB_PASSWORD", "SLACK_URL"].map((name) => {
      const id = `${environment}-${name}`;
      return [id, id] as const;
    }),
  ),
);

/** A repository with the generated files, and stand-ins for all programs that tell what they were asked. */
function prepare(pipeline: Pipeline, { file, env, wherry = 0, edit }: Start): Build {
  const folder = temporaryFolder();
  const files = Object.fromEntries(jenkinsFiles(pipeline).map(({ path, content }) => [path, content]));
  const tell = '#!/bin/sh\necho "called: $(basename "$0") $*"\n';
  const programs = ["npm", "npx", "pnpm", "corepack", "python", "docker", "git"].map((name) => `bin/${name}`);
  const place = ".jenkins/wherry/node_modules/.bin/wherry";
  writeFiles(folder, {
    ...files,
    [file]: edit?.(files[file] ?? "") ?? files[file] ?? "",
    ...Object.fromEntries(programs.map((path) => [path, tell])),
    [place]: `${tell}echo "given: $1 $2 \${WHERRY_SSH_KEY:-no key} \${DB_PASSWORD:-no password}"\nexit ${wherry}\n`,
    "shop/api/.keep": "",
    "shop/jobs/.keep": "",
  });
  for (const path of [...programs, place]) chmodSync(`${folder}/${path}`, 0o755);
  return { folder, file, env: { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, ...env }, credentials };
}

/** What came of each build. */
async function runAll() {
  const pipelines = new Map<string, Pipeline>();
  for (const name of ["node", "monorepo"]) pipelines.set(name, (await pipelineOf(fixtures[name] ?? {})).pipeline);
  const builds = Object.values<Start>(starts).map((one) => prepare(pipelines.get(one.fixture) as Pipeline, one));
  const ran = await runBuilds(builds);
  const results = Object.keys(starts).map((name, index) => {
    const { said = "", status, stages = [] } = ran[index] ?? {};
    const behind = (word: string): readonly string[] =>
      said.split("\n").flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []));
    const pwned = existsSync(`${builds[index]?.folder}/pwned`);
    return [name, { said, status, stages, calls: behind("called: "), given: behind("given: "), pwned }] as const;
  });
  return Object.fromEntries(results) as Record<keyof typeof starts, (typeof results)[number][1]>;
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
    // Credentials are those of the environment, and of the stage that deploys there alone.
    expect(release.given.slice(-2)).toEqual([
      "pipeline gate production-WHERRY_SSH_KEY production-DB_PASSWORD",
      "deploy --environment production-WHERRY_SSH_KEY production-DB_PASSWORD",
    ]);
    expect(release.given.slice(0, -2).every((line) => line.endsWith(" no key no password"))).toBe(true);

    // A pull request deploys nothing, whatever its branch is called, and is given nothing.
    expect(pull.status).toBe(0);
    expect(pull.calls.filter((line) => /deploy|gate/.test(line))).toEqual([]);
    expect(pull.given.length).toBeGreaterThan(0);
    expect(pull.given.every((line) => line.endsWith(" no key no password"))).toBe(true);
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

    // The schedule starts its environment, and no other.
    expect(nightly.stages.filter((line) => line.startsWith("stage: Deploy"))).toEqual(["stage: Deploy to nightly"]);

    // A block that Jenkins does not know is found, and what is no Groovy.
    expect(misspelt.said).toContain("optoins is not allowed in pipeline");
    expect(broken).toMatchObject({ status: 2, calls: [] });
  },
);
