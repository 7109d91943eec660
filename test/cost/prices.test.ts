import { expect, test } from "vitest";
import { compare, oldOnes } from "../../src/cost/compare.ts";
import { overlaid, packagedPrices } from "../../src/cost/prices.ts";
import { priceList } from "../../src/cost/schema.ts";
import { packagedProvider, smallNeed } from "./helpers.ts";

const list = packagedPrices();
const view = { architecture: "x86", currency: "EUR", vat: undefined } as const;

test("every figure of the price list has a source with an address and a date, or a reason why there is none", () => {
  let figures = 0;
  let unknown = 0;
  for (const { sources, sizes, why, ...rest } of Object.values(list.providers)) {
    const parts = [rest.vat, rest.ipv4, rest.includedTraffic, rest.trafficPerGb, rest.backupPercent, rest.storagePerGb];
    for (const part of [...sizes, ...parts]) {
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

test("prices are old after 60 days, and it is said which", () => {
  const rows = compare(list, { ...smallNeed, ipv4: 0, disk: 0 }, view);
  const azure = rows.find(({ provider }) => provider === "azure");
  expect(azure?.offer?.asOf).toBe("2026-10-02");
  const titles = (now: string): readonly string[] => oldOnes(rows, new Date(now)).map(({ title }) => title);
  expect(titles("2026-12-01T12:00:00Z")).not.toContain("Microsoft Azure");
  expect(titles("2026-12-02T12:00:00Z")).toContain("Microsoft Azure");
});

test("fetched prices take the place of older packaged ones, and make way for newer ones", () => {
  const azure = packagedProvider("azure");
  const fetched = (date: string) => ({
    version: 1 as const,
    rates: { USD: { value: "2", url: "https://example.com", date, by: "provider" as const } },
    providers: {
      azure: {
        ...azure,
        title: "fetched",
        sources: { list: { url: "https://example.com", date, by: "provider" as const } },
      },
    },
  });
  expect(overlaid(list, fetched("2026-11-01"))).toMatchObject({
    rates: { USD: { value: "2" } },
    providers: { azure: { title: "fetched" }, hetzner: { title: "Hetzner Cloud" } },
  });
  expect(overlaid(list, fetched("2026-01-01"))).toMatchObject({
    rates: { USD: { value: "1.1592" } },
    providers: { azure: { title: "Microsoft Azure" } },
  });
});
