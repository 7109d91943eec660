import { existsSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/app.ts";
import { add } from "../../src/cli/commands/catalog/add.ts";
import { list } from "../../src/cli/commands/catalog/list.ts";
import { show } from "../../src/cli/commands/catalog/show.ts";
import { allEntries, cardanoNetworks } from "../../src/catalog/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { read, wherryYaml } from "./helpers.ts";

async function wherry(cwd: string, ...words: readonly string[]) {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const signal = new AbortController().signal;
  return main(["catalog", ...words], { env: {}, cwd, stdout: nowhere(), stderr: nowhere(), signal });
}

describe("what is written as JSON has the shape that is promised", () => {
  test("catalog list", async () => {
    const { stdout, exitCode } = await wherry("/", "list", "--json");

    expect(exitCode).toBe(0);
    expect(list.schema?.safeParse(JSON.parse(stdout)).error?.issues).toBeUndefined();
    expect(JSON.parse(stdout).entries).toHaveLength(allEntries().length);
  });

  test.each(allEntries().map(({ name, network }) => [name, network] as const))(
    "catalog show %s",
    async (name, network) => {
      for (const of of network ? cardanoNetworks : [undefined]) {
        const { stdout } = await wherry("/", "show", name, ...(of === undefined ? [] : ["--network", of]), "--json");

        expect(show.schema?.safeParse(JSON.parse(stdout)).error?.issues).toBeUndefined();
        expect(JSON.parse(stdout)).toMatchObject({ name, network: of ?? null });
      }
    },
  );

  test("catalog add", async () => {
    const cwd = temporaryFolder({ "wherry.yaml": wherryYaml });
    const words = ["add", "cardano-node", "--network", "preview", "--with", "mithril,kupo", "--with", "blockfrost"];

    for (const flag of ["--plan", "--yes"]) {
      const { stdout, exitCode } = await wherry(cwd, ...words, flag, "--json");

      expect(exitCode).toBe(0);
      expect(add.schema?.safeParse(JSON.parse(stdout)).error?.issues).toBeUndefined();
      expect(JSON.parse(stdout).written).toEqual(
        flag === "--plan" ? [] : ["compose.yaml", "wherry.yaml", ".env.example"],
      );
    }
  });
});

describe("what is written for people", () => {
  test("catalog list has every entry, in groups", async () => {
    const { stdout } = await wherry("/", "list");

    expect(stdout).toMatch(/^Databases\n {2}postgres /);
    for (const { name } of allEntries()) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test("catalog show says where a figure is an estimate, and what was never seen running", async () => {
    const { stdout } = await wherry("/", "show", "seaweedfs");

    expect(stdout).toMatch(/memory of seaweedfs +512m \(an estimate\)/);
    expect(stdout).toMatch(/seen running +nothing of it/);
    expect(stdout).toContain("image: chrislusf/seaweedfs:");
  });

  test("catalog add --plan shows the change, the cost and what to set, and writes nothing", async () => {
    const cwd = temporaryFolder({ "compose.yaml": "services:\n  web:\n    image: web\n" });

    const { stdout } = await wherry(cwd, "add", "postgres", "--plan");

    expect(stdout).toContain("+  postgres:");
    expect(stdout).toMatch(/memory of postgres +512m/);
    expect(stdout).toMatch(/POSTGRES_PASSWORD: .*openssl rand -hex 24/);
    expect(stdout).toContain("postgresql://app:PASSWORD@postgres:5432/app");
    expect(stdout).toContain("Nothing was changed.");
    expect(existsSync(join(cwd, ".env.example"))).toBe(false);
  });

  test("catalog add asks, and without a terminal refuses to write", async () => {
    const cwd = temporaryFolder();

    const { exitCode, stderr } = await wherry(cwd, "add", "redis");

    expect(exitCode).toBe(2);
    expect(stderr).toContain("--yes");
    expect(existsSync(join(cwd, "compose.yaml"))).toBe(false);
  });

  test("catalog add says when there is nothing to do", async () => {
    const cwd = temporaryFolder();
    await wherry(cwd, "add", "redis", "--yes");
    const before = read(cwd, "compose.yaml");

    const { stdout, exitCode } = await wherry(cwd, "add", "redis");

    expect([stdout, exitCode]).toEqual(["redis: there already, nothing to change\n", 0]);
    expect(read(cwd, "compose.yaml")).toBe(before);
  });

  test("what the catalogue leaves out is an error with what to take", async () => {
    const { exitCode, stderr } = await wherry("/", "add", "minio", "--plan");

    expect(exitCode).toBe(2);
    expect(stderr).toContain("wherry catalog add seaweedfs");
  });
});
