import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { init } from "../../src/cli/commands/infra/init.ts";
import { createMask, Secret } from "../../src/core/index.ts";
import { digitalocean } from "../../src/infra/digitalocean/index.ts";
import type { Item, Value } from "../../src/infra/hcl.ts";
import type { Machines } from "../../src/infra/machines.ts";
import { total } from "../../src/infra/prices.ts";
import type { Cloud } from "../../src/infra/provider.ts";
import { programError } from "../../src/infra/program.ts";
import { createContext } from "../../src/system/index.ts";
import { run } from "../cli/helpers.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { fakeDigitalOcean } from "./fake-digitalocean/index.ts";
import type { FakeDigitalOcean } from "./fake-digitalocean/index.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHG1kg9hYIh4CJpRTzLkyn8rDWpkRzZ8t0bVyNVbOk7p ada";
const owner = { app: "shop", environment: "production" };
const mark = "wherry:shop:production";

let fake: FakeDigitalOcean;
beforeAll(async () => {
  fake = await fakeDigitalOcean();
});
afterAll(() => fake.close());

describe("wherry infra init for DigitalOcean", () => {
  const app = (infrastructure: string): string => {
    const folder = temporaryFolder({
      "wherry.yaml": `app: shop\nenvironments:\n  production:\n    infrastructure: ${infrastructure}\n`,
    });
    mkdirSync(join(folder, ".ssh"));
    writeFileSync(join(folder, ".ssh/id_ed25519.pub"), `${key}\n`);
    return folder;
  };
  const infraInit = (folder: string, line: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(
      ["infra", "init", "-C", folder, "-e", "production", ...line],
      { "infra init": init },
      { env: { HOME: folder, ...env } },
    );
  const access = (): Readonly<Record<string, string>> => ({
    DIGITALOCEAN_TOKEN: fake.token,
    DIGITALOCEAN_API_URL: fake.endpoint,
  });

  test("writes plain files for its own provider, and says what is different there", async () => {
    const folder = app(
      "{ provider: digitalocean, size: s-2vcpu-4gb, count: 2, data: 20GB, dns: { zone: example.com, names: ['@'] } }",
    );
    const { exitCode, stdout } = await infraInit(folder, ["--yes"]);
    expect(exitCode).toBe(0);
    for (const name of ["versions.tf", "main.tf", "network.tf", "outputs.tf", "terraform.tfvars"])
      await expect(readFileSync(join(folder, "infra/production", name), "utf8")).toMatchFileSnapshot(
        `golden/digitalocean/${name}`,
      );
    expect(stdout).toContain("no placement groups");
    expect(stdout).toContain("no delete protection");
    expect(stdout).toContain("DIGITALOCEAN_TOKEN has no value");
  });

  test("the first boot waits for the volume where DigitalOcean shows it", async () => {
    const folder = app("{ provider: digitalocean, size: s-2vcpu-4gb, data: 20GB }");
    await infraInit(folder, ["--yes"]);
    const template = readFileSync(join(folder, "infra/production/cloud-init.yaml.tftpl"), "utf8");
    expect(template).toContain("/dev/disk/by-id/scsi-0DO_Volume_${volume}");
    expect(template).not.toContain("0HC");
  });

  test("needs become the cheapest size that can be ordered, in Frankfurt where nothing else is said", async () => {
    const folder = app("{ provider: digitalocean, needs: { cpu: 2, memory: 4GB } }");
    const { stdout } = await infraInit(folder, ["--plan", "--json"], access());
    expect(JSON.parse(stdout)).toMatchObject({ serverType: "s-2vcpu-4gb", location: "fra1" });
  });

  test("needs cannot be met without a token of DigitalOcean", async () => {
    const folder = app("{ provider: digitalocean, needs: { cpu: 2 } }");
    const { exitCode, stderr } = await infraInit(folder, ["--plan"], { HCLOUD_TOKEN: "x".repeat(64) });
    expect(exitCode).toBe(4);
    expect(stderr).toContain("there is no token for DigitalOcean: DIGITALOCEAN_TOKEN has no value");
  });

  test.each([
    ["needs: { architecture: arm }", "no machines with Arm processors"],
    ["size: s-2vcpu-4gb, load_balancer: lb11", "one of lb-small, lb-medium, lb-large"],
  ])("%s is refused, with its place", async (wanted, said) => {
    const { exitCode, stderr } = await infraInit(app(`{ provider: digitalocean, ${wanted} }`), ["--plan"]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(said);
    expect(stderr).toContain("wherry.yaml:4:");
  });
});

describe("the files against what DigitalOcean's provider takes", () => {
  interface Body {
    readonly required: readonly string[];
    readonly optional: readonly string[];
    readonly blocks: Readonly<Record<string, Body>>;
    readonly told?: readonly string[];
  }
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "fake-digitalocean/provider-schema.json"), "utf8"),
  ) as { readonly version: string; readonly resources: Readonly<Record<string, Body>> };
  /** What the language itself takes in any resource. */
  const own = new Set(["for_each", "depends_on", "lifecycle"]);

  function problems(items: readonly Item[], body: Body, where: string): readonly string[] {
    const names = items.flatMap((item) =>
      item.kind === "attribute" ? [item.name] : item.kind === "block" ? [item.type] : [],
    );
    return [
      ...body.required.filter((name) => !names.includes(name)).map((name) => `${where}: ${name} is missing`),
      ...items.flatMap((item) => {
        if (item.kind === "comment") return [];
        const name = item.kind === "block" ? item.type : item.name;
        if (own.has(name)) return [];
        const inner = body.blocks[name];
        if (item.kind === "block")
          return inner === undefined ? [`${where}: no block ${name}`] : problems(item.body, inner, `${where}.${name}`);
        return body.required.includes(name) || body.optional.includes(name) ? [] : [`${where}: no attribute ${name}`];
      }),
    ];
  }

  const machines: Machines = {
    provider: "digitalocean",
    app: "shop",
    environment: "production",
    name: "shop-production",
    serverType: "s-2vcpu-4gb",
    location: "fra1",
    count: 2,
    image: "debian-13-x64",
    data: 20,
    backups: true,
    sshFrom: ["203.0.113.0/24"],
    keys: [{ fingerprint: "aa:bb", text: key }],
    loadBalancer: undefined,
    dns: { zone: "example.com", names: ["@"] },
    state: undefined,
  };
  const variants = [machines, { ...machines, loadBalancer: "lb-small" }];

  function expressions(value: Item | Value): readonly string[] {
    if (typeof value !== "object") return [];
    if (Array.isArray(value)) return (value as readonly Value[]).flatMap(expressions);
    const one = value as Item | Extract<Value, { readonly kind: string }>;
    if (one.kind === "expression") return [one.text];
    if (one.kind === "attribute") return expressions(one.value);
    if (one.kind === "block") return one.body.flatMap(expressions);
    return one.kind === "mapping" ? Object.values(one.entries).flatMap(expressions) : [];
  }

  const itemsOf = (wanted: Machines): readonly Item[] => {
    const { main, network, outputs } = digitalocean.render(wanted);
    return [...main, ...network, ...outputs];
  };

  test("every attribute and block is there, and nothing that must be there is missing", () => {
    const resources = variants
      .flatMap(itemsOf)
      .flatMap((item) => (item.kind === "block" && item.type === "resource" ? [item] : []));
    expect(resources.length).toBeGreaterThan(20);
    const found = resources.flatMap(({ labels: [type = "", name = ""], body }) => {
      const known = schema.resources[type];
      return known === undefined ? [`no resource ${type}`] : problems(body, known, `${type}.${name}`);
    });
    expect(found).toEqual([]);
  });

  test("every attribute that is read from another resource is told by it", () => {
    const read = variants
      .flatMap(itemsOf)
      .flatMap(expressions)
      .flatMap((text) => [...text.matchAll(/(?<!data\.)(digitalocean_\w+)\.\w+(?:\[[\w.]+\])?\)?(?:\[\*\])?\.(\w+)/g)]);
    const pairs = new Set(read.map(([, type, attribute]) => `${type}.${attribute}`));
    expect(pairs).toContain("digitalocean_droplet.ipv6_address");
    expect(pairs).toContain("digitalocean_loadbalancer.ip");
    const unknown = [...pairs].filter((pair) => {
      const [type = "", attribute = ""] = pair.split(".");
      return schema.resources[type]?.told?.includes(attribute) !== true;
    });
    expect(unknown).toEqual([]);
  });

  test("a volume refers to nothing, so that it stays when all the rest is removed by name", () => {
    const volume = itemsOf(machines).find((item) => item.kind === "block" && item.labels[0] === "digitalocean_volume");
    if (volume === undefined) throw new Error("there is no volume");
    expect(expressions(volume).filter((text) => text.includes("digitalocean_"))).toEqual([]);
  });

  test("the files ask for a version whose attributes are these", () => {
    expect(digitalocean.requirement.version).toBe(`>= ${schema.version}, < 3.0.0`);
  });
});

describe("DigitalOcean's API", () => {
  const context = () => {
    const real = createContext({ env: { DIGITALOCEAN_API_URL: fake.endpoint }, cwd: "/", mask: createMask() });
    return { ...real, clock: { ...real.clock, sleep: async () => {} } };
  };
  const open = (token = fake.token): Cloud => digitalocean.open(context(), new Secret(token), "production");

  beforeEach(() => {
    for (const things of Object.values(fake.things)) things.clear();
    fake.faults.limited = 0;
    fake.faults.outOfStock.clear();
  });

  test("sizes are offered where they are, with their price, and no graphics card among them", async () => {
    fake.faults.outOfStock.add("s-2vcpu-4gb fra1");
    const offers = await open().offers();
    expect(offers.filter(({ type }) => type === "s-2vcpu-4gb")).toEqual([
      {
        type: "s-2vcpu-4gb",
        location: "ams3",
        cpu: 2,
        memory: 4,
        disk: 80,
        architecture: "x86",
        dedicated: false,
        available: true,
        price: 24,
      },
    ]);
    expect(offers.filter(({ type }) => type.startsWith("gpu-"))).toEqual([]);
    expect(offers.find(({ type }) => type === "c-2")).toMatchObject({ dedicated: true });
  });

  test("a sum is in dollars and net, with weekly backups, and names what nobody has a price of", async () => {
    const prices = await open().prices();
    const things = [
      { type: "digitalocean_droplet", values: { size: "s-2vcpu-4gb", backups: true } },
      { type: "digitalocean_volume", values: { size: 20 } },
      { type: "digitalocean_reserved_ip", values: {} },
      { type: "digitalocean_loadbalancer", values: { size: "lb-small" } },
    ];
    expect([prices.currency, prices.vat]).toEqual(["USD", null]);
    expect(total(prices, things)).toEqual({
      // 24 with 20 % for backups, 20 GB at 0.10.
      net: 30.8,
      gross: null,
      unknown: ["digitalocean_loadbalancer"],
    });
  });

  test("what carries the mark is found with its address in the files; what only has the name is not", async () => {
    const region = { slug: "fra1" };
    const droplet = fake.put("droplets", "7", {
      id: 7,
      name: "shop-production-1",
      status: "active",
      created_at: "2026-11-20T08:00:00Z",
      size_slug: "s-2vcpu-4gb",
      region,
      tags: [mark],
      volume_ids: [],
      networks: { v4: [], v6: [] },
    });
    fake.put("droplets", "8", { ...droplet, id: 8, name: "theirs", tags: ["wherry:shop:uat"] });
    const ip = { region, locked: false, project_id: "p" };
    fake.put("reserved_ips", "192.0.2.20", { ...ip, ip: "192.0.2.20", droplet });
    fake.put("reserved_ips", "192.0.2.21", { ...ip, ip: "192.0.2.21", droplet: null });
    for (const name of [mark, "wherry:volume:d1", "wherry:volume:theirs"]) fake.put("tags", name, { name });
    const vpc = { urn: "do:vpc:v", name: "shop-production", created_at: "2026-11-20T08:00:00Z" };
    fake.put("vpcs", "v1", { ...vpc, id: "v1", description: mark });
    fake.put("vpcs", "v2", { ...vpc, id: "v2", description: "made by hand" });
    fake.put("volumes", "d1", {
      id: "d1",
      name: "shop-production-1-data",
      description: mark,
      region,
      size_gigabytes: 20,
      droplet_ids: [],
      created_at: "2026-11-20T08:00:00Z",
      filesystem_type: "xfs",
      filesystem_label: "",
      tags: [],
    });
    fake.put("account/keys", "5", { id: 5, name: "shop-production aa:bb", fingerprint: "aa:bb", public_key: key });

    expect(await open().owned(owner, undefined)).toEqual([
      { address: "digitalocean_vpc.private", id: "v1" },
      { address: "digitalocean_tag.app", id: mark },
      { address: 'digitalocean_ssh_key.team["aa:bb"]', id: "5" },
      { address: 'digitalocean_volume.data["shop-production-1"]', id: "d1" },
      { address: 'digitalocean_tag.volume["shop-production-1"]', id: "wherry:volume:d1" },
      { address: 'digitalocean_droplet.app["shop-production-1"]', id: "7" },
      { address: 'digitalocean_reserved_ip.ipv4["shop-production-1"]', id: "192.0.2.20" },
      { address: 'digitalocean_reserved_ip_assignment.ipv4["shop-production-1"]', id: "192.0.2.20,7" },
    ]);
    expect(await open().servers(owner, new Set())).toMatchObject([
      { name: "shop-production-1", status: "running", type: "s-2vcpu-4gb", location: "fra1", ipv4: "192.0.2.20" },
    ]);
  });

  test("the records of a host are found in its zone, changed one by one, and removed", async () => {
    fake.domains.put("example.com", [
      ["www", "A", "192.0.2.20"],
      ["www", "A", "192.0.2.7"],
      ["www", "AAAA", "2001:db8::10"],
      ["www", "TXT", "hello"],
    ]);
    const found = await open().records(["www.example.com", "www.example.org"]);
    expect(found.map(({ host, zone, type, values, ttl }) => [host, zone, type, values, ttl])).toEqual([
      ["www.example.com", "example.com", "A", ["192.0.2.20"], 1800],
      ["www.example.com", "example.com", "A", ["192.0.2.7"], 1800],
      ["www.example.com", "example.com", "AAAA", ["2001:db8::10"], 1800],
    ]);
    const [first, , third] = found;
    if (first === undefined || third === undefined) throw new Error("three were found");
    await open().setRecord(first, ["192.0.2.30"]);
    await open().setRecord(third, []);
    expect(fake.domains.read("example.com")).toEqual(["www A 192.0.2.30", "www A 192.0.2.7", "www TXT hello"]);
  });

  test("a list of several pages is read to its end", async () => {
    for (let number = 1; number <= 201; number += 1)
      fake.put("droplets", String(number), {
        id: number,
        name: `shop-production-${number}`,
        status: "off",
        created_at: "2026-11-20T08:00:00Z",
        size_slug: "s-1vcpu-1gb",
        region: { slug: "fra1" },
        tags: [mark],
        volume_ids: [],
        networks: { v4: [], v6: [] },
      });
    expect(await open().servers(owner, new Set())).toHaveLength(201);
  });

  test("the limit of requests is waited for, and told when it does not end; so is a token that is none", async () => {
    fake.faults.limited = 3;
    expect(await open().servers(owner, new Set())).toEqual([]);
    fake.faults.limited = 10_000;
    await expect(open().servers(owner, new Set())).rejects.toMatchObject({ code: "rate-limited" });
    fake.faults.limited = 0;
    await expect(open("w".repeat(64)).offers()).rejects.toMatchObject({
      code: "token-refused",
      exit: "refused",
      hint: expect.stringMatching(
        /export DIGITALOCEAN_TOKEN=.*secrets set DIGITALOCEAN_TOKEN -e production$/,
      ) as string,
    });
  });

  test("the fake said nothing that DigitalOcean could not have said", () => {
    expect([...new Set(fake.problems)]).toEqual([]);
  });
});

describe("refusals in the words of the provider", () => {
  const request = 'POST https://api.digitalocean.com/v2/droplets: 422 (request "4d9d8375")';
  test.each([
    [`Error creating droplet: ${request} Size is not available in this region.`, "out-of-stock"],
    [
      `Error creating droplet: ${request} creating this/these droplet(s) will exceed your droplet limit`,
      "limit-reached",
    ],
    ["Error creating Volume: POST https://api.digitalocean.com/v2/volumes: 409 name already exists", "name-taken"],
    [
      'Failed to create record: POST https://api.digitalocean.com/v2/domains/example.org/records: 404 (request "4d")',
      "no-zone",
    ],
    ["GET https://api.digitalocean.com/v2/account/keys: 429 API Rate limit exceeded.", "rate-limited"],
    ["GET https://api.digitalocean.com/v2/account/keys: 401 Unable to authenticate you", "token-refused"],
    [
      "POST https://api.digitalocean.com/v2/tags: 403 You are not authorized to perform this operation",
      "token-refused",
    ],
    ["volumes `size` can only be expanded and not shrunk", "volume-shrinks"],
    ["something else", "apply-failed"],
  ])("%s is told as %s", (said, code) => {
    const result = { stdout: "", stderr: `│ Error: ${said}`, exitCode: 1, signal: undefined, timedOut: false };
    expect(
      programError({ name: "tofu", provider: digitalocean, environment: "production" }, "apply", result),
    ).toMatchObject({ code });
  });
});
