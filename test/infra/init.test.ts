import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { init } from "../../src/cli/commands/infra/init.ts";
import { parseKey } from "../../src/infra/keys.ts";
import { run } from "../cli/helpers.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p ada";

const app = (infrastructure: string): string => {
  const folder = temporaryFolder({
    "wherry.yaml": `app: shop\nenvironments:\n  production:\n    infrastructure: ${infrastructure}\n  uat: { infrastructure: production }\n`,
  });
  mkdirSync(join(folder, ".ssh"));
  writeFileSync(join(folder, ".ssh/id_ed25519.pub"), `${key}\n`);
  return folder;
};

describe("wherry infra init", () => {
  let hetzner: FakeHetzner;
  beforeAll(async () => {
    hetzner = await fakeHetzner();
  });
  afterAll(() => hetzner.close());

  const infraInit = (folder: string, line: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    run(["infra", "init", "-C", folder, ...line], { "infra init": init }, { env: { HOME: folder, ...more } });
  const access = (): Readonly<Record<string, string>> => ({
    HCLOUD_TOKEN: hetzner.token,
    HCLOUD_ENDPOINT: hetzner.endpoint,
  });

  test("writes the files, which stay as they are when it runs again", async () => {
    const folder = app(
      "{ size: cx23, count: 2, data: 20GB, load_balancer: lb11, dns: { zone: example.com, names: ['@'] }, state: { bucket: shop-state } }",
    );
    expect(await infraInit(folder, ["-e", "production", "--yes"])).toMatchObject({ exitCode: 0 });
    for (const name of [
      "versions.tf",
      "variables.tf",
      "main.tf",
      "network.tf",
      "outputs.tf",
      "terraform.tfvars",
      "cloud-init.yaml.tftpl",
    ])
      await expect(readFileSync(join(folder, "infra/production", name), "utf8")).toMatchFileSnapshot(`golden/${name}`);
    const again = await infraInit(folder, ["-e", "production", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ written: [], notes: expect.any(Array) as string[] });
  });

  test("what somebody has edited is theirs", async () => {
    const folder = app("{ size: cx23 }");
    await infraInit(folder, ["-e", "production", "--yes"]);
    writeFileSync(join(folder, "infra/production/network.tf"), "# mine\n");
    const { stdout } = await infraInit(folder, ["-e", "production", "--yes"]);
    expect(stdout).toContain("left alone (yours): infra/production/network.tf");
    expect(readFileSync(join(folder, "infra/production/network.tf"), "utf8")).toBe("# mine\n");
  });

  test("needs become the cheapest type that can be ordered, where it can be", async () => {
    hetzner.faults.outOfStock.add("cx23 nbg1");
    const folder = app("{ needs: { cpu: 2, memory: 4GB } }");
    const { stdout } = await infraInit(folder, ["-e", "production", "--plan", "--json"], access());
    hetzner.faults.outOfStock.clear();
    expect(JSON.parse(stdout)).toMatchObject({ serverType: "cx33", location: "nbg1" });
    expect(existsSync(join(folder, "infra"))).toBe(false);
  });

  test("needs cannot be met without asking, and that needs a token", async () => {
    const { exitCode, stderr } = await infraInit(app("{ needs: { cpu: 2 } }"), ["-e", "production", "--plan"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("HCLOUD_TOKEN has no value");
  });

  test("an environment that shares the servers of another has no files", async () => {
    const { exitCode, stderr } = await infraInit(app("{ size: cx23 }"), ["-e", "uat", "--plan"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("uat uses the servers of production");
  });

  test("a private key is never taken for a public one", () => {
    expect(() => parseKey("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n")).toThrow("not a public key");
    // As ssh-keygen -l -E md5 has it.
    expect(parseKey(`${key}\n`)).toEqual({
      fingerprint: "8a:9a:d0:47:ec:64:d1:73:05:e1:a4:61:50:a3:b0:d9",
      text: key,
    });
  });
});
