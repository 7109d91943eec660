import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { check, fix } from "../../src/check/index.ts";
import type { CheckReport } from "../../src/check/index.ts";
import { createContext } from "../../src/system/index.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { contextIn } from "./helpers.ts";

const root = resolve(import.meta.dirname, "../..");

function rulesOf({ findings }: CheckReport): readonly string[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}

const wherry =
  "app: shop\nservices: { web: { route: example.com, health: / } }\nenvironments:\n  production: { server: local, secrets: [KEY] }\n  uat: { server: local }\n";

describe("the files of the environment are looked at", () => {
  test("with its overlay, and without the override file, which is for development", async () => {
    const cwd = temporaryFolder({
      "wherry.yaml": wherry,
      "compose.yaml": "services:\n  web: { image: 'a:1', environment: { KEY: '${KEY}' } }\n",
      "compose.production.yaml": "services: { web: { user: root } }\n",
      "compose.override.yaml": "services: { web: { privileged: true } }\n",
    });

    const production = await check(contextIn(cwd), { environment: "production" });
    const uat = await check(contextIn(cwd), { environment: "uat" });

    expect(production.files).toEqual(["compose.yaml", "compose.production.yaml"]);
    expect(rulesOf(production)).toContain("WHY211");
    expect(rulesOf(production)).not.toContain("WHY111");
    expect(rulesOf(uat)).not.toContain("WHY211");
    expect(rulesOf(uat)).toContain("WHY111");
    for (const report of [production, uat]) expect(rulesOf(report)).not.toContain("WHY201");
  });

  test("compose.yaml alone where there is no wherry.yaml, with .env", async () => {
    const cwd = temporaryFolder({
      ".git/x": "",
      ".env": 'TAG="1"\n',
      "compose.yaml": "services: { web: { image: 'a:${TAG}', ports: ['5432:5432'] } }\n",
    });

    const report = await check(contextIn(cwd), {});

    expect(report.environment).toBeNull();
    expect(rulesOf(report)).toContain("WHY204");
    expect(rulesOf(report)).not.toContain("WHY111");
  });

  test("an environment without wherry.yaml is a mistake, and so is a folder with nothing", async () => {
    const cwd = temporaryFolder({ ".git/x": "" });

    await expect(check(contextIn(cwd), { environment: "production" })).rejects.toMatchObject({
      exit: "usage",
      code: "no-config",
    });
    await expect(check(contextIn(cwd), {})).rejects.toMatchObject({ exit: "usage", code: "no-compose-file" });
  });

  test("what it includes, and Dockerfiles, from another folder too", async () => {
    const cwd = temporaryFolder({
      ".git/x": "",
      "app/compose.yaml": "include: [db/compose.yaml]\nservices: { web: { build: ./web } }\n",
      "app/db/compose.yaml": "services: { db: { build: { context: ., dockerfile: Db.Dockerfile } } }\n",
      "app/web/Dockerfile": "FROM node\nUSER node\n",
      "app/db/Db.Dockerfile": "FROM postgres:17\nENV POSTGRES_PASSWORD=hunter2\n",
    });

    const { findings } = await check(contextIn(cwd), { directory: "app" });

    const places = findings
      .filter(({ rule }) => rule.startsWith("WHY6"))
      .map(({ rule, at }) => `${rule} ${at.file}:${at.line}`);
    expect(places).toEqual(["WHY606 app/db/Db.Dockerfile:2", "WHY604 app/web/Dockerfile:1"]);
    expect(JSON.stringify(findings)).not.toContain('ENV POSTGRES_PASSWORD=hunter2","edits');
    expect(findings.map(({ line }) => line).join()).not.toContain("hunter2");
  });

  test("suppressions of wherry.yaml, with their places", async () => {
    const cwd = temporaryFolder({
      "wherry.yaml": `${wherry}check:\n  ignore:\n    - { rule: WHY201, reason: the VPN }\n    - { rule: WHY204, service: web }\n`,
      "compose.yaml": "services: { web: { image: 'a:1', privileged: true } }\n",
    });

    const { findings, suppressed } = await check(contextIn(cwd), { environment: "uat" });

    expect(suppressed).toMatchObject([{ rule: "WHY201", reason: "the VPN", where: "wherry.yaml" }]);
    expect(
      findings.filter(({ at }) => at.file === "wherry.yaml").map(({ rule, at }) => `${rule} ${at.line}:${at.column}`),
    ).toEqual(["WHY002 9:7", "WHY003 9:7"]);
  });
});

describe("what could not be checked is said", () => {
  test("no docker compose, no hadolint, no commit", async () => {
    const cwd = temporaryFolder({ "compose.yaml": "services: { web: { build: . } }\n", Dockerfile: "FROM a:1\n" });

    const { notChecked } = await check(contextIn(cwd), {});

    expect(notChecked.map(({ what }) => what)).toEqual([
      "what became of volumes since HEAD",
      "what docker compose says of the files",
      "the style of Dockerfiles",
      "secrets in tracked files",
    ]);
  });

  test("hadolint that fails is no clean Dockerfile", async () => {
    const cwd = temporaryFolder({ "compose.yaml": "services: { web: { build: . } }\n", Dockerfile: "FROM a:1\n" });

    const { notChecked } = await check(contextIn(cwd, { hadolint: { exitCode: 1, stderr: "no parse\n" } }), {});

    expect(notChecked).toContainEqual({ what: "the style of Dockerfile", reason: "hadolint failed: no parse" });
  });

  test("nothing is asked where nothing is built, and nothing is missing then", async () => {
    const cwd = repository({ "compose.yaml": "services: { web: { image: 'a:1' } }\n" });

    const { notChecked } = await check(contextIn(cwd, { docker: { exitCode: 0, stdout: "{}" } }), {});

    expect(notChecked).toEqual([
      { what: "secrets of less common forms in tracked files", reason: "gitleaks is not installed" },
    ]);
  });
});

test("hadolint's findings have their places, and those that have a rule of ours are left to it", async () => {
  // As hadolint 2.15.1 wrote it for this Dockerfile.
  const stdout =
    '[{"code":"DL3008","column":1,"file":"-","level":"warning","line":2,"message":"Pin versions in apt get install."},{"code":"DL3015","column":1,"file":"-","level":"info","line":2,"message":"Avoid additional packages"},{"code":"DL3025","column":1,"file":"-","level":"warning","line":3,"message":"Use arguments JSON notation"}]';
  const cwd = temporaryFolder({
    "compose.yaml": "services: { web: { build: . } }\n",
    Dockerfile: "FROM node:24\nRUN apt-get install -y curl # wherry-ignore DL3015: small\nCMD node x.js\nUSER node\n",
  });

  const { findings, suppressed } = await check(contextIn(cwd, { hadolint: { exitCode: 0, stdout } }), {});

  const inDockerfile = findings
    .filter(({ at }) => at.file === "Dockerfile")
    .map(({ rule, at }) => `${rule} ${at.line}:${at.column}`);
  expect(inDockerfile).toEqual(["DL3008 2:1", "WHY602 3:1"]);
  expect(suppressed).toMatchObject([{ rule: "DL3015", reason: "small" }]);
});

test("a volume that was renamed since the last commit, or since another one, is found", async () => {
  const cwd = repository({
    "compose.yaml": "services: { db: { image: 'a:1', volumes: ['data:/x'] } }\nvolumes: { data: }\n",
  });
  git(cwd, "tag", "v1");
  const { files } = createContext({ cwd });
  await files.write(
    join(cwd, "compose.yaml"),
    "services: { db: { image: 'a:1', volumes: ['other:/x'] } }\nvolumes: { other: }\n",
  );

  expect(rulesOf(await check(contextIn(cwd), {}))).toContain("WHY305");

  git(cwd, "commit", "--all", "--quiet", "--message", "renamed");
  expect(rulesOf(await check(contextIn(cwd), {}))).not.toContain("WHY305");
  expect(rulesOf(await check(contextIn(cwd), { since: "v1" }))).toContain("WHY305");
  expect((await check(contextIn(cwd), { since: "--output=x" })).notChecked.map(({ what }) => what)).toContain(
    "what became of volumes since --output=x",
  );
});

describe("--fix", () => {
  const files = {
    ".git/x": "",
    "compose.yaml":
      "services:\n  db: # data\n    image: postgres:17\n    ports: ['5432:5432']\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes: { data: }\n",
    "web/Dockerfile": "FROM node:24\nUSER node\nCMD node x.js\n",
  };

  test("with plan says what would change, and changes nothing", async () => {
    const cwd = temporaryFolder(files);

    const report = await fix(contextIn(cwd), {}, "plan");

    expect(report.fixed.map(({ rule }) => rule)).toContain("WHY204");
    expect(rulesOf(report)).not.toContain("WHY204");
    expect(report.diffs.map(({ diff }) => diff).join()).toContain("+    ports: ['127.0.0.1:5432:5432']");
    expect(readFileSync(join(cwd, "compose.yaml"), "utf8")).toBe(files["compose.yaml"]);
  });

  test("writes what the plan said, and a second run has nothing to do", async () => {
    const cwd = temporaryFolder({
      ...files,
      "compose.yaml": files["compose.yaml"].replace("services:\n", "services:\n  web: { build: ./web }\n"),
    });

    const planned = await fix(contextIn(cwd), {}, "plan");
    const done = await fix(contextIn(cwd), {}, "write");
    const again = await fix(contextIn(cwd), {}, "write");

    expect(done.diffs).toEqual(planned.diffs);
    expect(done.diffs.map(({ file }) => file).toSorted()).toEqual(["compose.yaml", "web/Dockerfile"]);
    expect(readFileSync(join(cwd, "web/Dockerfile"), "utf8")).toBe('FROM node:24\nUSER node\nCMD ["node", "x.js"]\n');
    expect(again.fixed).toEqual([]);
    expect(again.findings.map(({ rule }) => rule)).toEqual(done.findings.map(({ rule }) => rule));
  });

  test("leaves files outside of the app's folder alone", async () => {
    const cwd = temporaryFolder({
      ".git/x": "",
      "app/compose.yaml": "include: [../db.yaml]\nservices: { web: { image: 'a:1' } }\n",
      "db.yaml": "services: { db: { image: 'postgres:17', ports: ['5432:5432'] } }\n",
    });

    const report = await fix(contextIn(cwd), { directory: "app" }, "write");

    expect(rulesOf(report)).toContain("WHY204");
    expect(readFileSync(join(cwd, "db.yaml"), "utf8")).toContain("['5432:5432']");
  });
});

test.each(["shop", "queue"])("the example %s has no error, and after --fix neither", async (name) => {
  const cwd = resolve(root, "examples", name);

  for (const environment of ["local", "production"]) {
    const report = await check(contextIn(cwd), { environment });
    expect(report.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const fixed = await fix(contextIn(cwd), { environment }, "plan");
    expect(fixed.findings.filter(({ severity, edits }) => severity === "error" || edits.length > 0)).toEqual([]);
  }
});
