import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { WherryError } from "../../src/core/index.ts";
import { filesAt, describeCommit, exportTree, listProjectFiles } from "../../src/git/index.ts";
import { withoutCredentials } from "../../src/git/describe.ts";
import { createContext } from "../../src/system/index.ts";

const ctx = createContext();
const identity = [
  "-c",
  "user.name=A",
  "-c",
  "user.email=a@example.com",
  "-c",
  "commit.gpgsign=false",
  "-c",
  "init.defaultBranch=main",
  "-c",
  "protocol.file.allow=always",
];

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", ["-C", folder, ...identity, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporary();
  write(folder, files);
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "first");
  return folder;
}

describe("a commit is described", () => {
  test("with its branch, newest tag, remote and what is not committed", async () => {
    const folder = repository({ "a b.txt": "1", "app/é.txt": "1", "app/gone": "1", ".gitignore": "*.log\n" });
    git(folder, "remote", "add", "other", "https://example.com/other");
    git(folder, "remote", "add", "origin", "https://user:token@git.example.com/team/shop.git");
    git(folder, "tag", "PROD-1");
    write(folder, { "a b.txt": "2", "app/é.txt": "2", "app/new": "1", "app/x.log": "1" });
    rmSync(join(folder, "app/gone"));

    const whole = await describeCommit(ctx, folder);
    const app = await describeCommit(ctx, join(folder, "app"));

    expect(whole).toEqual({
      commit: git(folder, "rev-parse", "HEAD"),
      dirty: ["a b.txt", "app/gone", "app/é.txt", "app/new"],
      branch: "main",
      tag: "PROD-1",
      repository: "git.example.com/team/shop",
      firstCommit: git(folder, "rev-parse", "HEAD"),
    });
    expect(app?.dirty).toEqual(["gone", "é.txt", "new"]);
  });

  test.each([
    [{ GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "UAT-1" }, "UAT-1"],
    [{ CI_COMMIT_TAG: "UAT-1" }, "UAT-1"],
    [{ GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "elsewhere" }, "PROD-1"],
    [{ GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "UAT-1" }, "PROD-1"],
  ])("of several tags with the one that started the run of CI: %j", async (env, tag) => {
    const folder = repository({ a: "1" });
    for (const name of ["PROD-1", "UAT-1"]) git(folder, "tag", name);
    expect((await describeCommit(createContext({ env: { ...process.env, ...env } }), folder))?.tag).toBe(tag);
  });

  test("without remote by its first commit, and without branch where none is checked out", async () => {
    const folder = repository({ a: "1" });
    const first = git(folder, "rev-parse", "HEAD");
    git(folder, "commit", "-q", "--allow-empty", "-m", "second");
    git(folder, "checkout", "-q", "--detach");

    expect(await describeCommit(ctx, folder)).toEqual({
      commit: git(folder, "rev-parse", "HEAD"),
      dirty: [],
      branch: undefined,
      tag: undefined,
      repository: `commit:${first}`,
      firstCommit: first,
    });
  });

  test("nowhere outside a repository and before the first commit", async () => {
    const empty = temporary();
    git(empty, "init", "-q");

    expect(await describeCommit(ctx, temporary())).toBeUndefined();
    expect(await describeCommit(ctx, empty)).toBeUndefined();
  });

  test.each([
    ["https://github.com/o/r.git", "github.com/o/r"],
    ["https://user:pa:ss@GitHub.com/o/r", "github.com/o/r"],
    ["git@github.com:o/r.git", "github.com/o/r"],
    ["ssh://git@github.com:22/o/r.git/", "github.com/o/r"],
    ["/srv/git/r.git", "/srv/git/r"],
    ["file:///srv/git/r.git", "file:///srv/git/r"],
  ])("%s is the repository %s", (url, expected) => {
    expect(withoutCredentials(url)).toBe(expected);
  });
});

describe("a tree is written out", () => {
  test("as it is committed, of the folder alone, with links and modes", async () => {
    const folder = repository({ "app/run.sh": "#!/bin/sh\n", "app/deep/$(touch x)": "1", "other/y": "1" });
    execFileSync("chmod", ["+x", join(folder, "app/run.sh")]);
    symlinkSync("run.sh", join(folder, "app/link"));
    git(folder, "add", "-A");
    git(folder, "commit", "-q", "-m", "second");
    write(folder, { "app/run.sh": "changed", "app/new": "1" });
    const into = temporary();

    await exportTree(ctx, join(folder, "app"), git(folder, "rev-parse", "HEAD"), into);

    expect((readdirSync(into, { recursive: true }) as string[]).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "deep",
      "deep/$(touch x)",
      "link",
      "run.sh",
    ]);
    expect(readFileSync(join(into, "link"), "utf8")).toBe("#!/bin/sh\n");
    expect(statSync(join(into, "run.sh")).mode & 0o111).not.toBe(0);
  });

  test("with times of its own for each file, which no other tree has", async () => {
    const folder = repository({ a: "1" });
    const times = Array.from({ length: 20 }, temporary).map(async (into) => {
      await exportTree(ctx, folder, "HEAD", into);
      return statSync(join(into, "a"), { bigint: true }).mtimeNs;
    });
    const fractions = (await Promise.all(times)).map((time) => time % 1_000_000_000n);
    expect(new Set(fractions).size).toBe(fractions.length);
    // Whole seconds are those of the archive.
    expect(fractions).not.toContain(0n);
  });

  test("but not with submodules, which are named", async () => {
    const [library, folder] = [repository({ a: "1" }), repository({ b: "1" })];
    git(folder, "submodule", "add", "-q", library, "vendor/lib");
    git(folder, "commit", "-q", "-m", "submodule");

    const error: unknown = await exportTree(ctx, folder, "HEAD", temporary()).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(WherryError);
    expect(error).toMatchObject({ code: "submodules", message: expect.stringContaining("vendor/lib") });
  });

  test("a commit that is not there is an error", async () => {
    const error: unknown = await exportTree(ctx, repository({ a: "1" }), "0".repeat(40), temporary()).catch(
      (reason: unknown) => reason,
    );

    expect(error).toMatchObject({ code: "cannot-export" });
  });
});

test("the files of a project are those tracked or not ignored", async () => {
  const folder = repository({ "conf/a": "1", "conf/b.log": "1", ".gitignore": "*.log\ndata\n", "*": "star" });
  write(folder, { "conf/new": "1", "data/x": "1" });

  expect(await listProjectFiles(ctx, folder, [join(folder, "conf"), join(folder, "data")])).toEqual([
    "conf/a",
    "conf/new",
  ]);
  expect(await listProjectFiles(ctx, folder, [join(folder, "*")])).toEqual(["*"]);
  expect(await listProjectFiles(ctx, join(folder, "conf"), [folder])).toContain("../.gitignore");
  expect(await listProjectFiles(ctx, temporary(), ["/"])).toBeUndefined();
});

test("files are read as they were at a commit, from any folder of the repository", async () => {
  const folder = repository({ "app/a": "old", "app/b": "b" });
  write(folder, { "app/a": "new", "app/c": "c" });
  const paths = ["a", "c"].map((name) => join(folder, "app", name));

  expect(await filesAt(ctx, join(folder, "app"), "HEAD", paths)).toEqual(new Map([[paths[0], "old"]]));
  expect(await filesAt(ctx, folder, "nowhere", paths)).toBeUndefined();
  expect(await filesAt(ctx, temporary(), "HEAD", paths)).toBeUndefined();
});
