import { describe, expect, test } from "vitest";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { assess } from "../../src/assess/index.ts";
import { assessmentOf, assessmentOfFiles, folderInMemory, knownLevels, statement } from "./helpers.ts";

describe("a repository with a pipeline", () => {
  const workflow = (steps: string, on = "[push, pull_request]"): string =>
    `on: ${on}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n${steps}`;

  test("runs tests where the pipeline starts them, through npm, make and shell", async () => {
    const folder = {
      ".github/workflows/ci.yml": workflow("      - run: make ci\n"),
      Makefile: "ci:\n\t./ci/all.sh\n",
      "ci/all.sh": "npm run check\n",
      "package.json": '{\n "scripts": {\n  "check": "npm run unit",\n  "unit": "vitest run"\n }\n}\n',
    };

    const found = statement(await assessmentOfFiles(folder), "ci.tests-run");

    expect(found).toMatchObject({ level: 3, says: "The pipeline runs tests" });
    expect(found.evidence.map(({ where }) => where)).toEqual([".github/workflows/ci.yml:6", "package.json:4"]);
  });

  test("a placeholder is no test, and a script that was not read is not known", async () => {
    const files = { "package.json": '{ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }' };
    const placeholder = { ...files, ".github/workflows/ci.yml": workflow("      - run: npm test\n") };
    const other = { ".github/workflows/ci.yml": workflow("      - run: python ci/run.py\n") };
    const shared = {
      ".github/workflows/ci.yml": "on: push\njobs:\n  all:\n    uses: team/ci/.github/workflows/all.yml@v1\n",
    };

    expect(statement(await assessmentOfFiles(placeholder), "ci.tests-run").level).toBe(0);
    expect(statement(await assessmentOfFiles(other), "ci.tests-run")).toMatchObject({
      level: null,
      says: "the pipeline calls what was not read: ci/run.py",
    });
    expect(statement(await assessmentOfFiles(shared), "ci.tests-run").level).toBeNull();
  });

  test("names, comments and descriptions do nothing", async () => {
    const steps =
      "      # npm test, pytest, trivy\n      - name: Run vitest and deploy with wherry deploy\n        run: echo ok\n";
    const levels = knownLevels(await assessmentOfFiles({ ".github/workflows/ci.yml": workflow(steps) }));

    expect(levels).toMatchObject({ "ci.tests-run": 0, "deployment.automatic": 0, "security.scanned": 0 });
  });

  test("a pipeline that only a clock starts is begun, and one that cannot be read is not known", async () => {
    const clock = {
      ".github/workflows/ci.yml": workflow("      - run: pytest\n", "{ schedule: [{ cron: '1 1 * * *' }] }"),
    };
    const broken = { ".github/workflows/ci.yml": "on: [push\njobs: {" };

    expect(knownLevels(await assessmentOfFiles(clock))).toMatchObject({ "ci.pipeline": 1, "ci.tests-run": 2 });
    expect(statement(await assessmentOfFiles(broken), "ci.pipeline").level).toBeNull();
    expect(statement(await assessmentOfFiles(broken), "security.strangers").level).toBeNull();
  });

  test.each([
    [".gitlab-ci.yml", "test:\n  script:\n    - pytest\n"],
    ["bitbucket-pipelines.yml", "pipelines:\n  default:\n    - step:\n        script:\n          - go test ./...\n"],
    [".circleci/config.yml", "jobs:\n  build:\n    steps:\n      - run: cargo test\n"],
  ])("%s is read too", async (path, content) => {
    expect(knownLevels(await assessmentOfFiles({ [path]: content }))).toMatchObject({ "ci.tests-run": 3 });
  });

  test("what starts a Jenkinsfile is not known; what it runs is", async () => {
    const folder = { Jenkinsfile: "pipeline { stages { stage('t') { steps { sh './gradlew test' } } } }\n" };

    const assessment = await assessmentOfFiles(folder);

    expect(statement(assessment, "ci.pipeline").level).toBeNull();
    expect(statement(assessment, "ci.tests-run")).toMatchObject({ level: 2 });
  });

  test("strangers' texts in scripts, moving actions and rights are seen", async () => {
    const steps =
      "      - uses: actions/checkout@v4\n      - uses: team/x@0123456789012345678901234567890123456789\n" +
      '      - run: echo "${{ github.event.issue.title }}"\n';
    const assessment = await assessmentOfFiles({ ".github/workflows/ci.yml": workflow(steps) });

    expect(statement(assessment, "security.strangers")).toMatchObject({
      level: 0,
      evidence: [{ where: ".github/workflows/ci.yml:8" }],
    });
    expect(statement(assessment, "security.pinned-actions")).toMatchObject({
      level: 1,
      says: "1 of 2 uses name a tag or branch",
    });
    expect(statement(assessment, "security.pipeline-rights").level).toBe(1);
  });
});

describe("a repository with secrets in a tracked .env", () => {
  test("says where, holds the area back, and never shows the value", async () => {
    const folder = repository({
      ".env": "# settings\nPORT=80\nDB_PASSWORD='correct horse battery'\nAPI_KEY=changeme\n",
      "deploy.sh":
        "DB_PASSWORD=tr0ub4dor&3 docker compose up -d\nmysqldump -pFlurble9 shop\nrestic -r s3:https://key:s3cr3tkey@s3.example.com/b backup /data\n",
    });

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "secrets.not-tracked")).toMatchObject({
      level: 0,
      evidence: [{ where: ".env:3", what: "a value for DB_PASSWORD" }],
    });
    expect(assessment.areas.find(({ area }) => area === "secrets")?.level).toBeLessThanOrEqual(1);
    expect(assessment.gaps[0]).toMatchObject({ check: "secrets.not-tracked", urgent: true });
    const all = JSON.stringify(assessment);
    for (const value of ["correct horse", "tr0ub4dor", "Flurble9", "s3cr3tkey"]) expect(all).not.toContain(value);
  });

  test("what was taken out again stays in the history", async () => {
    const folder = repository({ ".env": "API_TOKEN=abcdef123456\n", "certificates/server.key": "x" });
    const first = git(folder, "rev-parse", "HEAD");
    git(folder, "rm", "--quiet", ".env", "certificates/server.key");
    git(folder, "commit", "--quiet", "--message", "out");

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "secrets.not-tracked").level).toBeNull();
    expect(statement(assessment, "secrets.not-in-history")).toMatchObject({
      level: 0,
      evidence: [
        { where: first.slice(0, 12), what: "added .env" },
        { where: first.slice(0, 12), what: "added certificates/server.key" },
      ],
    });
  });

  test.each([
    ["id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "a private key"],
    ["config.yaml", `aws: AKIA${"Q".repeat(16)}\n`, "an access key of AWS"],
    ["src/a.ts", `const t = "ghp_${"a1".repeat(18)}";\n`, "a token of GitHub"],
  ])("%s with a secret in it", async (path, content, what) => {
    expect(statement(await assessmentOfFiles({ [path]: content }), "secrets.not-tracked")).toMatchObject({
      level: 0,
      evidence: [{ what }],
    });
  });

  test.each([
    [".env.example", "DB_PASSWORD=correcthorsebattery\n"],
    [".env", "PORT=80\nDB_PASSWORD=\nAPI_TOKEN=${FROM_ELSEWHERE}\nSECRET_KEY=change-me\n"],
    ["test/keys/server.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"],
    ["docs/aws.md", "Such as AKIAIOSFODNN7EXAMPLE.\n"],
  ])("%s without a real one", async (path, content) => {
    const { level } = statement(await assessmentOfFiles({ [path]: content }), "secrets.not-tracked");

    expect(level).toBe(3);
  });

  test("an ignored .env is nobody's business", async () => {
    const folder = repository({ ".gitignore": ".env\n", "a.txt": "a" });
    writeFiles(folder, { ".env": "DB_PASSWORD=correcthorsebattery\n" });

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "secrets.not-tracked").level).toBe(3);
    expect(statement(assessment, "secrets.ignored")).toMatchObject({ level: 3, evidence: [{ what: ".gitignore:1" }] });
  });
});

describe("a repository with Terraform", () => {
  const server = 'resource "hcloud_server" "web" {\n  name = "web"\n}\n';

  test("in a shared backend, locked and checked", async () => {
    const levels = knownLevels(
      await assessmentOf(
        repository({
          "infra/main.tf": `terraform {\n  backend "s3" {\n    bucket = "state"\n  }\n}\n${server}`,
          "infra/.terraform.lock.hcl": "# lock\n",
          ".gitlab-ci.yml": "plan:\n  script:\n    - tofu validate\n    - tofu plan\n",
        }),
      ),
    );

    expect(levels).toMatchObject({
      "infrastructure.described": 3,
      "infrastructure.state": 3,
      "infrastructure.locked": 3,
      "infrastructure.checked": 3,
    });
  });

  test("with its state in the repository", async () => {
    const assessment = await assessmentOf(repository({ "main.tf": server, "terraform.tfstate": '{ "version": 4 }\n' }));

    expect(statement(assessment, "infrastructure.state")).toMatchObject({
      level: 0,
      evidence: [{ where: "terraform.tfstate" }],
    });
    expect(knownLevels(assessment)).toMatchObject({ "infrastructure.locked": 0, "secrets.not-in-history": 0 });
    expect(assessment.tools.find(({ subject }) => subject === "Infrastructure as code")).toMatchObject({
      verdict: "consider",
      inUse: [{ name: "Terraform", evidence: [{ where: "main.tf" }] }],
      old: false,
    });
  });
});

describe("compose files and Dockerfiles", () => {
  test("open databases are seen in every form of ports, and closed ones are not", async () => {
    const ports = async (text: string): Promise<number | null> =>
      statement(
        await assessmentOfFiles({
          "compose.yaml": `services:\n  db:\n    image: postgres:17\n    ports:\n      - ${text}\n`,
        }),
        "security.open-databases",
      ).level;

    for (const open of [
      '"5432:5432"',
      "5432:5432/tcp",
      '"0.0.0.0:5432:5432"',
      '"[::]:5432:5432"',
      '"${PORT}:5432"',
      "{ target: 5432, published: 5432 }",
    ])
      expect([open, await ports(open)]).toEqual([open, 0]);
    for (const closed of [
      '"127.0.0.1:5432:5432"',
      '"[::1]:5432:5432"',
      '"5432"',
      "{ target: 5432, published: 5432, host_ip: 127.0.0.1 }",
    ])
      expect([closed, await ports(closed)]).toEqual([closed, 3]);
  });

  test("floating images, root and a copied folder", async () => {
    const loose = await assessmentOfFiles({ Dockerfile: "FROM node\nCOPY . /app\n" });
    const tight = await assessmentOfFiles({
      Dockerfile: `FROM node:24@sha256:${"a".repeat(64)} AS build\nRUN <<EOF\nFROM nothing\nEOF\nCOPY . .\nFROM build\nUSER 10001\n`,
      ".dockerignore": ".git\n",
    });

    expect(knownLevels(loose)).toMatchObject({
      "packaging.base-images": 0,
      "packaging.user": 1,
      "packaging.build-context": 0,
    });
    expect(knownLevels(tight)).toMatchObject({
      "packaging.base-images": 4,
      "packaging.user": 3,
      "packaging.build-context": 3,
    });
  });

  test("a script that stops everything first is seen, and so is one that replaces container by container", async () => {
    const level = async (script: string): Promise<number | null> =>
      statement(await assessmentOfFiles({ "deploy.sh": script }), "deployment.no-gap").level;

    expect(await level("git pull\ndocker compose down\ndocker compose up -d\n")).toBe(0);
    expect(await level("docker-compose down && docker-compose up -d\n")).toBe(0);
    expect(await level("# docker compose down\ndocker compose up -d\n")).toBe(1);
    expect(await level("echo nothing\n")).toBeNull();
  });

  test("a backup without a way back is worth little, and no backup is not known", async () => {
    const none = await assessmentOfFiles({ "compose.yaml": "services:\n  db:\n    image: postgres:17\n" });
    const one = await assessmentOfFiles({ "scripts/backup.sh": "pg_dump shop | restic backup --stdin\n" });

    expect(statement(none, "backup.made")).toMatchObject({ level: null, evidence: [{ where: "compose.yaml:3" }] });
    expect(none.areas.find(({ area }) => area === "backup")).toMatchObject({
      level: null,
      mean: null,
      unknownShare: 1,
    });
    expect(knownLevels(one)).toMatchObject({ "backup.made": 2, "backup.scheduled": 1, "backup.restored": 0 });
  });
});

test("who asks for an example means it", async () => {
  const content = { "examples/shop/Dockerfile": "FROM node:24\n" };

  const { assessment } = await assess(folderInMemory(content), { directory: "examples/shop" }, () => {});

  expect(statement(assessment, "packaging.image").level).toBe(3);
});

describe("a repository with nothing", () => {
  test("gaps begin with what is cheap, and a step that needs another one waits for it", async () => {
    const { gaps } = await assessmentOf(repository({ "a.txt": "a" }));

    expect(gaps.map(({ score }) => score)).toEqual(gaps.map(({ score }) => score).toSorted((a, b) => b - a));
    const checks = gaps.map(({ check }) => check);
    expect(checks).toContain("ci.pipeline");
    expect(checks).not.toContain("ci.tests-run");
    expect(gaps[0]?.effort).toBe("minutes");
  });

  test("files of tests and examples are not those of the project", async () => {
    const levels = knownLevels(
      await assessmentOfFiles({
        "examples/shop/compose.yaml": "services: {}",
        "test/fixtures/Dockerfile": "FROM node",
        "test/main.tf": "",
      }),
    );

    expect(levels).toMatchObject({ "packaging.image": 0, "infrastructure.described": 0 });
  });

  test("a folder without git is looked at as it lies there", async () => {
    const folder = temporaryFolder({ Dockerfile: "FROM node:24\n", "node_modules/x/index.js": "" });

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "version-control.repository")).toMatchObject({ level: 0 });
    expect(statement(assessment, "packaging.image").level).toBe(3);
    expect(statement(assessment, "secrets.ignored").level).toBeNull();
  });
});
