import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createContext } from "../../src/system/index.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { assessmentOf, folderInMemory, quietContext, statement } from "./helpers.ts";
import { assess } from "../../src/assess/index.ts";

describe("odd input ends in what is not known, never in a crash", () => {
  test("a machine without git", async () => {
    const folder = temporaryFolder({ "a.txt": "a" });
    const { processes } = quietContext(folder);
    const gone = { stdout: "", stderr: "git: command not found", exitCode: 127, signal: undefined, timedOut: false };

    const assessment = await assessmentOf(folder, { processes: { ...processes, run: async () => gone } });

    expect(statement(assessment, "version-control.repository")).toMatchObject({
      level: null,
      says: "git is not on this machine",
    });
    expect(statement(assessment, "secrets.not-tracked").level).toBe(3);
  });

  test("a repository of another user, which git refuses to read", async () => {
    const folder = repository({ "a.txt": "a" });
    const { processes } = quietContext(folder);
    const refuses = {
      stdout: "",
      stderr: `fatal: detected dubious ownership in repository at '${folder}'`,
      exitCode: 128,
      signal: undefined,
      timedOut: false,
    };

    const assessment = await assessmentOf(folder, { processes: { ...processes, run: async () => refuses } });

    expect(statement(assessment, "version-control.repository").says).toContain("belongs to another user");
  });

  test("a shallow clone: what only the older commits could tell is not known", async () => {
    const origin = repository({ ".env": "API_TOKEN=abcdef123456\n" });
    git(origin, "rm", "--quiet", ".env");
    for (let number = 0; number < 12; number += 1)
      git(origin, "commit", "--quiet", "--allow-empty", "--message", `change ${number}`);
    const folder = join(temporaryFolder(), "clone");
    git(origin, "clone", "--quiet", "--depth", "11", `file://${origin}`, folder);

    const assessment = await assessmentOf(folder);

    const levels = ["secrets.not-in-history", "version-control.several-people", "documentation.fresh"].map(
      (check) => statement(assessment, check).level,
    );
    expect(levels).toEqual([null, null, null]);
    expect(statement(assessment, "secrets.not-in-history").says).toContain("shallow");
    expect(assessment.lookedAt[1]?.found).toBe("11 commits, a shallow clone");
  });

  test("a history of thousands of commits is looked at as far as is asked for", async () => {
    const folder = temporaryFolder();
    git(folder, "init", "--quiet");
    const commits = Array.from(
      { length: 3000 },
      (_, index) =>
        `commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + index} +0000\ndata 8\nchange 1\n`,
    );
    writeFileSync(join(folder, "import"), `${commits.join("\n")}\ndone\n`);
    git(folder, "-c", "core.hooksPath=/dev/null", "init", "--quiet");
    const { execFileSync } = await import("node:child_process");
    execFileSync("git", ["-C", folder, "fast-import", "--quiet", "--done"], { input: `${commits.join("\n")}\ndone\n` });
    git(folder, "checkout", "--quiet", "-f", "main");

    const assessment = await assessmentOf(folder);

    expect(assessment.lookedAt[1]?.found).toBe("500 newest commits");
  });

  test("binary files, links that lead nowhere or outside, names with signs, and files that are gone", async () => {
    const folder = repository({
      "logo.png": Uint8Array.from([0x89, 0x50, 0, 0, 1, 2]),
      "bad.yaml": Uint8Array.from([0xff, 0xfe, 0xc3, 0x28]),
      "ein name mit 'Ä' und \u001B[31m.yaml": "a: 1\n",
      "gone.sh": "pg_dump\n",
    });
    const { symlinkSync, rmSync } = await import("node:fs");
    symlinkSync("/etc/passwd", join(folder, "README.md"));
    symlinkSync("nowhere", join(folder, ".env"));
    rmSync(join(folder, "gone.sh"));
    git(folder, "add", "README.md", ".env");
    git(folder, "commit", "--quiet", "--message", "links");

    const assessment = await assessmentOf(folder);

    expect(JSON.stringify(assessment)).not.toContain("root:");
    expect(JSON.stringify(assessment)).not.toContain("\\u001b");
    expect(statement(assessment, "documentation.readme").level).toBeNull();
    expect(statement(assessment, "backup.made").level).toBeNull();
  });

  test("a file that may not be read: nothing is called clean", async () => {
    const folder = repository({ "a.txt": "a", "closed.txt": "b" });
    const real = createContext().files;
    const denied = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    const files = {
      ...real,
      read: (path: string) => (path.endsWith("closed.txt") ? Promise.reject(denied) : real.read(path)),
    };

    const assessment = await assessmentOf(folder, { files });

    expect(statement(assessment, "secrets.not-tracked")).toMatchObject({
      level: null,
      says: "1 file could not be read",
      evidence: [{ where: "closed.txt" }],
    });
    expect(assessment.lookedAt[0]?.found).toContain("1 could not be read");
  });

  test("a folder that may not be opened", async () => {
    const ctx = folderInMemory({ "a.txt": "a", "closed/b.txt": "b" });
    const files = {
      ...ctx.files,
      list: (path: string) => (path.endsWith("closed") ? Promise.reject(new Error("EACCES")) : ctx.files.list(path)),
    };

    const { assessment } = await assess({ ...ctx, files }, {}, () => {});

    expect(statement(assessment, "secrets.not-tracked").level).toBeNull();
  });

  test("a repository within the repository, and one with a submodule's entry", async () => {
    const inner = repository({ "wherry.yaml": "app: inner\n" });
    const folder = repository({ "a.txt": "a" });
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "inner");
    writeFiles(folder, { "other/.git/HEAD": "ref: refs/heads/main\n" });

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "deployment.described").level).toBe(0);
  });

  test("a bare repository is a folder of files that are none of a project", async () => {
    const folder = join(temporaryFolder(), "bare.git");
    git(temporaryFolder(), "init", "--quiet", "--bare", folder);

    const assessment = await assessmentOf(folder);

    expect(statement(assessment, "version-control.repository").level).toBe(0);
  });

  test("YAML bombs and broken JSON", async () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefghi"
        .split("")
        .map(
          (name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefgh"[index]}`).join(",")}]`,
        ),
    ].join("\n");
    const content = {
      "compose.yaml": bomb,
      "wherry.yaml": bomb,
      ".github/workflows/x.yml": bomb,
      "package.json": '{ "scripts": null',
    };

    const { assessment } = await assess(folderInMemory(content), {}, () => {});

    expect(statement(assessment, "packaging.image").level).toBe(1);
  });

  test("a script that calls itself", async () => {
    const content = {
      ".github/workflows/x.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: make all\n",
      Makefile: "all:\n\tmake all\n\tnpm run all\n",
      "package.json": '{ "scripts": { "all": "npm run all && ./all.sh" } }',
      "all.sh": "make all\n./all.sh\n",
    };

    const { assessment } = await assess(folderInMemory(content), {}, () => {});

    expect(statement(assessment, "ci.tests-run").level).toBe(0);
  });

  test("a folder that is not there is a slip of the pen", async () => {
    const folder = temporaryFolder();

    await expect(assess(quietContext(folder), { directory: "nowhere" }, () => {})).rejects.toMatchObject({
      code: "no-folder",
      exit: "usage",
    });
  });
});
