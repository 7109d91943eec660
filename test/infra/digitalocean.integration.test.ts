import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyInfra, destroyInfra, infraStatus, planInfra, proposeInfra } from "../../src/infra/index.ts";
import { apply as write } from "../../src/writer/index.ts";
import { fakeDigitalOcean } from "./fake-digitalocean/index.ts";
import type { FakeDigitalOcean } from "./fake-digitalocean/index.ts";
import { digitalOceanUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(digitalOceanUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  production:
    infrastructure: { provider: digitalocean, size: s-2vcpu-4gb, data: 20GB, price_limit: 40, dns: { zone: example.com, names: ["@", www] } } # for now
`;

/**
 * One story: each test goes on from where the one before it ended. The provider waits ten seconds for whatever it does to a
 * droplet or an address, so the story orders once, and removes once.
 */
describe.skipIf(missing !== undefined)("machines, with DigitalOcean's own provider and a fake of its API", () => {
  let fake: FakeDigitalOcean;
  let app: InfraApp;
  const options = { environment: "production", directory: undefined };
  const yes = { ...options, destroyData: false, overLimit: false, confirm: async () => {} };
  const silent = (): void => {};
  const init = async (on: InfraApp): Promise<void> => {
    const { directory, changes } = await proposeInfra(on.context, options);
    await write(on.context, directory, changes);
  };
  const plan = () => planInfra(app.context, options, silent);
  const apply = () => applyInfra(app.context, yes, silent);

  beforeAll(async () => {
    fake = await fakeDigitalOcean();
    fake.domains.put("example.com", [["mail", "A", "192.0.2.99"]]);
    app = infraApp(digitalOceanUnderTest, fake, yaml);
    await init(app);
  });

  afterAll(async () => {
    app.remove();
    await fake.close();
  });

  test("init writes files that tofu formats no further, and finds valid; a load balancer and DNS records, too", async () => {
    const balanced = infraApp(
      digitalOceanUnderTest,
      fake,
      yaml.replace("price_limit: 40", "count: 2, load_balancer: lb-small"),
    );
    const named = infraApp(digitalOceanUnderTest, fake, yaml.replace("price_limit: 40", "count: 2"));
    await init(balanced);
    await init(named);
    for (const one of [app, balanced, named]) {
      expect(one.tofu("fmt", "-check", "-diff", "-recursive")).toEqual({ status: 0, said: "" });
      expect(one.tofu("init", "-no-color")).toMatchObject({ status: 0 });
      expect(one.tofu("validate", "-no-color")).toMatchObject({ status: 0 });
    }
    // Several records of one name have keys that a plan can know.
    const { changes } = await planInfra(named.context, options, silent);
    expect(changes.filter(({ type }) => type === "digitalocean_record")).toHaveLength(8);
    balanced.remove();
    named.remove();
  });

  test("the plan says what is new and what it costs in dollars, and orders nothing", async () => {
    const { changes, price, stock } = await plan();
    expect(changes.filter(({ type }) => type === "digitalocean_droplet").map(({ what }) => what)).toEqual([
      "server shop-production-1 (s-2vcpu-4gb in fra1)",
    ]);
    // A droplet at 24 with 20 % for backups, a volume of 20 GB at 0.10.
    expect(price).toMatchObject({
      currency: "USD",
      vat: null,
      before: { net: 0, gross: null, unknown: [] },
      after: { net: 30.8, gross: null, unknown: [] },
    });
    expect(stock).toMatchObject({ available: true });
    expect(fake.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("a token that is not accepted is told as such", async () => {
    const context = { ...app.context, env: { ...app.context.env, DIGITALOCEAN_TOKEN: "w".repeat(64) } };
    await expect(planInfra(context, options, silent)).rejects.toMatchObject({ code: "token-refused", exit: "refused" });
  });

  test("a size that is out of stock is refused before anything is ordered, with the next best", async () => {
    fake.faults.outOfStock.add("s-2vcpu-4gb fra1");
    await expect(apply()).rejects.toMatchObject({
      code: "out-of-stock",
      hint: expect.stringContaining(
        "next best now: s-2vcpu-4gb-amd in fra1 (28.00 net), s-2vcpu-4gb in ams3 (24.00 net)",
      ) as string,
    });
    expect(fake.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  test("a size that is out of stock although the list has it ends the same way", async () => {
    fake.faults.stockIsStale = true;
    await expect(apply()).rejects.toMatchObject({
      code: "out-of-stock",
      hint: expect.stringContaining("next best now") as string,
    });
    fake.faults.outOfStock.clear();
    fake.faults.stockIsStale = false;
  });

  test("a droplet whose order was cut off is taken in by the next apply, with an address that stays", async () => {
    fake.faults.cut = "POST /droplets";
    await expect(apply()).rejects.toMatchObject({ exit: "failed" });
    const ordered = [...fake.things.droplets.keys()];
    expect(ordered).toHaveLength(1);

    const { addresses, written } = await apply();
    expect([...fake.things.droplets.keys()]).toEqual(ordered);
    expect(addresses).toEqual(["deploy@192.0.2.20"]);
    expect(written).toEqual(["wherry.yaml"]);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toBe(`${yaml}    server: deploy@192.0.2.20\n`);
    expect([...fake.things.reserved_ips.values()]).toMatchObject([{ droplet: { name: "shop-production-1" } }]);
    expect([...fake.things.volumes.values()]).toMatchObject([{ filesystem_type: "xfs", size_gigabytes: 20 }]);
    expect(fake.domains.read("example.com").toSorted()).toEqual([
      "@ A 192.0.2.20",
      "@ AAAA 2001:db8::10",
      "mail A 192.0.2.99",
      "www A 192.0.2.20",
      "www AAAA 2001:db8::10",
    ]);
  });

  test("the second plan is empty", async () => {
    const { changes, price } = await plan();
    expect(changes).toEqual([]);
    expect(price.before).toEqual(price.after);
  });

  test("the user data has the volume's place, and no secret but the first host key", () => {
    const text = fake.userData.get("shop-production-1") ?? "";
    expect(text).toMatch(/^#cloud-config\n/);
    expect(text).toContain("/dev/disk/by-id/scsi-0DO_Volume_shop-production-1-data");
    expect(text).not.toContain(fake.token);
  });

  test("somebody's click in the console shows as a difference", async () => {
    const [firewall] = [...fake.things.firewalls.values()];
    const rules = firewall?.["inbound_rules"];
    Object.assign(firewall ?? {}, { inbound_rules: [] });
    const { changes, servers } = await infraStatus(app.context, options, silent);
    expect(changes).toMatchObject([{ action: "change", what: "firewall shop-production" }]);
    expect(servers).toMatchObject([
      { name: "shop-production-1", status: "running", ipv4: "192.0.2.20", managed: true },
    ]);
    Object.assign(firewall ?? {}, { inbound_rules: rules });
  });

  test("a droplet without the environment's tag has no firewall: that is refused until the tag is back", async () => {
    const [droplet = {}] = [...fake.things.droplets.values()];
    const tags = droplet["tags"] as readonly string[];
    droplet["tags"] = tags.filter((tag) => tag.startsWith("wherry:volume:"));
    await expect(plan()).rejects.toMatchObject({ code: "tag-missing", exit: "refused" });
    droplet["tags"] = tags;
    expect((await plan()).changes).toEqual([]);
  });

  test("a droplet is known to mount its volume by a tag of its first day, which no later plan writes", async () => {
    const [[id, droplet] = ["", {}]] = [...fake.things.droplets];
    const [[volumeId, volume] = ["", {}]] = [...fake.things.volumes];
    const tags = droplet["tags"] as readonly string[];
    expect(tags.toSorted()).toEqual(["wherry:shop:production", `wherry:volume:${volumeId}`]);

    // As if it had been made without one.
    droplet["tags"] = ["wherry:shop:production"];
    expect((await plan()).changes).toEqual([]);
    const go = { ...options, data: false, confirm: async () => "go" as const };
    await expect(destroyInfra(app.context, go, silent)).rejects.toMatchObject({ code: "data-would-be-lost" });

    // As if data: had been added now.
    fake.things.volumes.delete(volumeId);
    await expect(plan()).rejects.toMatchObject({ code: "volume-too-late", exit: "refused" });
    await expect(apply()).rejects.toMatchObject({ code: "volume-too-late" });

    expect([...fake.things.droplets.keys()]).toEqual([id]);
    fake.things.volumes.set(volumeId, volume);
    droplet["tags"] = tags;
    expect((await plan()).changes).toEqual([]);
  });

  test("the limit of requests is waited for, and told when it does not end", async () => {
    fake.faults.limited = 3;
    expect((await plan()).changes).toEqual([]);
    fake.faults.limited = 10_000;
    await expect(plan()).rejects.toMatchObject({ code: "rate-limited" });
    fake.faults.limited = 0;
  });

  test("a lost state is found again by the marks of what is there", async () => {
    const { said } = app.tofu("state", "list");
    const lost = said.split("\n").filter((line) => /^digitalocean_(?!volume_attachment)/.test(line));
    expect(lost.length).toBeGreaterThan(6);
    app.tofu("state", "rm", ...lost);
    const { changes } = await plan();
    expect(changes.filter(({ action }) => action !== "adopt")).toEqual([]);
    await apply();
    expect((await plan()).changes).toEqual([]);
  });

  test("destroy leaves the volume, and takes it when it is said", async () => {
    const go = { ...options, confirm: async () => "go" as const };
    await destroyInfra(app.context, { ...go, data: false }, silent);
    expect(fake.things.droplets.size).toBe(0);
    expect(fake.things.reserved_ips.size).toBe(0);
    expect(fake.things.volumes.size).toBe(1);
    const { changes, price } = await destroyInfra(app.context, { ...go, data: false }, silent);
    expect(changes).toEqual([]);
    expect([price.before.net, price.after.net]).toEqual([2, 2]);
    await destroyInfra(app.context, { ...go, data: true }, silent);
    expect(fake.domains.read("example.com")).toEqual(["mail A 192.0.2.99"]);
    expect(Object.values(fake.things).map(({ size }) => size)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("the fake said nothing that DigitalOcean could not have said", () => {
    expect([...new Set(fake.problems)]).toEqual([]);
  });
});
