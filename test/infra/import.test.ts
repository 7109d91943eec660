import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importServers } from "../../src/cli/commands/infra/import.ts";
import { init } from "../../src/cli/commands/infra/init.ts";
import { run } from "../cli/helpers.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner, Thing } from "./fake-hetzner/index.ts";
import { orderByHand } from "./foreign.ts";

const yaml = `app: shop
environments:
  production:
    # By hand, in 2023.
    server: root@192.0.2.10
`;

describe("wherry infra import", () => {
  let hetzner: FakeHetzner;
  let server: Thing;
  beforeAll(async () => {
    hetzner = await fakeHetzner();
    server = await orderByHand(hetzner, "web-1");
  });
  afterAll(() => hetzner.close());

  const infra = (folder: string, words: readonly string[]) =>
    run(
      ["infra", ...words, "-C", folder, "-e", "production"],
      { "infra import": importServers, "infra init": init },
      {
        env: { HOME: folder, HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint },
      },
    );
  const read = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");

  test("writes a server with what it has, and nothing that would make another one", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml });
    expect(await infra(folder, ["import", "--name", "web-1", "--yes"])).toMatchObject({ exitCode: 0 });
    const golden = read(folder, "infra/production/imported.tf").replace(`"${server.id}"`, '"1"');
    await expect(golden).toMatchFileSnapshot("golden/imported.tf");
    expect(() => read(folder, "infra/production/main.tf")).toThrow("ENOENT");
    expect(read(folder, "wherry.yaml")).toBe(
      `${yaml}    infrastructure: { size: cx23, location: nbg1, count: 1, backups: true }\n`,
    );
    // Only reading: nothing is changed there before an apply.
    expect(hetzner.requests.slice(-1)[0]).toMatch(/^GET \/servers/);
  });

  test("a server is found by its number as well, and one that is not there is named", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml });
    const { stdout } = await infra(folder, ["import", "--name", String(server.id), "--plan", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ servers: [{ name: "web-1", ipv4: "192.0.2.10" }], written: [] });
    const { exitCode, stderr } = await infra(folder, ["import", "--name", "web-9", "--plan"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("has no server web-9");
    expect(stderr).toContain("it has web-1");
  });

  test("says what there is where no server was named, and what comes next", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml });
    const { exitCode, stderr } = await infra(folder, ["import"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("which servers? Say --name NAME");
    expect(stderr).toContain("has web-1");
    const line = ["import", "--name", "web-1"];
    expect((await infra(folder, [...line, "--plan"])).stdout).toContain(
      "do it: wherry infra import -e production --name web-1 --yes",
    );
    const { stdout } = await infra(folder, [...line, "--yes"]);
    expect(stdout).toContain("next: wherry infra plan -e production");
    // As root@192.0.2.10.
    expect(stdout).not.toContain("does not have");
  });

  test("init does not order further servers over imported ones", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml });
    await infra(folder, ["import", "--name", "web-1", "--yes"]);
    const { exitCode, stderr } = await infra(folder, ["init", "--yes"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("were imported");
  });

  test("files that make servers of their own are not mixed with imported ones", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml, "infra/production/main.tf": "# mine\n" });
    const { exitCode, stderr } = await infra(folder, ["import", "--name", "web-1", "--yes"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("files that make servers of their own");
  });

  test("a server that wherry.yaml does not have is told, and its address is not written over", async () => {
    const folder = temporaryFolder({ "wherry.yaml": yaml.replace("192.0.2.10", "192.0.2.77") });
    const { stdout } = await infra(folder, ["import", "--name", "web-1", "--yes"]);
    expect(stdout).toContain("does not have web-1 (192.0.2.10)");
    expect(read(folder, "wherry.yaml")).toContain("server: root@192.0.2.77");
  });
});
