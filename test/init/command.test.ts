import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { init } from "../../src/cli/commands/init.ts";
import { run } from "../cli/helpers.ts";
import type { Ran } from "../cli/helpers.ts";
import { repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const app = {
  "package.json": JSON.stringify({ scripts: { start: "node server.js" }, dependencies: { fastify: "5.0.0" } }),
  "package-lock.json": "{}",
  "server.js": "app.listen({ port: 4000 })",
};

// No PATH: docker is not found, and no registry is asked.
const wherryInit = (folder: string, ...line: readonly string[]): Promise<Ran> =>
  run(["init", "-C", folder, ...line], { init }, { env: { PATH: "/nowhere" } });

describe("wherry init", () => {
  test("says what it saw, where, and what it wrote, as one valid document", async () => {
    const folder = temporaryFolder(app);

    const { exitCode, stdout } = await wherryInit(folder, "--yes", "--json", "--app", "shop");

    const document = init.schema?.parse(JSON.parse(stdout));
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      app: "shop",
      parts: [{ name: "web", framework: "Fastify", port: { value: 4000, certainty: "likely" }, health: null }],
      written: ["wherry.yaml", "compose.yaml", "compose.override.yaml", "Dockerfile", ".dockerignore"],
    });
    expect(existsSync(join(folder, "compose.yaml"))).toBe(true);
  });

  test("--pipeline writes the workflows as well, made of what was just written", async () => {
    const folder = repository(app);
    // git is needed, and nothing else may be found.
    const programs = temporaryFolder();
    symlinkSync(execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim(), join(programs, "git"));
    const line = ["init", "-C", folder, "--yes", "--json", "--app", "shop", "--pipeline"];

    const { exitCode, stdout } = await run(line, { init }, { env: { PATH: programs } });

    expect(exitCode).toBe(0);
    const { written } = JSON.parse(stdout) as { written: readonly string[] };
    expect(written).toEqual(expect.arrayContaining(["compose.yaml", ".github/workflows/deploy.yml"]));
    expect(existsSync(join(folder, ".github/workflows/ci.yml"))).toBe(true);
    expect((await wherryInit(folder, "--plan", "--pipeline")).exitCode).toBe(2);
  });

  test("--plan shows every file as a difference, and writes nothing", async () => {
    const folder = temporaryFolder(app);

    const { exitCode, stdout } = await wherryInit(folder, "--plan");

    expect(exitCode).toBe(0);
    expect(stdout).toContain("+++ b/Dockerfile");
    expect(stdout).toContain("would be new: compose.yaml");
    expect(stdout).toContain("Nothing was written.");
    expect(existsSync(join(folder, "compose.yaml"))).toBe(false);
  });

  test("a server that listens on localhost alone is told with its line", async () => {
    const { stdout } = await wherryInit(temporaryFolder(app), "--plan");

    expect(stdout).toMatch(/package\.json:\d+ {2}Fastify listens on localhost alone/);
  });

  test("without a terminal it does not guess whether it may write", async () => {
    const folder = temporaryFolder(app);

    const { exitCode, stderr } = await wherryInit(folder);

    expect(exitCode).toBe(2);
    expect(stderr).toContain("say --yes for the defaults");
    expect(existsSync(join(folder, "compose.yaml"))).toBe(false);
  });

  test.each([
    ["--host", "https://shop.example.com", "a host name, without scheme"],
    ["--server", "me@", "user@host"],
    ["--app", "My Shop", "lower-case letters"],
  ])("%s %s is refused before anything is looked at", async (flag, value, words) => {
    const { exitCode, stderr } = await wherryInit(temporaryFolder(app), "--yes", flag, value);

    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
  });
});
