import { describe, expect, test } from "vitest";
import { compare, oldOnes } from "../../src/cost/compare.ts";
import { overlaid, packagedPrices } from "../../src/cost/prices.ts";
import { priceList } from "../../src/cost/schema.ts";
import type { PriceList, Provider } from "../../src/cost/schema.ts";
import { packagedProvider, smallNeed } from "./helpers.ts";

const list = packagedPrices();
const view = { architecture: "x86", currency: "EUR", vat: undefined } as const;

test("every figure of the price list has a source with an address and a date, or a reason why there is none", () => {
  let figures = 0;
  let unknown = 0;
  for (const { sources, sizes, why, ...rest } of Object.values(list.providers)) {
    const parts = [rest.vat, rest.ipv4, rest.includedTraffic, rest.trafficPerGb, rest.backupPercent, rest.storagePerGb];
    for (const part of [...sizes, ...parts, ...Object.values(rest.loadBalancers ?? {})]) {
      if ("unknown" in part) {
        expect(part.unknown.length).toBeGreaterThan(10);
        unknown += 1;
        continue;
      }
      const source = sources[part.from];
      expect(source?.url).toMatch(/^https:\/\/\S+$/);
      expect(source?.date).toMatch(/^20\d\d-\d\d-\d\d$/);
      figures += 1;
    }
    if (sizes.length === 0) expect(why).toBeTypeOf("string");
  }
  for (const rate of Object.values(list.rates)) expect(rate.url).toMatch(/^https:\/\//);
  expect(figures).toBeGreaterThan(100);
  expect(unknown).toBeGreaterThan(0);
});

test("no source is of the future, and none is named twice or for nothing", () => {
  for (const { sources, sizes, ...rest } of Object.values(list.providers)) {
    const used = JSON.stringify([sizes, rest]);
    for (const [name, { date }] of Object.entries(sources)) {
      expect(used).toContain(`"from":"${name}"`);
      expect(Date.parse(date)).toBeLessThanOrEqual(Date.parse("2026-11-26"));
    }
  }
});

test("a list with a figure without a source is refused", () => {
  const broken = structuredClone(list);
  const hetzner = packagedProvider("hetzner");
  broken.providers["hetzner"] = { ...hetzner, ipv4: { value: "0.50", from: "nowhere" } };
  expect(priceList.safeParse(broken).error?.issues[0]?.message).toBe("no source is called nowhere");

  broken.providers["hetzner"] = { ...hetzner, sizes: [] };
  expect(priceList.safeParse(broken).error?.issues.map(({ message }) => message)).toContain("no sizes, and no reason");

  broken.providers["hetzner"] = { ...hetzner, sizes: hetzner.sizes.map((size) => ({ ...size, hour: "1" })) };
  expect(priceList.safeParse(broken).success).toBe(false);
});

test("the ten providers are there, and none that has no price is left out of a comparison", () => {
  expect(Object.keys(list.providers)).toEqual([
    "hetzner",
    "digitalocean",
    "aws",
    "gcp",
    "azure",
    "oracle",
    "alibaba",
    "ibm",
    "ovh",
    "scaleway",
  ]);
  const rows = compare(list, smallNeed, view);
  expect(rows).toHaveLength(10);
  expect(rows.slice(-2).map(({ provider, compared }) => [provider, compared])).toEqual([
    ["alibaba", null],
    ["ibm", null],
  ]);
  for (const row of rows) if (row.compared === null) expect(row.reason).toBeTypeOf("string");
});

test("a converted row is as old as the rate that it is converted at", () => {
  const [date, url] = ["2023-01-01", "https://example.com/rate"];
  const rates = { USD: { value: "2", url, date, by: "provider" as const } };
  const rows = compare({ ...list, rates }, smallNeed, view);
  const row = (name: string) => rows.find(({ provider }) => provider === name);
  expect(row("aws")).toMatchObject({ asOf: date, compared: { rate: rates.USD } });
  expect(row("aws")?.compared?.sources).toContainEqual({ url, date, by: "provider" });
  expect(row("azure")).toMatchObject({ asOf: row("azure")?.offer?.asOf, compared: { rate: null, sources: [] } });
});

test("prices are old after 60 days, and it is said which", () => {
  const rows = compare(list, { ...smallNeed, ipv4: 0, disk: 0 }, view);
  const azure = rows.find(({ provider }) => provider === "azure");
  expect(azure?.offer?.asOf).toBe("2026-10-02");
  const dated = rows.map(({ title, offer }) => ({ title, asOf: offer?.asOf ?? null }));
  const titles = (now: string): readonly string[] => oldOnes(dated, new Date(now)).map(({ title }) => title);
  expect(titles("2026-12-01T12:00:00Z")).not.toContain("Microsoft Azure");
  expect(titles("2026-12-02T12:00:00Z")).toContain("Microsoft Azure");
  expect(
    oldOnes(
      [
        { title: "A", asOf: "2026-09-01" },
        { title: "A", asOf: "2026-08-01" },
        { title: "B", asOf: null },
      ],
      new Date("2026-11-26T00:00:00Z"),
    ),
  ).toEqual([{ title: "A", asOf: "2026-08-01", days: 117 }]);
});

describe("over the packaged prices is laid what was fetched, and nothing else", () => {
  const url = "https://example.com";
  const source = (date: string) => ({ url, date, by: "provider" as const });

  /** What a file of an earlier version has of a provider: fetched sizes, and copies of all that it knew beside them. */
  function file(name: string, date: string, more: Partial<Provider> = {}): PriceList {
    const { locations: _, sizes, ...known } = packagedProvider(name);
    const fetched = sizes.slice(0, 1).map((size) => ({ ...size, month: undefined, hour: "1.5", from: "api" }));
    const old = { ...known, title: "old", sources: { ...known.sources, api: source(date) }, sizes: fetched };
    return priceList.parse({
      version: 1,
      rates: { USD: { value: "2", ...source(date) } },
      providers: { [name]: { ...old, ...more } },
    });
  }

  test("sizes and figures of the API, unless the list knows newer ones", () => {
    const ipv4 = { value: "0.60", from: "api" };
    const { providers, rates } = overlaid(list, file("hetzner", "2026-11-01", { ipv4 }));
    expect(rates).toMatchObject({ USD: { value: "2" } });
    expect(providers["hetzner"]).toMatchObject({
      title: "Hetzner Cloud",
      ipv4,
      sizes: [{ name: "CX23", hour: "1.5" }],
    });
    expect(providers["azure"]).toEqual(packagedProvider("azure"));

    const older = overlaid(list, file("hetzner", "2026-01-01", { ipv4 }));
    expect(older.rates).toMatchObject({ USD: { value: "1.1592" } });
    expect(older.providers["hetzner"]).toMatchObject({
      ipv4: { value: "0.50" },
      sizes: packagedProvider("hetzner").sizes,
    });
  });

  test("where prices hold is said by the list, though the file is older than that", () => {
    expect(overlaid(list, file("hetzner", "2026-11-01")).providers["hetzner"]?.locations).toEqual([
      "fsn1",
      "nbg1",
      "hel1",
    ]);
  });

  test("a figure that the list has corrected since is that of the list", () => {
    const wrong = { ipv4: { value: "9.99", from: "ipv4" }, storagePerGb: { unknown: "nobody knew it then" } };
    const { providers } = overlaid(list, file("aws", "2026-11-01", wrong));
    expect(providers["aws"]).toMatchObject({
      ipv4: packagedProvider("aws").ipv4,
      storagePerGb: packagedProvider("aws").storagePerGb,
      sizes: [{ hour: "1.5", from: "api" }],
    });
  });

  test("a size that Azure did not answer for is there with its packaged price", () => {
    const sizes = overlaid(list, file("azure", "2026-11-01")).providers["azure"]?.sizes ?? [];
    expect(sizes.map(({ name }) => name)).toEqual(packagedProvider("azure").sizes.map(({ name }) => name));
    expect(sizes.slice(0, 2)).toMatchObject([
      { hour: "1.5", from: "api" },
      { hour: "0.0461", from: "list" },
    ]);
  });

  test("which no packaged source is mistaken for", () => {
    for (const { sources } of Object.values(list.providers)) expect(sources).not.toHaveProperty("api");
  });
});
