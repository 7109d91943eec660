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

  test.each([
    [
      "{ size: cx23, location: nbg2 }",
      "4:45",
      "infrastructure.location: Hetzner has no location nbg2",
      "did you mean nbg1?",
    ],
    [
      "{ needs: { cpu: 2 }, location: nbg2 }",
      "4:52",
      "infrastructure.location: Hetzner has no location nbg2",
      "did you mean nbg1?",
    ],
    [
      "{ size: cx23, load_balancer: lb99 }",
      "4:50",
      "infrastructure.load_balancer: Hetzner has no load balancer lb99",
      "Known are lb11",
    ],
    [
      "{ size: cx23, data: 5GB }",
      "4:5",
      "a volume at Hetzner has 10 GB at least: infrastructure.data has to be 10GB or more",
      "",
    ],
    ["{ size: xc23 }", "4:29", "infrastructure.size: Hetzner has no server type xc23", "Known are cax11, "],
  ])(
    "%s: what the provider has not is refused with its place, and nothing is written",
    async (infrastructure, at, message, hint) => {
      const folder = app(infrastructure);
      const { exitCode, stderr } = await infraInit(folder, ["-e", "production", "--yes"], access());
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`wherry.yaml:${at}  ${message}`);
      expect(stderr).toContain(hint);
      expect(existsSync(join(folder, "infra"))).toBe(false);
    },
  );

  test("a type that the provider has given up stays where the files have it", async () => {
    const folder = app("{ size: cx22 }");
    mkdirSync(join(folder, "infra/production"), { recursive: true });
    writeFileSync(join(folder, "infra/production/terraform.tfvars"), 'server_type = "cx22"\nlocation = "nbg1"\n');
    const { exitCode, stdout } = await infraInit(folder, ["-e", "production", "--plan"], access());
    expect(exitCode).toBe(0);
    expect(stdout).toContain("cx22 cannot be ordered in nbg1 now");
  });

  test.each(["--server", "--stack"])("is about all machines of an environment: it takes no %s", async (flag) => {
    const { exitCode, stderr } = await infraInit(app("{ size: cx23 }"), ["-e", "production", "--plan", flag, "web"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(flag);
  });

  test("says what comes next, also where nothing was left to write", async () => {
    const folder = app("{ size: cx23 }");
    const line = ["-e", "production"];
    expect((await infraInit(folder, [...line, "--plan"])).stdout).toContain(
      "do it: wherry infra init -e production --yes",
    );
    expect((await infraInit(folder, [...line, "--yes"])).stdout).toContain("next: wherry infra plan -e production");
    expect((await infraInit(folder, line)).stdout).toContain("next: wherry infra plan -e production");
  });

  test("keys that a provider would not take at the first boot are refused, and nothing is written", async () => {
    const rsa = (n: number): string => {
      const body = Buffer.alloc(535, `key ${n} `);
      body.writeUInt32BE(7, 0);
      body.write("ssh-rsa", 4, "latin1");
      return `ssh-rsa ${body.toString("base64")} somebody-${n}@example.com`;
    };
    const settings = (provider: string, count: number): string =>
      `{ provider: ${provider}, ssh_keys: [${Array.from({ length: count }, (_, n) => rsa(n)).join(", ")}], size: s-2vcpu-4gb }`;
    const folder = app(settings("hetzner", 45));
    const { exitCode, stderr } = await infraInit(folder, ["-e", "production", "--yes"]);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /^\S*wherry.yaml:4:5 {2}with 45 SSH keys a server would be told 3\d,\d{3} bytes at its first boot, and Hetzner takes 32,768\n {2}hint: name fewer in infrastructure.ssh_keys/,
    );
    expect(existsSync(join(folder, "infra"))).toBe(false);

    // DigitalOcean takes twice as much.
    expect(await infraInit(app(settings("digitalocean", 45)), ["-e", "production", "--yes"])).toMatchObject({
      exitCode: 0,
    });
    const { stderr: theirs } = await infraInit(app(settings("digitalocean", 90)), ["-e", "production", "--yes"]);
    expect(theirs).toContain("DigitalOcean takes 65,536");
  });

  test("what somebody has edited is theirs", async () => {
    const folder = app("{ size: cx23 }");
    await infraInit(folder, ["-e", "production", "--yes"]);
    writeFileSync(join(folder, "infra/production/network.tf"), "# mine\n");
    const { stdout } = await infraInit(folder, ["-e", "production", "--yes"]);
    expect(stdout).toContain("left alone (yours): infra/production/network.tf");
    expect(readFileSync(join(folder, "infra/production/network.tf"), "utf8")).toBe("# mine\n");
  });

  test("a volume that comes too late for a server is told where the state is at hand", async () => {
    const folder = app("{ size: cx23, count: 2, data: 20GB }");
    const notes = async (state: string): Promise<string> => {
      writeFileSync(join(folder, "infra/production/terraform.tfstate"), state);
      return (await infraInit(folder, ["-e", "production", "--json"])).stdout;
    };
    await infraInit(folder, ["-e", "production", "--yes"]);
    const made = (type: string, ...keys: readonly string[]) => ({
      mode: "managed",
      type,
      name: "some",
      instances: keys.map((key) => ({ index_key: key, attributes: {} })),
    });
    const servers = made("hcloud_server", "shop-production-1", "shop-production-2");
    const state = (...resources: readonly object[]): string => JSON.stringify({ version: 4, resources });

    expect(await notes(state(servers, made("hcloud_volume", "shop-production-1")))).toContain(
      "data: comes too late for shop-production-2: only the first boot",
    );
    const [whole, encrypted] = [state(servers, made("hcloud_volume", "shop-production-1", "shop-production-2")), "{}"];
    for (const one of [whole, encrypted, "", "no JSON"]) expect(await notes(one)).not.toContain("too late");
  });

  test("needs become the cheapest type that can be ordered, where it can be", async () => {
    hetzner.faults.outOfStock.add("cx23 nbg1");
    const folder = app("{ needs: { cpu: 2, memory: 4GB } }");
    const { stdout } = await infraInit(folder, ["-e", "production", "--plan", "--json"], access());
    hetzner.faults.outOfStock.clear();
    expect(JSON.parse(stdout)).toMatchObject({ serverType: "cx33", location: "nbg1" });
    expect(existsSync(join(folder, "infra"))).toBe(false);
  });

  test("what needs have become stays when it is sold out, for servers of it may be there", async () => {
    const folder = app("{ needs: { cpu: 2, memory: 4GB } }");
    await infraInit(folder, ["-e", "production", "--yes"], access());
    hetzner.faults.outOfStock.add("cx23 nbg1");
    const { stdout } = await infraInit(folder, ["-e", "production", "--yes", "--json"], access());
    hetzner.faults.outOfStock.clear();
    expect(JSON.parse(stdout)).toMatchObject({ serverType: "cx23", location: "nbg1", written: [] });
    expect(stdout).toContain("chosen today: cx33 in nbg1");
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

  test.each([
    ["~/.ssh/none.pub", "infrastructure.ssh_keys: there is no file ~/.ssh/none.pub"],
    ["~/.ssh/id_ed25519", "infrastructure.ssh_keys: that is not a public key of OpenSSH"],
  ])("a key that is none (%s) is an error in wherry.yaml", async (written, message) => {
    const folder = app(`{ size: cx23, ssh_keys: [${written}] }`);
    writeFileSync(join(folder, ".ssh/id_ed25519"), "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n");
    const { exitCode, stderr } = await infraInit(folder, ["-e", "production", "--yes"]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "infra"))).toBe(false);
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
