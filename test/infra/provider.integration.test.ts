import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { applyInfra, destroyInfra, infraStatus, planInfra, proposeInfra } from "../../src/infra/index.ts";
import { apply as write } from "../../src/writer/index.ts";
import { sampleHostKey } from "../../src/infra/host-keys.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";
import { waitingServers } from "../../src/infra/waiting.ts";
import { fillIn } from "../../src/infra/render/user-data.ts";
import { hetznerUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(hetznerUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  # The real one.
  production:
    infrastructure: { size: cx23, location: nbg1, count: 2, data: 20GB, price_limit: 40 } # for now
`;

/** One story: each test goes on from where the one before it ended. */
describe.skipIf(missing !== undefined)("machines, with the real provider and a fake Hetzner", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  const options = { environment: "production", directory: undefined };
  const yes = { ...options, destroyData: false, overLimit: false, confirm: async () => {} };
  const silent = (): void => {};
  const init = async (): Promise<void> => {
    const { directory, changes } = await proposeInfra(app.context, options);
    await write(app.context, directory, changes);
  };
  const plan = () => planInfra(app.context, options, silent);
  const apply = (more = {}) => applyInfra(app.context, { ...yes, ...more }, silent);
  const read = (path: string): string => readFileSync(join(app.folder, path), "utf8");

  beforeAll(async () => {
    hetzner = await fakeHetzner();
    app = infraApp(hetznerUnderTest, hetzner, yaml);
  });

  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  test("init writes files that tofu formats no further, and finds valid", async () => {
    await init();
    expect(app.tofu("fmt", "-check", "-diff", "-recursive")).toEqual({ status: 0, said: "" });
    expect(app.tofu("init", "-no-color")).toMatchObject({ status: 0 });
    expect(app.tofu("validate", "-no-color")).toMatchObject({ status: 0 });
  });

  test("a load balancer, DNS records and a remote state are valid, too", async () => {
    const more = infraApp(
      hetznerUnderTest,
      hetzner,
      yaml.replace(
        "price_limit: 40",
        'load_balancer: lb11, dns: { zone: example.com, names: ["@", www] }, state: { bucket: shop-state, endpoint: "https://nbg1.your-objectstorage.com" }',
      ),
    );
    const { directory, changes } = await proposeInfra(more.context, options);
    await write(more.context, directory, changes);
    expect(more.tofu("fmt", "-check", "-diff", "-recursive")).toEqual({ status: 0, said: "" });
    expect(more.tofu("init", "-no-color", "-backend=false")).toMatchObject({ status: 0 });
    expect(more.tofu("validate", "-no-color")).toMatchObject({ status: 0 });
    more.remove();
  });

  test("the plan says what is new and what it costs, net and with VAT, and orders nothing", async () => {
    const { changes, price, stock } = await plan();
    expect(changes.filter(({ type }) => type === "hcloud_server").map(({ what }) => what)).toEqual([
      "server shop-production-1 (cx23 in nbg1)",
      "server shop-production-2 (cx23 in nbg1)",
    ]);
    // Two servers at 5 with 20 % for backups, two addresses at 0.5, two volumes of 20 GB at 0.05.
    expect(price).toMatchObject({
      currency: "EUR",
      vat: 19,
      before: { net: 0, gross: 0, unknown: [] },
      after: { net: 15, gross: 17.85, unknown: [] },
    });
    expect(stock).toMatchObject({ available: true });
    expect(hetzner.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("keys that are too many for the first boot are refused by the plan, before anything is ordered", async () => {
    const file = "infra/production/terraform.tfvars";
    const before = read(file);
    const keys = Array.from({ length: 45 }, (_, n) => `  "${n}" = "ssh-rsa ${"A".repeat(700)} somebody-${n}"\n`);
    app.write(
      file,
      before.replace(/^ssh_keys = \{\n/m, (line) => line + keys.join("")),
    );
    expect(read(file)).not.toBe(before);
    await expect(plan()).rejects.toMatchObject({ code: "user-data-too-large", exit: "refused" });
    app.write(file, before);
    expect(hetzner.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("a token that is not accepted is told as such, and never shown", async () => {
    const context = { ...app.context, env: { ...app.context.env, HCLOUD_TOKEN: "w".repeat(64) } };
    await expect(planInfra(context, options, silent)).rejects.toMatchObject({ code: "token-refused", exit: "refused" });
  });

  test("a type that is out of stock is refused before anything is ordered, with the next best", async () => {
    hetzner.faults.outOfStock.add("cx23 nbg1");
    await expect(apply()).rejects.toMatchObject({
      code: "out-of-stock",
      hint: expect.stringContaining(
        "next best now: cx33 in nbg1 (8.00 net), cpx22 in nbg1 (20.00 net), ccx13",
      ) as string,
    });
    expect(hetzner.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  test("a type that is out of stock although the list has it ends the same way", async () => {
    hetzner.faults.stockIsStale = true;
    await expect(apply()).rejects.toMatchObject({
      code: "out-of-stock",
      hint: expect.stringContaining("next best now") as string,
    });
    hetzner.faults.outOfStock.clear();
    hetzner.faults.stockIsStale = false;
  });

  test("a name that somebody else has taken is told, and nothing of theirs is touched", async () => {
    const theirs = hetzner.put("servers", { name: "shop-production-2" });
    // Beside it, one of ours is made, and does not start.
    hetzner.faults.failing = "start_server";
    await expect(apply()).rejects.toMatchObject({ code: "name-taken", exit: "failed" });
    hetzner.things.servers.delete(theirs.id);
  });

  test("a server that did not start, and one whose order was cut off, are kept and taken in by the next apply", async () => {
    const before = [...hetzner.things.servers.keys()];
    expect(before).toHaveLength(1);
    hetzner.faults.cut = "POST /servers";
    await expect(apply()).rejects.toMatchObject({ exit: "failed" });
    expect(hetzner.things.servers.size).toBe(2);

    // Its greeting is cut when its address and its key are written down already: it goes on from there.
    app.boot.cut = "systemctl reload";
    await expect(apply()).rejects.toMatchObject({ code: "setup-interrupted" });
    expect(await waitingServers(app.context, join(app.folder, "infra/production"))).toHaveLength(2);
    app.boot.cut = undefined;
    const greetings = app.scripts.length;
    const { changes, addresses, written } = await apply();
    expect(app.scripts.slice(greetings).filter((script) => script.includes("systemctl reload"))).toHaveLength(2);
    expect(readdirSync(join(app.folder, "infra/production")).join(" ")).not.toContain("first_host_key");
    expect(changes.filter(({ type, action }) => type === "hcloud_server" && action === "replace")).toEqual([]);
    expect([...hetzner.things.servers.keys()]).toEqual([...before, expect.any(Number)]);
    // Which server gets which address is a race at the provider.
    expect(addresses.toSorted()).toEqual(["deploy@192.0.2.10", "deploy@192.0.2.11"]);
    expect(written).toEqual(["wherry.yaml"]);
  });

  test("afterwards wherry.yaml has the addresses, and everything that people wrote", () => {
    const [first, second] =
      read("wherry.yaml")
        .slice(yaml.length)
        .match(/deploy@192\.0\.2\.1[01]/g) ?? [];
    expect(new Set([first, second])).toEqual(new Set(["deploy@192.0.2.10", "deploy@192.0.2.11"]));
    expect(read("wherry.yaml")).toBe(`${yaml}    server: [${first}, ${second}]\n`);
    expect(read("infra/production/known_hosts")).toMatch(
      /^192\.0\.2\.10 ssh-ed25519 \S+\n192\.0\.2\.11 ssh-ed25519 \S+\n$/,
    );
  });

  test("the second plan is empty", async () => {
    const { changes, price } = await plan();
    expect(changes).toEqual([]);
    expect(price.before).toEqual(price.after);
  });

  test("the user data of a server is valid for cloud-init, small, and has no secret but the first host key", () => {
    const text = hetzner.userData.get("shop-production-1") ?? "";
    expect(text).toMatch(/^#cloud-config\n/);
    expect(Buffer.byteLength(text)).toBeLessThan(8 * 1024);
    expect(text).not.toContain(hetzner.token);
    // What the size is reckoned from before anything is there.
    const { users, ssh_keys: host } = parse(text) as {
      users: { ssh_authorized_keys: string[] }[];
      ssh_keys: { ed25519_private: string; ed25519_public: string };
    };
    const values = {
      ssh_keys: users[0]?.ssh_authorized_keys ?? [],
      first_host_key: { private: host.ed25519_private, public: host.ed25519_public },
      volume: /scsi-0HC_Volume_(\d+)/.exec(text)?.[1] ?? "",
    };
    expect(text).toBe(fillIn(read("infra/production/cloud-init.yaml.tftpl"), values));
    expect(values.ssh_keys[0]).toContain("<ada@example.com>");
    expect(values.first_host_key.private).toHaveLength(sampleHostKey.private.length);
    expect(values.first_host_key.public).toHaveLength(sampleHostKey.public.length);
    writeFileSync(join(app.folder, "user-data"), text);
    const { status, stdout, stderr, error } = spawnSync(
      "cloud-init",
      ["schema", "--config-file", join(app.folder, "user-data"), "--annotate"],
      { encoding: "utf8" },
    );
    if (error !== undefined) console.log("skipped: cloud-init is not installed");
    else expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
  });

  test("somebody's click in the console shows as a difference", async () => {
    const server = [...hetzner.things.servers.values()].find(({ name }) => name === "shop-production-1");
    const { "wherry.volume": mark } = (server?.["labels"] ?? {}) as Readonly<Record<string, string>>;
    expect(hetzner.userData.get("shop-production-1")).toContain(`scsi-0HC_Volume_${mark}`);
    Object.assign(server ?? {}, { labels: { "wherry.volume": mark }, status: "off" });
    const { changes } = await infraStatus(app.context, options, silent);
    expect(changes).toMatchObject([
      { action: "change", what: expect.stringContaining("server shop-production-1") as string },
    ]);
    await apply();
    const { servers, changes: after } = await infraStatus(app.context, options, silent);
    expect(after).toEqual([]);
    expect(servers.map(({ name, status, managed }) => `${name} ${status} ${managed}`)).toEqual([
      "shop-production-1 off true",
      "shop-production-2 running true",
    ]);
  });

  test("the limit of requests is waited for, and told when it does not end", async () => {
    hetzner.faults.limited = 3;
    expect((await plan()).changes).toEqual([]);
    hetzner.faults.limited = 10_000;
    await expect(plan()).rejects.toMatchObject({ code: "rate-limited" });
    hetzner.faults.limited = 0;
  });

  test("a lost state is found again by the labels of what is there", async () => {
    app.tofu(
      "state",
      "rm",
      "hcloud_network.private",
      "hcloud_network_subnet.servers",
      "hcloud_server.app",
      "hcloud_volume.data",
      "hcloud_volume_attachment.data",
      "hcloud_ssh_key.team",
    );
    const { changes } = await apply();
    expect(new Set(changes.map(({ action }) => action))).not.toContain("create");
    expect(hetzner.things.servers.size).toBe(2);
    expect((await plan()).changes).toEqual([]);
  });

  test("data is not lost in passing, and the price stays below its limit", async () => {
    app.write("wherry.yaml", yaml.replace("nbg1", "fsn1"));
    await init();
    await expect(apply()).rejects.toMatchObject({ code: "data-would-be-lost", exit: "usage" });
    app.write("wherry.yaml", yaml.replace("size: cx23", "size: cpx22"));
    await init();
    await expect(apply()).rejects.toMatchObject({ code: "over-limit" });
    expect([...hetzner.things.volumes.values()].map(({ size }) => size)).toEqual([20, 20]);
    app.write("wherry.yaml", yaml);
    await init();
  });

  test("a volume that would shrink is refused by plan and apply, before anything is changed", async () => {
    app.write("wherry.yaml", read("wherry.yaml").replace("20GB", "15GB"));
    await init();
    const refused = {
      code: "volume-shrinks",
      exit: "refused",
      hint: "infrastructure.data: 20GB or more, then wherry infra init -e production",
    };
    await expect(plan()).rejects.toMatchObject(refused);
    await expect(apply()).rejects.toMatchObject(refused);
    app.write("wherry.yaml", read("wherry.yaml").replace("15GB", "20GB"));
    await init();
    expect([...hetzner.things.volumes.values()].map(({ size }) => size)).toEqual([20, 20]);
  });

  test("destroy leaves the volumes, however often it is said, and takes them when that is said", async () => {
    const go = { ...options, confirm: async () => "go" as const };
    const { price } = await destroyInfra(app.context, { ...go, data: false }, silent);
    // Two volumes of 20 GB at 0.05 go on.
    expect(price.after.net).toBe(2);
    expect(price.before.net).toBeGreaterThan(2);
    expect(hetzner.things.servers.size).toBe(0);
    expect(hetzner.things.primary_ips.size).toBe(0);
    expect(hetzner.things.volumes.size).toBe(2);

    // Said again, there is nothing left to remove; the volumes are still paid for, once.
    for (const answer of ["stop", "go"] as const) {
      const again = { ...options, data: false, confirm: async () => answer };
      expect(await destroyInfra(app.context, again, silent)).toMatchObject({
        changes: [],
        price: { before: { net: 2 }, after: { net: 2 } },
      });
    }
    expect(hetzner.things.volumes.size).toBe(2);

    await destroyInfra(app.context, { ...go, data: true }, silent);
    expect(Object.entries(hetzner.things).filter(([, { size }]) => size > 0)).toEqual([]);
  });

  test("the fake said nothing that Hetzner could not have said", () => {
    expect([...new Set(hetzner.problems)]).toEqual([]);
  });
});
