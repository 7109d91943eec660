import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { costs, documentOf } from "../../src/cost/index.ts";
import { csvOf } from "../../src/cost/csv.ts";
import { inFull } from "../../src/cost/money.ts";
import { plannedCost, rentedNow } from "../../src/cost/planned.ts";
import { packagedPrices } from "../../src/cost/prices.ts";
import type { PriceList, Provider } from "../../src/cost/schema.ts";
import type { InfrastructureSettings } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { answering } from "./helpers.ts";

const from = { url: "https://prices.example/", date: "2026-11-01", by: "provider" as const };

/** A list with round figures, so that sums can be made in the head. */
const prices: PriceList = {
  version: 1,
  rates: { USD: { value: "1.25", ...from } },
  providers: {
    hetzner: {
      title: "Hetzner Cloud",
      region: "here",
      currency: "EUR",
      sources: { list: from },
      vat: { basis: "net", from: "list" },
      sizes: [
        {
          name: "S1",
          cpus: 2,
          memory: 4,
          disk: 40,
          architecture: "x86",
          cpu: "shared",
          month: "5.00",
          from: "list",
          scarce: "is rarely there",
        },
        { name: "S2", cpus: 2, memory: 4, disk: 80, architecture: "x86", cpu: "shared", month: "10.00", from: "list" },
        { name: "S3", cpus: 4, memory: 8, disk: 160, architecture: "x86", cpu: "shared", month: "20.00", from: "list" },
        { name: "A1", cpus: 2, memory: 4, disk: 40, architecture: "arm", cpu: "shared", month: "4.00", from: "list" },
        {
          name: "D1",
          cpus: 2,
          memory: 8,
          disk: 80,
          architecture: "x86",
          cpu: "dedicated",
          month: "40.00",
          from: "list",
        },
      ],
      ipv4: { value: "0.50", from: "list" },
      includedTraffic: { value: "20000", from: "list" },
      trafficPerGb: { value: "0.001", from: "list" },
      backupPercent: { value: "20", from: "list" },
      storagePerGb: { value: "0.05", from: "list" },
      loadBalancers: { lb11: { value: "7.00", from: "list" } },
    },
  },
};

const euro = { currency: "EUR", vat: undefined } as const;

function infrastructure(more: Partial<InfrastructureSettings> = {}): InfrastructureSettings {
  return {
    provider: "hetzner",
    size: { cpu: 2, memory: 4, disk: 10, architecture: "x86", dedicated: false },
    location: "nbg1",
    count: 1,
    image: "debian-13",
    data: undefined,
    backups: false,
    sshKeys: [],
    sshFrom: [],
    loadBalancer: undefined,
    dns: undefined,
    priceLimit: undefined,
    state: undefined,
    ...more,
  };
}

function sum(more: Partial<InfrastructureSettings>): readonly [string | null, string] {
  const bill = plannedCost("production", infrastructure(more), prices, euro);
  return [bill?.size ?? null, inFull(bill?.total ?? 0)];
}

const needs = (more: object): Partial<InfrastructureSettings> => ({
  size: { cpu: 2, memory: 4, disk: 10, architecture: "x86", dedicated: false, ...more },
});

describe("the bill of a plan", () => {
  test("is server and address, of the cheapest size that is enough and can be ordered", () => {
    expect(sum({})).toEqual(["S2", "10.50"]);
    expect(sum(needs({ memory: 8 }))).toEqual(["S3", "20.50"]);
    expect(sum(needs({ disk: 100 }))).toEqual(["S3", "20.50"]);
    expect(sum(needs({ architecture: "arm" }))).toEqual(["A1", "4.50"]);
    expect(sum(needs({ dedicated: true }))).toEqual(["D1", "40.50"]);
  });

  test("takes the size that is named, whatever it has, and says where it is scarce", () => {
    expect(sum({ size: "s1" })).toEqual(["S1", "5.50"]);
    expect(plannedCost("production", infrastructure({ size: "s1" }), prices, euro)?.reason).toBe("is rarely there");
  });

  test("adds a fifth for backups, and volumes, for every server", () => {
    // 3 x (10.00 + 0.50 + 2.00) + 3 x 100 GB x 0.05
    expect(sum({ count: 3, backups: true, data: 100 })).toEqual(["S2", "52.50"]);
  });

  test("adds one load balancer, however many servers there are", () => {
    // 2 x (10.00 + 0.50) + 7.00
    expect(sum({ count: 2, loadBalancer: "lb11" })).toEqual(["S2", "28.00"]);
  });

  test("is only a least sum where a part has no figure", () => {
    const bill = plannedCost("production", infrastructure({ loadBalancer: "lb31" }), prices, euro);
    expect(bill).toMatchObject({ atLeast: 10_500_000, total: null });
    expect(bill?.parts.at(-1)).toMatchObject({ part: "load balancer", amount: null });
    expect(bill?.parts.at(-1)?.reason).toBe("the price list has no lb31");
  });

  test("is shown with VAT, and in another currency", () => {
    const bill = plannedCost("production", infrastructure(), prices, { currency: "USD", vat: 19 });
    // 10.50 EUR at 1.25, and 19 % on top
    expect(bill).toMatchObject({ currency: "USD", total: 13_125_000, net: 13_125_000, gross: 15_618_750 });
    // With the source of the rate, and of what is said of VAT.
    expect(bill).toMatchObject({ rate: { value: "1.25" }, sources: [from, from] });
    // Its lines, too: 10.00 and 0.50 at 1.25.
    expect(bill?.parts.map(({ amount }) => amount)).toEqual([12_500_000, 625_000, 0]);
  });

  test("is as old as the oldest figure in it, the rate of exchange among them where one is used", () => {
    const rates = { USD: { ...from, value: "1.25", date: "2026-08-01" } };
    const asOf = (currency: "EUR" | "USD") =>
      plannedCost("production", infrastructure(), { ...prices, rates }, { currency, vat: undefined })?.asOf;
    expect(asOf("EUR")).toBe("2026-11-01");
    expect(asOf("USD")).toBe("2026-08-01");
  });

  test("says why there is none", () => {
    const reason = (more: Partial<InfrastructureSettings>) =>
      plannedCost("production", infrastructure(more), prices, euro)?.reason;
    expect(reason({ size: "cx99" })).toBe("the price list has no CX99");
    expect(reason(needs({ cpu: 64 }))).toContain("infrastructure.needs");
  });

  test("is that of places whose prices are known, and of no other", () => {
    const planIn = (location: string) =>
      plannedCost("production", infrastructure({ location, size: "cpx22" }), packagedPrices(), euro);
    expect(planIn("hel1")?.total).toBe(planIn("nbg1")?.total);
    expect(planIn("ash")).toMatchObject({ size: null, atLeast: 0, total: null });
    expect(planIn("ash")?.reason).toContain("no prices of ash, only those of Germany and Finland");
  });

  test("with the prices of this version is the sum of their figures", () => {
    const bill = plannedCost("production", infrastructure({ backups: true, data: 50 }), packagedPrices(), euro);
    // CPX22: 19.49 + 0.50 + 3.898 + 50 x 0.0572
    expect([bill?.size, inFull(bill?.total ?? 0)]).toEqual(["CPX22", "26.748"]);
  });
});

test("what runs now costs its servers with their backups, and is unknown as soon as one of them is", () => {
  const one = { provider: "hetzner", type: "S2", location: "nbg1", currency: "EUR", month: 10_000_000 } as const;
  expect(
    rentedNow(
      prices,
      [
        { ...one, backups: true },
        { ...one, backups: false },
      ],
      "EUR",
    ),
  ).toBe(22_000_000);
  expect(rentedNow(prices, [{ ...one, backups: true }, undefined], "EUR")).toBeNull();
  expect(rentedNow(prices, [], "EUR")).toBeNull();

  const hetzner = { ...prices.providers["hetzner"], backupPercent: { unknown: "nobody says it" } } as Provider;
  const silent = { ...prices, providers: { hetzner } };
  expect(rentedNow(silent, [{ ...one, backups: true }], "EUR")).toBeNull();
  expect(rentedNow(silent, [{ ...one, backups: false }], "EUR")).toBe(10_000_000);
});

test("an environment whose machines nobody has made yet is priced all the same", async () => {
  const cwd = temporaryFolder({
    "wherry.yaml":
      "app: shop\nservices: { web: { route: shop.test } }\nenvironments:\n  production:\n    infrastructure: { size: cpx22, backups: true }\n",
    "compose.yaml": "services: { web: { image: nginx } }\n",
  });
  const ctx = { ...createContext(), env: {}, cwd, https: answering({}) };
  const view = { architecture: "x86", currency: "EUR", vat: 19 } as const;
  const options = {
    directory: undefined,
    environment: "production",
    need: undefined,
    traffic: undefined,
    backup: false,
    view,
    prometheus: undefined,
  };
  const document = documentOf(await costs(ctx, options, () => {}), []);
  expect(document).toMatchObject({ servers: [], comparisons: [] });
  expect(document.planned).toMatchObject([
    {
      environment: "production",
      size: "CPX22",
      total: "23.888",
      now: null,
      nowReason: "no server of it is in wherry.yaml yet",
    },
  ]);
  expect(document.old.map(({ title }) => title)).toEqual(["Hetzner Cloud"]);

  // What needs have become in the files is what would be ordered, whatever is cheaper today.
  const yaml = (await ctx.files.readText(join(cwd, "wherry.yaml"))) ?? "";
  await ctx.files.write(join(cwd, "wherry.yaml"), yaml.replace("size: cpx22", "needs: { cpu: 2, memory: 4GB }"));
  const chosen = documentOf(await costs(ctx, options, () => {}), []);
  expect(chosen.planned).toMatchObject([{ size: "CPX22" }]);
  await ctx.files.makeFolder(join(cwd, "infra/production"));
  await ctx.files.write(
    join(cwd, "infra/production/terraform.tfvars"),
    'server_type  = "cx33"\nlocation     = "fsn1"\n',
  );
  const written = documentOf(await costs(ctx, options, () => {}), []);
  expect(written.planned).toMatchObject([{ environment: "production", size: "CX33" }]);

  const [head = "", line = "", ...more] = csvOf(document).trimEnd().split("\r\n");
  expect(more).toEqual([]);
  const fields = Object.fromEntries(head.split(",").map((name, at) => [name, line.split(",")[at]]));
  expect(fields).toMatchObject({
    servers: "production as planned",
    provider: "Hetzner Cloud",
    size: "CPX22",
    count: "1",
    server: "19.49",
    storage: "",
    ipv4: "0.50",
    backup: "3.898",
    load_balancer: "",
    total: "23.888",
    compared_currency: "EUR",
    net: "23.888",
    gross: "28.42672",
  });
});
