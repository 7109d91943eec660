import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areas, assess, toolSubjects } from "../../src/assess/index.ts";
import type { Assessment } from "../../src/assess/index.ts";
import { routes } from "../../src/cli/routes.ts";
import { parseInput } from "../../src/cli/command.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { assessmentOf, assessmentOfFiles, folderInMemory } from "./helpers.ts";

const own = realpathSync(resolve(import.meta.dirname, "../.."));

/** Evidence that anybody can look up again: the place is there, the commit is there, the question was asked. */
function falseEvidence(assessment: Assessment, folder: string): readonly string[] {
  const asked = assessment.asked.join("\n");
  const all = [
    ...assessment.statements.flatMap(({ check, evidence }) => evidence.map((one) => ({ by: check, ...one }))),
    ...assessment.tools.flatMap(({ subject, inUse }) =>
      inUse.flatMap((tool) => tool.evidence.map((one) => ({ by: subject, ...one }))),
    ),
  ];
  return all.flatMap(({ by, kind, where, what }) => {
    const wrong = (why: string): readonly string[] => [`${by}: ${where} (${what}): ${why}`];
    if (what.trim() === "" && kind !== "file") return wrong("says nothing");
    switch (kind) {
      case "file": {
        const [, path = where, line] = /^(.*?)(?::(\d+))?$/.exec(where) ?? [];
        if (!existsSync(join(folder, path))) return wrong("no such file");
        const lines = readFileSync(join(folder, path), "utf8").split("\n").length;
        return line === undefined || (Number(line) >= 1 && Number(line) <= lines) ? [] : wrong("no such line");
      }
      case "commit":
        try {
          execFileSync("git", ["-C", folder, "cat-file", "-e", `${where}^{commit}`], { stdio: "ignore" });
          return [];
        } catch {
          return wrong("no such commit");
        }
      case "command":
        return asked.includes(where.split(" ").slice(0, 2).join(" ")) ? [] : wrong("was never run");
      case "request":
        return asked.includes(where.replace(/^GET /, "").split(",")[0] ?? "") ? [] : wrong("was never asked");
      default:
        return [];
    }
  });
}

/** What claims something without showing it. */
function unfounded({ statements, tools }: Assessment): readonly string[] {
  return [
    ...statements.filter(({ level, evidence }) => level !== null && evidence.length === 0).map(({ check }) => check),
    ...statements
      .filter(({ level, best }) => level !== null && level > best)
      .map(({ check }) => `${check} above its best`),
    ...tools.filter(({ inUse }) => inUse.some(({ evidence }) => evidence.length === 0)).map(({ subject }) => subject),
  ];
}

describe("no statement is without evidence, and all evidence can be looked up", () => {
  test.each([
    ["this repository", () => own],
    ["an empty folder", () => temporaryFolder()],
    ["a repository before its first commit", () => initialised()],
    ["a repository with an empty commit", () => repository({})],
    ["a repository with much in it", () => repository(much)],
  ])("%s", async (_name, make) => {
    const folder = make();

    const assessment = await (folder === own ? ofThisRepository() : assessmentOf(folder));

    expect(unfounded(assessment)).toEqual([]);
    expect(falseEvidence(assessment, folder)).toEqual([]);
    expect(assessment.statements.map(({ check }) => check)).toEqual(
      areas.flatMap(({ checks }) => checks.map(({ id }) => id)),
    );
  });
});

describe("nothing is called good that was not looked at", () => {
  test("in an empty folder no level is above 0, and no area but version control has more than absence to show", async () => {
    const assessment = await assessmentOf(temporaryFolder());

    expect(assessment.statements.filter(({ level }) => level !== null && level > 0)).toEqual([]);
    for (const { level, mean } of assessment.areas) expect(level === null || (level === 0 && mean === 0)).toBe(true);
  });

  test("in a repository with an empty commit only git itself is there", async () => {
    const assessment = await assessmentOf(repository({}));

    const good = assessment.statements.filter(({ level }) => level !== null && level > 0).map(({ check }) => check);
    // The history has one commit, and no file with a secret is in it: that was looked at.
    expect(good.toSorted()).toEqual([
      "secrets.not-in-history",
      "version-control.repository",
      "version-control.small-steps",
    ]);
  });

  test("without a host and a server, nothing is known of what only they can tell", async () => {
    for (const { statements } of await several()) {
      const told = statements.filter(({ check, level }) => onlyElsewhere.has(check) && level !== null);
      expect(told).toEqual([]);
    }
  });

  test("the reason why something is not known is always given", async () => {
    for (const { statements, unknown } of await several()) {
      expect(statements.filter(({ level, says }) => level === null && says.trim().length < 10)).toEqual([]);
      expect(unknown.filter(({ closes }) => closes === "")).toEqual([]);
    }
  });

  test("an area's share that is not known is the weight of its unanswered questions", async () => {
    const { areas: results, statements } = await assessmentOfFiles(much);

    for (const { area, unknownShare } of results) {
      const mine = statements.filter((one) => one.area === area);
      const all = mine.reduce((sum, { weight }) => sum + weight, 0);
      const dark = mine.filter(({ level }) => level === null).reduce((sum, { weight }) => sum + weight, 0);
      expect(unknownShare).toBeCloseTo(dark / all, 1);
    }
  });
});

test("whatever files there are, every statement that claims something has evidence in them", async () => {
  const paths = fc.constantFrom(...Object.keys(much), "a/b/Dockerfile", "deploy.sh", "x.tf", "README", "Makefile");
  const contents = fc.oneof(
    fc.constantFrom(...Object.values(much)),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "",
      "\n",
      "\0",
      "a: &a [*a]",
      "services: 5",
      "on: {}",
      "jobs: [1]",
      "FROM",
      "FROM \\\n",
      "{",
      "- -\n-",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(paths, contents, { maxKeys: 8, noNullPrototype: true }), async (content) => {
      const { assessment } = await assess(folderInMemory(content), {}, () => {});

      expect(unfounded(assessment)).toEqual([]);
      const places = assessment.statements.flatMap(({ evidence }) => evidence.filter(({ kind }) => kind === "file"));
      for (const { where } of places) expect(Object.keys(content)).toContain(where.replace(/:\d+$/, ""));
    }),
    { numRuns: 150 },
  );
}, 60_000);

describe("the table of checks", () => {
  const checks = areas.flatMap((area) => area.checks.map((check) => ({ area, check })));

  test("ids are unique, and begin with their area", () => {
    expect(new Set(checks.map(({ check }) => check.id)).size).toBe(checks.length);
    expect(checks.filter(({ area, check }) => !check.id.startsWith(`${area.id}.`))).toEqual([]);
  });

  test("what comes after another check names one that is there", () => {
    const ids = new Set(checks.map(({ check }) => check.id));
    expect(checks.filter(({ check }) => check.after !== undefined && !ids.has(check.after))).toEqual([]);
  });

  const commands = checks.flatMap(({ check }) =>
    [...check.closes.matchAll(/`wherry ([^`]+)`/g)].map((match) => [check.id, match[1] ?? ""] as const),
  );
  test.each(commands)("%s is closed by a command that is there: wherry %s", async (_id, line) => {
    const words = line.split(" ");
    const route = routes.find((one) => one.words.every((word, index) => words[index] === word));
    const definition = await route?.load();

    if (route === undefined || definition === undefined) throw new Error(`there is no wherry ${line}`);
    await parseInput(line, definition, words.slice(route.words.length));
  });
});

test.each(toolSubjects.map((subject) => [subject.subject, subject] as const))(
  "the advice on %s has sources, a day, and a reason for each tool that does not fit",
  (_name, { sources, date, tools, recommended }) => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !source.startsWith("https://"))).toEqual([]);
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(recommended).not.toBe("");
    expect(tools.filter(({ verdict, because }) => verdict !== "fits" && because === undefined)).toEqual([]);
  },
);

/** Questions that no file can answer. */
const onlyElsewhere = new Set([
  "version-control.protection",
  "version-control.review",
  "ci.green",
  "ci.fast",
  "environments.guarded",
  "deployment.often",
  "deployment.succeeds",
  "infrastructure.server",
  "monitoring.now",
  "security.alerts",
  "security.https",
  "feedback.answered",
  "feedback.measured",
]);

/** This repository, an empty folder, and one with much in it. */
const several = async (): Promise<readonly Assessment[]> => [
  await ofThisRepository(),
  await assessmentOfFiles({}),
  await assessmentOfFiles(much),
];

let kept: Promise<Assessment> | undefined;
/** Looked at once: it is by far the largest. */
function ofThisRepository(): Promise<Assessment> {
  return (kept ??= assessmentOf(own));
}

function initialised(): string {
  const folder = temporaryFolder();
  git(folder, "init", "--quiet");
  return folder;
}

const much: Readonly<Record<string, string>> = {
  ".github/workflows/ci.yml": `on: [push, pull_request]
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: npm test
      - run: make lint deploy
`,
  Makefile: "lint:\n\teslint .\ndeploy:\n\t./scripts/deploy.sh\n",
  "scripts/deploy.sh": "#!/bin/sh\nssh deploy@example.com docker compose up -d\nrestic backup /data\n",
  "package.json": '{\n  "scripts": { "test": "vitest run" },\n  "dependencies": { "@sentry/node": "9.0.0" }\n}\n',
  "package-lock.json": "{}\n",
  "src/index.ts": "console.log(process.env.PORT)\n",
  "test/a.test.ts": "test('a', () => {})\n",
  Dockerfile:
    "FROM node:24 AS build\nCOPY . .\nFROM node:24\nCOPY --from=build /app /app\nUSER 10001\nHEALTHCHECK CMD true\n",
  "compose.yaml": `services:
  web: { build: ., ports: ["80:3000"] }
  db:
    image: postgres:17
    ports: ["5432:5432"]
    logging: { driver: local }
`,
  "main.tf": 'terraform {\n  backend "s3" {}\n}\nresource "hcloud_server" "web" {}\n',
  "wherry.yaml": `app: shop
services:
  web: { route: shop.example.com, health: /healthz }
environments:
  uat: { server: deploy@203.0.113.10 }
  production:
    server: deploy@203.0.113.11
    secrets: [DB_PASSWORD]
`,
  ".env": "DB_PASSWORD=hunter2-hunter2\n",
  ".gitignore": "node_modules\n",
  "README.md": "# Shop\n\n```\nnpm start\n```\n",
  "docs/runbook.md": "# Runbook\n",
};
