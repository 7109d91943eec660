import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/app.ts";
import { refresh } from "../../src/cli/commands/cost/refresh.ts";
import { show } from "../../src/cli/commands/cost/show.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { answering, fixtureText } from "./helpers.ts";

const now = new Date("2026-11-26T12:00:00Z");

async function wherry(cwd: string, words: readonly string[], given: Partial<Context> = {}) {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const signal = new AbortController().signal;
  const clock = { ...createContext().clock, now: () => now };
  const https = answering({});
  return main(["cost", ...words], {
    env: {},
    cwd,
    stdout: nowhere(),
    stderr: nowhere(),
    signal,
    clock,
    https,
    ...given,
  });
}

const size = ["--cpu", "2", "--memory", "4"];

describe("a server that is to be priced", () => {
  test("is compared in a table that says what is unknown and what is old", async () => {
    const { stdout, exitCode } = await wherry(temporaryFolder(), [...size, "--vat", "19", "--backup"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("2 CPU, 4 GB memory, 40 GB disk, 0 GB traffic a month, 1 IPv4, with backups");
    expect(stdout).toMatch(/Hetzner Cloud {2,}CPX22 {2,}shared {2,}23\.89 {2,}23\.89 {2,}28\.43 /);
    expect(stdout).toMatch(/AWS EC2 {2,}t3a\.medium {2,}burst {2,}≥ 33\.8\d /);
    expect(stdout).toMatch(/\n {2}AWS EC2 {2,}not known: backup; listed at 39\.19 USD\n/);
    expect(stdout).toMatch(/IBM Cloud VPC .*unknown/);
    expect(stdout).toMatch(/\n {2}IBM Cloud VPC {2,}no dated price/);
    expect(stdout).toContain("Older than 60 days, and perhaps wrong: ");
    expect(stdout).not.toContain("Microsoft Azure (");
  });

  test("fits into a terminal of 80 columns", async () => {
    const stdout = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), { columns: 80 });
    const { stdout: text } = await wherry(temporaryFolder(), [...size, "--backup"], { stdout });
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("says why traffic is not known where there is more of it than the known price holds for", async () => {
    const { stdout } = await wherry(temporaryFolder(), [...size, "--traffic", "25000", "--count", "2"]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "traffic: the price that is known holds for the first 10000 GB of an account",
    );
  });

  test("is written as JSON in the shape that is promised, with the source of each figure", async () => {
    const { stdout } = await wherry(temporaryFolder(), [...size, "--json"]);
    const document = JSON.parse(stdout);
    expect(show.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document).toMatchObject({ date: now.toISOString(), servers: [], vat: null });
    const [hetzner] = document.comparisons[0].providers.filter(
      ({ provider }: { provider: string }) => provider === "hetzner",
    );
    expect(hetzner.parts[0]).toMatchObject({
      part: "server",
      amount: "19.49",
      sources: [{ date: "2026-09-04", by: "provider", url: expect.stringContaining("docs.hetzner.com") }],
    });
  });

  test("says at which rate it was converted, and how old that is", async () => {
    const { stdout } = await wherry(temporaryFolder(), [...size, "--json"]);
    const { rate, old, comparisons } = JSON.parse(stdout);
    expect(rate).toEqual({ value: "1.1592", url: expect.any(String), date: "2026-09-11", by: "third party" });
    expect(old).toContainEqual({ title: "rate of exchange", asOf: "2026-09-11", days: 76 });
    const compared = (name: string) =>
      comparisons[0].providers.find(({ provider }: { provider: string }) => provider === name).compared;
    expect(compared("digitalocean").sources).toMatchObject([{ url: rate.url, date: rate.date }]);
    expect(compared("hetzner").sources).toMatchObject([{ date: "2026-08-17" }]);

    const cwd = temporaryFolder();
    const { stdout: table } = await wherry(cwd, [...size, "--csv", "cost.csv"]);
    expect(table).toContain("Converted at 1.1592 dollars for a euro, the rate of 2026-09-11.");
    expect(table).toContain("rate of exchange (2026-09-11)");
    const lines = readFileSync(join(cwd, "cost.csv"), "utf8").split("\r\n");
    expect(lines.find((line) => line.includes("DigitalOcean"))).toContain(`${rate.url} (${rate.date})`);
    expect(lines.find((line) => line.includes("Hetzner"))).not.toContain(rate.url);
  });

  test("has no rate where nothing was converted", async () => {
    const files = { ".wherry/prices.json": JSON.stringify({ version: 1, rates: {}, providers: {} }) };
    const { stdout } = await wherry(temporaryFolder(files), ["--cpu", "1000", "--memory", "4", "--json"]);
    const { rate, old } = JSON.parse(stdout);
    expect([rate, old]).toEqual([null, []]);
  });

  test("goes into files as CSV and as a chart", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await wherry(cwd, [...size, "--csv", "cost.csv", "--svg", "cost.svg"]);
    expect(stdout).toContain("written: cost.csv\nwritten: cost.svg");
    const lines = readFileSync(join(cwd, "cost.csv"), "utf8").trimEnd().split("\r\n");
    expect(lines).toHaveLength(11);
    expect(lines.find((line) => line.includes("Hetzner"))).toMatch(
      /^,Hetzner Cloud,Germany and Finland,CPX22,x86,shared,1,EUR,19\.49,0\.00,0\.50,0\.00,0\.00,,19\.99,19\.99,EUR,/,
    );
    const svg = readFileSync(join(cwd, "cost.svg"), "utf8");
    await expect(svg).toMatchFileSnapshot("golden/cost.svg");
    expect(svg).not.toMatch(/<script|href|url\(|@import/);
  });

  test("has its traffic for each server, and the help says so", async () => {
    expect(show.flags?.traffic.brief).toContain("each server");
    const words = [...size, "--traffic", "500", "--count", "2", "--json"];
    const { comparisons } = JSON.parse((await wherry(temporaryFolder(), words)).stdout);
    const aws = comparisons[0].providers.find(({ provider }: { provider: string }) => provider === "aws");
    expect(aws.parts.find(({ part }: { part: string }) => part === "traffic").amount).toBe("90.00");
  });

  test("needs both of its sizes, and no environment", async () => {
    for (const [words, message] of [
      [["--cpu", "2"], "needs both --cpu and --memory"],
      [["--disk", "80"], "--cpu and --memory are missing"],
      [[...size, "-e", "production"], "about servers that run"],
      [[...size, "--count", "0"], "--count"],
      [[...size, "--traffic", "100000000", "--count", "1000"], "expected at most 10000000"],
      [["--traffic", "100000000"], "expected at most 10000000"],
      [["--prometheus", "http://203.0.113.9:9090"], "expected an address with https"],
      [["--arch", "sparc"], "expected x86, arm, any"],
    ] as const) {
      const { stderr, exitCode } = await wherry(temporaryFolder(), words);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});

describe("the server that runs", () => {
  const files = {
    "wherry.yaml": "app: shop\nenvironments:\n  production:\n    server: local\n  uat:\n    server: local\n",
    "compose.yaml": "services:\n  web:\n    image: nginx\n",
  };

  test("is measured once for all its environments, and compared", async () => {
    const { stdout, exitCode } = await wherry(temporaryFolder(files), ["--json"]);
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(show.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document.servers).toMatchObject([{ server: "local", environments: ["production", "uat"], rented: null }]);
    expect(document.servers[0].rentedReason).toContain("HCLOUD_TOKEN");
    expect(document.comparisons).toMatchObject([{ servers: ["local"] }]);
  });

  test("is known to Hetzner by its address, where there is a token, which is never written", async () => {
    const servers = fixtureText("hetzner-servers.json");
    const { machine } = await thisMachine();
    const https = answering({
      "https://api.hetzner.cloud/v1/servers": servers.replace("203.0.113.11", machine.addresses[0] ?? "local"),
      "https://api.hetzner.cloud/v1/pricing": fixtureText("hetzner-pricing.json"),
    });
    const env = { HCLOUD_TOKEN: "correct-horse-battery-staple" };
    const { stdout, stderr } = await wherry(temporaryFolder(files), [], { https, env });
    // 35.49 and a fifth of it.
    expect(stdout).toContain("costs  42.59 EUR a month: CPX32 in fsn1, with its backups (");
    expect(stdout).toContain("with backups");
    expect(https.asked).toEqual([
      { url: "https://api.hetzner.cloud/v1/servers?per_page=50&page=1", authorization: `Bearer ${env.HCLOUD_TOKEN}` },
      { url: "https://api.hetzner.cloud/v1/pricing", authorization: `Bearer ${env.HCLOUD_TOKEN}` },
    ]);
    expect(stdout + stderr).not.toContain(env.HCLOUD_TOKEN);
  });

  test("is another one behind another port of the same address, and the same for another user", async () => {
    const yaml = ["deploy@127.0.0.1:1", "deploy@127.0.0.1:2", "root@127.0.0.1:2"]
      .map((server, index) => `  stage${index}:\n    server: ${server}\n`)
      .join("");
    const folder = temporaryFolder({ ...files, "wherry.yaml": `app: shop\nenvironments:\n${yaml}` });
    const { servers } = JSON.parse((await wherry(folder, ["--json"])).stdout);
    expect(servers).toMatchObject([
      { server: "127.0.0.1:1", environments: ["stage0"] },
      { server: "127.0.0.1:2", environments: ["stage1", "stage2"] },
    ]);
  });

  test("that cannot be reached is unknown with its reason, and nothing is compared", async () => {
    const unreachable = {
      ...files,
      "wherry.yaml": files["wherry.yaml"].replace("server: local", "server: deploy@127.0.0.1:1"),
    };
    const only = unreachable["wherry.yaml"].split("  uat:")[0] ?? "";
    const folder = temporaryFolder({ ...unreachable, "wherry.yaml": only });
    const { stdout, stderr, exitCode } = await wherry(folder, []);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("the server could not be measured");
    expect(stdout).toMatch(/127\.0\.0\.1:1 \(production\)\n {2}has {4}unknown: \S+/);

    const document = JSON.parse((await wherry(folder, ["--json"])).stdout);
    expect(show.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document).toMatchObject({ servers: [{ server: "127.0.0.1:1" }], error: { code: "unreachable" } });

    // It is paid for all the same.
    const https = answering({
      "https://api.hetzner.cloud/v1/servers": fixtureText("hetzner-servers.json").replace("203.0.113.11", "127.0.0.1"),
      "https://api.hetzner.cloud/v1/pricing": fixtureText("hetzner-pricing.json"),
    });
    const env = { HCLOUD_TOKEN: "correct-horse-battery-staple" };
    const priced = await wherry(temporaryFolder({ ...unreachable, "wherry.yaml": only }), [], { https, env });
    expect(priced.exitCode).toBe(0);
    expect(priced.stdout).toContain("has    unknown: ");
    expect(priced.stdout).toContain("costs  42.59 EUR a month: CPX32 in fsn1, with its backups (");
  });
});

async function thisMachine() {
  const { measure } = await import("../../src/cost/measure.ts");
  return measure(createContext(), { kind: "local" });
}

describe("cost refresh", () => {
  const answers = {
    "https://api.hetzner.cloud/v1/pricing": fixtureText("hetzner-pricing.json"),
    "https://api.hetzner.cloud/v1/server_types": fixtureText("hetzner-server-types.json"),
    "https://api.ovh.com/": fixtureText("ovh-catalog.json"),
    "https://data-api.ecb.europa.eu/": fixtureText("ecb-rates.json"),
  };
  const env = { HCLOUD_TOKEN: "correct-horse-battery-staple" };

  test("writes what providers say, with the date, and the next comparison is made with it", async () => {
    const cwd = temporaryFolder();
    const https = answering(answers);
    const { stdout, exitCode } = await wherry(cwd, ["refresh", "--json"], { https, env });
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(refresh.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document.file).toBe(".wherry/prices.json");
    const outcome = Object.fromEntries(
      document.providers.map(({ provider, outcome: what, reason }: Record<string, string>) => [
        provider,
        reason ?? what,
      ]),
    );
    expect(outcome).toMatchObject({
      hetzner: "fetched",
      ovh: "fetched",
      "rate of exchange": "fetched",
      digitalocean: "there is no token: set DIGITALOCEAN_TOKEN to one that may read",
      aws: "b0.p.awsstatic.com cannot be reached: getaddrinfo ENOTFOUND",
      gcp: expect.stringContaining("key of an account"),
    });
    // The token goes to the provider that it is of, and to no other.
    for (const { url, authorization } of https.asked)
      expect(authorization === undefined).toBe(!url.startsWith("https://api.hetzner.cloud/"));

    const file = readFileSync(join(cwd, ".wherry/prices.json"), "utf8");
    expect(file).not.toContain(env.HCLOUD_TOKEN);
    expect(Object.keys(JSON.parse(file).providers)).toEqual(["hetzner", "ovh"]);
    const { stdout: table } = await wherry(cwd, size);
    expect(table).toMatch(/Hetzner Cloud {2,}CPX22 {2,}shared {2,}19\.99 .*2026-11-26/);
    expect(table).not.toContain("Hetzner Cloud (");
  });

  test("begins with the prices of this version, whatever the file says that an earlier one wrote", async () => {
    const cwd = temporaryFolder();
    await wherry(cwd, ["refresh", "hetzner"], { https: answering(answers), env });
    const path = join(cwd, ".wherry/prices.json");
    const file = JSON.parse(readFileSync(path, "utf8"));
    delete file.providers.hetzner.locations;
    writeFileSync(path, JSON.stringify(file));
    const { stdout, exitCode } = await wherry(cwd, ["refresh", "hetzner"], { https: answering(answers), env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/hetzner +fetched +2 sizes/);
  });

  test("keeps what was fetched before where a provider does not answer any more", async () => {
    const cwd = temporaryFolder();
    await wherry(cwd, ["refresh", "hetzner"], { https: answering(answers), env });
    await wherry(cwd, ["refresh", "ovh"], { https: answering(answers) });
    const { providers } = JSON.parse(readFileSync(join(cwd, ".wherry/prices.json"), "utf8"));
    expect(Object.keys(providers)).toEqual(["hetzner", "ovh"]);
  });

  test("that nobody answers says why for each, and writes nothing", async () => {
    const cwd = temporaryFolder();
    const { stderr, exitCode } = await wherry(cwd, ["refresh", "aws", "hetzner"]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain("aws: b0.p.awsstatic.com cannot be reached");
    expect(stderr).toContain("hetzner: there is no token");
    expect(() => readFileSync(join(cwd, ".wherry/prices.json"))).toThrow("ENOENT");
  });

  test("a file that holds no prices is said, not passed over", async () => {
    const cwd = temporaryFolder({ ".wherry/prices.json": "{}" });
    const { stderr, exitCode } = await wherry(cwd, size);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(".wherry/prices.json holds no prices");
  });

  test("does not know a provider that there is not", async () => {
    const { stderr, exitCode } = await wherry(temporaryFolder(), ["refresh", "hetzer"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no provider hetzer");
  });
});
