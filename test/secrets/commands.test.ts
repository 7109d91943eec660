import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../src/config/index.ts";
import { Secret } from "../../src/core/index.ts";
import { differences } from "../../src/release/secret-diff.ts";
import { secretVersion } from "../../src/release/identity.ts";
import { readSecrets } from "../../src/secrets/index.ts";
import { git } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { secretsApp } from "./helpers.ts";

describe("wherry secrets list", () => {
  test("says what is asked for, what each comes from, and what has no value", async () => {
    const app = secretsApp({ env: { APP_PASSWORD: "from ci", UNRELATED: "of the shell" } });
    await app.secrets(["set", "EXTRA"], { input: "something" });
    const result = await app.secrets(["list", "--json"]);
    expect(result.exitCode).toBe(8);
    expect(JSON.parse(result.stdout)).toMatchObject({
      environment: "production",
      secrets: [
        { name: "API_TOKEN", source: null, also: [], wanted: true },
        { name: "APP_PASSWORD", source: "environment", also: [], wanted: true },
        { name: "EXTRA", source: "file (.wherry/secrets.production.env)", also: [], wanted: false },
      ],
    });
    const { stdout } = await app.secrets(["list"]);
    expect(stdout).toMatch(/API_TOKEN +no value/);
    expect(stdout).toContain("environment cannot be written here: variables of this process");
  });

  test("a source that does not answer hides none of the others", async () => {
    const app = secretsApp({
      from: "  - environment\n  - bitwarden: {}",
      env: { PATH: "/nowhere", APP_PASSWORD: "x" },
    });
    const result = await app.secrets(["list"]);
    expect(result.stdout).toContain("bw is needed");
    expect(result.stdout).toMatch(/APP_PASSWORD +environment/);
  });
});

describe("wherry secrets set", () => {
  test.each([
    ["nothing", "", "is empty"],
    ["only a line end", "\n", "is empty"],
    ["a NUL byte", "a\0b", "NUL"],
  ])("refuses %s", async (_what, input, words) => {
    const result = await secretsApp().secrets(["set", "APP_PASSWORD"], { input });
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toContain(words);
  });

  test("says which names no deployment uses; tokens of providers are for wherry infra", async () => {
    const app = secretsApp();
    expect((await app.secrets(["set", "EXTRA"], { input: "x" })).stdout).toContain("not listed: EXTRA");
    const { stdout, stderr } = await app.secrets(["set", "HCLOUD_TOKEN"], { input: "x" });
    expect(stdout + stderr).not.toContain("not listed");
  });

  test("a value that its source cannot hold is refused, and nothing is changed", async () => {
    const app = secretsApp();
    await app.secrets(["set", "APP_PASSWORD"], { input: "before" });
    const result = await app.secrets(["set", "APP_PASSWORD"], { input: `all three ' " \` \nand more` });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("cannot hold the value of APP_PASSWORD");
    expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: "before" });
  });

  test("into a source that is not there, or cannot be written, is refused by name", async () => {
    const app = secretsApp();
    expect((await app.secrets(["set", "A", "--to", "vault"], { input: "x" })).stderr).toContain(
      "it has environment, file",
    );
    const fixed = secretsApp({ from: "  - environment" });
    expect((await fixed.secrets(["set", "A"], { input: "x" })).stderr).toContain("no source of secrets can be written");
    expect((await fixed.secrets(["remove", "PATH", "--yes"])).stderr).toContain("variables of this process");
    expect((await fixed.secrets(["rotate", "PATH", "--later"])).stderr).toContain("variables of this process");
  });
});

test("get writes into a pipe only with --reveal", async () => {
  const app = secretsApp({ env: { APP_PASSWORD: "correct horse" } });
  expect(await app.secrets(["get", "APP_PASSWORD"])).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({
    exitCode: 0,
    stdout: "correct horse",
  });
});

test("get of a name that is nearly right says which one was meant", async () => {
  const app = secretsApp();
  await app.secrets(["set", "APP_PASSWORD"], { input: "x" });
  expect((await app.secrets(["get", "APP_PASWORD", "--reveal"])).stderr).toContain("did you mean APP_PASSWORD?");
});

test("remove asks first, and says what still wants it", async () => {
  const app = secretsApp();
  await app.secrets(["set", "APP_PASSWORD"], { input: "x" });
  expect(await app.secrets(["remove", "APP_PASSWORD"])).toMatchObject({ exitCode: 2 });
  expect((await app.secrets(["remove", "APP_PASSWORD", "--yes"])).stdout).toContain(
    "wherry.yaml still asks for APP_PASSWORD",
  );
});

test("rotate takes a given value, and refuses the one that was", async () => {
  const app = secretsApp();
  await app.secrets(["set", "APP_PASSWORD"], { input: "old value" });
  expect(await app.secrets(["rotate", "APP_PASSWORD", "--given", "--later"], { input: "old value\n" })).toMatchObject({
    exitCode: 2,
  });
  expect(await app.secrets(["rotate", "APP_PASSWORD", "--given", "--later"], { input: "new value\n" })).toMatchObject({
    exitCode: 0,
  });
  expect(await app.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: "new value" });
  expect(await app.secrets(["rotate", "NEVER_SET", "--later"])).toMatchObject({ exitCode: 2 });
});

describe("import and export", () => {
  const text = `# mine\nAPP_PASSWORD='with $ and "quotes"'\nTLS_KEY="line one\nline two\n"\nEMPTY=\n`;

  test("what is exported and imported again is the same, for its user alone", async () => {
    const app = secretsApp();
    const target = join(temporaryFolder(), "out.env");
    const imported = await app.secrets(["import", "-", "--json"], { input: text });
    expect(JSON.parse(imported.stdout)).toMatchObject({ names: ["APP_PASSWORD", "TLS_KEY"] });
    expect(await app.secrets(["export", target])).toMatchObject({ exitCode: 0 });
    expect(statSync(target).mode & 0o777).toBe(0o600);

    const other = secretsApp();
    expect(await other.secrets(["import", target])).toMatchObject({ exitCode: 0 });
    expect(await other.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: 'with $ and "quotes"' });
    expect(await other.secrets(["get", "TLS_KEY", "--reveal"])).toMatchObject({ stdout: "line one\nline two\n" });
  });

  test("export refuses a file that git has, or would take", async () => {
    const app = secretsApp({ files: { "tracked.env": "" } });
    await app.secrets(["set", "APP_PASSWORD"], { input: "correct horse" });
    const tracked = await app.secrets(["export", "tracked.env", "--yes"]);
    expect(tracked).toMatchObject({ exitCode: 4 });
    expect(tracked.stderr).toContain("tracked.env is in git");
    const untracked = await app.secrets(["export", "new.env"]);
    expect(untracked.stderr).toContain("would be taken by the next git add");
    expect(untracked.stderr).toContain("or as .wherry/secrets.NAME.env with /.wherry/secrets.*.env* in .gitignore");
    expect(app.read("tracked.env")).toBe("");
    expect(git(app.folder, "status", "--porcelain")).toBe("");
    expect(await app.secrets(["export", ".wherry/secrets.copy.env"])).toMatchObject({ exitCode: 0 });
  });

  test("export writes over a file only when it is told to, and only what was named", async () => {
    const app = secretsApp();
    await app.secrets(["import", "-"], { input: "A=1234\nB=5678\n" });
    const target = join(temporaryFolder({ "out.env": "mine" }), "out.env");
    expect(await app.secrets(["export", target])).toMatchObject({ exitCode: 2 });
    const result = await app.secrets(["export", target, "--yes", "--name", "B", "--json"]);
    expect(JSON.parse(result.stdout)).toMatchObject({ names: ["B"] });
    expect((await app.secrets(["export", target, "--yes", "--name", "C"])).exitCode).toBe(2);
  });
});

describe("wherry secrets diff", () => {
  test("between environments says names alone", async () => {
    const app = secretsApp({ extra: "  uat: { server: local }\n" });
    await app.secrets(["import", "-"], { input: "APP_PASSWORD=shared value\nAPI_TOKEN=of production\n" });
    await app.wherry(["secrets", "import", "-", "-e", "uat"], {
      input: "APP_PASSWORD=shared value\nAPI_TOKEN=of uat\n",
    });
    const result = await app.secrets(["diff", "--with", "uat", "--json"]);
    expect(JSON.parse(result.stdout)).toEqual({
      environment: "production",
      with: "uat",
      secrets: [
        { name: "API_TOKEN", state: "different" },
        { name: "APP_PASSWORD", state: "same" },
      ],
    });
    expect((await app.secrets(["diff", "--with", "uat"])).stdout).not.toMatch(/shared value|of production/);
  });

  test("with the live release needs nothing but keyed hashes", () => {
    const here = new Map([
      ["SAME", new Secret("one")],
      ["CHANGED", new Secret("new")],
      ["ADDED", new Secret("x")],
    ]);
    const there = new Map([
      ["SAME", secretVersion("salt", "one")],
      ["CHANGED", secretVersion("salt", "old")],
      ["GONE", secretVersion("salt", "y")],
    ]);
    expect(differences(here, there, "salt")).toEqual([
      { name: "ADDED", state: "only-here" },
      { name: "CHANGED", state: "different" },
      { name: "GONE", state: "only-there" },
      { name: "SAME", state: "same" },
    ]);
  });
});

describe("what a deployment reads", () => {
  test("a secret without value is refused with its place and every way to set it", async () => {
    const app = secretsApp();
    const settings = await loadSettings(app.ctx, { environment: "production" });
    await expect(readSecrets(app.ctx, settings, settings.secrets)).rejects.toMatchObject({
      code: "missing-secret",
      at: { file: "wherry.yaml", line: 2 },
      hint: expect.stringMatching(
        /environment of this command, or write APP_PASSWORD=.*wherry secrets set APP_PASSWORD -e production/,
      ),
    });
  });

  test("a file of secrets that others can read, or that git has, is refused", async () => {
    const app = secretsApp();
    const path = join(app.folder, ".wherry/secrets.production.env");
    await app.secrets(["set", "APP_PASSWORD"], { input: "x" });
    writeFileSync(path, "APP_PASSWORD=x\n");
    git(app.folder, "add", "--force", ".wherry");
    const { stderr } = await app.secrets(["get", "APP_PASSWORD", "--reveal"]);
    expect(stderr).toContain("is in git");
    expect(stderr).toContain("write /.wherry/secrets.*.env* into .gitignore");
    git(app.folder, "rm", "--quiet", "--cached", "-r", ".wherry");
    git(app.folder, "status");
    const { chmodSync } = await import("node:fs");
    chmodSync(path, 0o644);
    expect((await app.secrets(["get", "APP_PASSWORD", "--reveal"])).stderr).toContain("chmod 600");
  });

  test("only the compose file's own secrets may also stand in values or .env", async () => {
    const app = secretsApp({ files: { ".env": "API_TOKEN=from dotenv\nAPP_PASSWORD=from dotenv\n" } });
    const settings = await loadSettings(app.ctx, { environment: "production" });
    const at = undefined;
    const found = await readSecrets(app.ctx, settings, [{ name: "API_TOKEN", at }]);
    expect(found.get("API_TOKEN")?.reveal()).toBe("from dotenv");
    await expect(readSecrets(app.ctx, settings, [{ name: "APP_PASSWORD", at }])).rejects.toThrow(
      "APP_PASSWORD has no value",
    );
  });
});

describe("secrets_from in wherry.yaml", () => {
  test.each([
    ["a source that is unknown", "  - valt: {}", /secrets_from\.0\.valt: unknown key, did you mean "vault"/],
    ["a word that is none", "  - env", /secrets_from\.0/],
    ["two sources in one entry", "  - { pass: {}, bitwarden: {} }", /each source is an entry of its own/],
    [
      "a private key as a recipient",
      "  - age: { recipients: { ada: AGE-SECRET-KEY-1XYZ } }",
      /public key that starts with age1/,
    ],
    ["no recipients", "  - age: { recipients: {} }", /nobody could read/],
    ["a file outside of the repository", "  - age: { recipients: readers.txt, file: ../x }", /stays in the folder/],
    [
      "a name that a program would take for an option",
      "  - 1password: { vault: --help }",
      /does not start with a dash/,
    ],
    ["no source at all", "  []", /secrets_from: must not be empty/],
  ])("refuses %s", async (_what, from, words) => {
    const result = await secretsApp({ from }).secrets(["list"]);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(words);
  });
});
