import { expect, test } from "vitest";
import { readAws } from "../../src/cost/fetch/aws.ts";
import { questionFor, readAzure } from "../../src/cost/fetch/azure.ts";
import { readDigitalOcean } from "../../src/cost/fetch/digitalocean.ts";
import { readRates } from "../../src/cost/fetch/ecb.ts";
import { readHetzner } from "../../src/cost/fetch/hetzner.ts";
import { Refused } from "../../src/cost/fetch/model.ts";
import { readOracle } from "../../src/cost/fetch/oracle.ts";
import { readOvh } from "../../src/cost/fetch/ovh.ts";
import { readScaleway } from "../../src/cost/fetch/scaleway.ts";
import { packagedPrices } from "../../src/cost/prices.ts";
import { priceList } from "../../src/cost/schema.ts";
import type { Provider } from "../../src/cost/schema.ts";
import { fixture, packagedProvider } from "./helpers.ts";

const today = "2026-11-26";
const { server_types: types } = fixture("hetzner-server-types.json") as { server_types: never };

const read: Readonly<Record<string, (packaged: Provider) => Provider>> = {
  hetzner: (packaged) => readHetzner(fixture("hetzner-pricing.json"), types, packaged, today),
  digitalocean: (packaged) => readDigitalOcean([fixture("digitalocean-sizes.json")], packaged, today),
  aws: (packaged) => readAws(fixture("aws-ec2.json"), packaged, today),
  azure: (packaged) => readAzure([fixture("azure-retail.json")], packaged, today),
  oracle: (packaged) => readOracle(fixture("oracle-products.json"), packaged, today),
  ovh: (packaged) => readOvh(fixture("ovh-catalog.json"), packaged, today),
  scaleway: (packaged) => readScaleway([fixture("scaleway-products.json")], packaged, today),
};

function fetched(name: string): Provider {
  const provider = read[name]?.(packagedProvider(name));
  if (provider === undefined) throw new Error(`nothing reads ${name}`);
  return provider;
}

test.each(Object.keys(read))("what is read of %s is a price list with a source for every figure", (name) => {
  const list = { ...packagedPrices(), providers: { [name]: fetched(name) } };
  expect(priceList.safeParse(list).error?.issues).toBeUndefined();
  expect(fetched(name).sources["api"]).toMatchObject({ date: today, by: "provider" });
});

test("Hetzner: prices of Germany and Finland without VAT, and what cannot be ordered is called so", () => {
  const { sizes, ipv4, trafficPerGb, backupPercent, storagePerGb, loadBalancers } = fetched("hetzner");
  expect(loadBalancers).toEqual({ lb11: { value: "7.49", from: "api" } });
  expect(sizes).toEqual([
    {
      name: "CPX22",
      cpus: 2,
      memory: 4,
      disk: 80,
      architecture: "x86",
      cpu: "shared",
      month: "19.49",
      from: "api",
      traffic: 21_990,
    },
    expect.objectContaining({ name: "CX23", month: "5.49", scarce: expect.stringContaining("not available in fsn1") }),
  ]);
  expect([ipv4, trafficPerGb, backupPercent, storagePerGb]).toMatchObject([
    { value: "0.5" },
    { value: "0.001" },
    { value: "20" },
    { value: "0.0572" },
  ]);
});

test("Hetzner: a project that is billed in another currency than the list's is refused, with the reason", () => {
  const { pricing } = fixture("hetzner-pricing.json") as { pricing: object };
  const dollars = { pricing: { ...pricing, currency: "USD" } };
  const reading = () => readHetzner(dollars, types, packagedProvider("hetzner"), today);
  expect(reading).toThrow(new Refused("Hetzner bills this project in USD, and the price list is in EUR"));
});

test("DigitalOcean: what is available and no graphics card; what the API does not say stays as it was", () => {
  const { sizes, backupPercent, ipv4 } = fetched("digitalocean");
  expect(sizes.map(({ name, month, memory, traffic, cpu }) => [name, month, memory, traffic, cpu])).toEqual([
    ["c-2", "42", 4, 4000, "dedicated"],
    ["s-2vcpu-4gb", "24", 4, 4000, "shared"],
  ]);
  expect(backupPercent).toEqual(packagedProvider("digitalocean").backupPercent);
  expect(ipv4).toEqual(packagedProvider("digitalocean").ipv4);
});

test("AWS: families that a small app is put on, no bare metal", () => {
  expect(fetched("aws").sizes).toMatchObject([
    { name: "c6g.large", architecture: "arm", cpu: "dedicated", hour: "0.0776" },
    { name: "t3a.medium", architecture: "x86", cpu: "burst", hour: "0.0432" },
  ]);
});

test("Azure: Linux at the full price, only in the currency of the list, and what it does not answer for as it was", () => {
  const { sizes } = fetched("azure");
  expect(sizes.filter(({ from }) => from === "api")).toMatchObject([
    { name: "B2s", cpus: 2, memory: 4, hour: "0.043" },
  ]);
  expect(sizes).toHaveLength(packagedProvider("azure").sizes.length);
  expect(sizes.find(({ name }) => name === "B2als_v2")).toMatchObject({ hour: "0.0461", from: "list" });
  const question = decodeURIComponent(questionFor(packagedProvider("azure")));
  expect(question).toContain("armSkuName eq 'Standard_B2s' or armSkuName eq 'Standard_B2als_v2'");
  expect(question).toContain("currencyCode='EUR'");
});

test("Oracle: shapes made of the rates, and those with a rate of 0 as they were", () => {
  const { sizes } = fetched("oracle");
  // 1 x 0.031 + 4 x 0.002
  expect(sizes.find(({ name }) => name === "E5.Flex 1 OCPU 4 GB")).toMatchObject({ hour: "0.039", from: "api" });
  expect(sizes.find(({ name }) => name === "A1.Flex 2 OCPU 4 GB")).toMatchObject({ hour: "0.026", from: "rates" });
});

test("OVHcloud: hourly Linux servers of this zone; amounts are hundred-millionths", () => {
  expect(fetched("ovh").sizes).toEqual([
    {
      name: "d2-4",
      cpus: 2,
      memory: 4,
      disk: 50,
      architecture: "x86",
      cpu: "shared",
      hour: "0.0206",
      from: "api",
    },
  ]);
});

test("Scaleway: one zone, nothing retired, nothing that is no server", () => {
  expect(fetched("scaleway").sizes).toMatchObject([
    { name: "BASIC2-A2C-4G", cpus: 2, memory: 4, architecture: "arm", hour: "0.023" },
  ]);
});

test("the rate of the European Central Bank has its own date", () => {
  expect(readRates(fixture("ecb-rates.json"))).toMatchObject({ USD: { value: "1.1601", date: "2026-11-25" } });
});

test.each(Object.keys(read))(
  "something else than the published shape of %s is refused, and no list is emptied",
  (name) => {
    const packaged = packagedProvider(name);
    const readers: Readonly<Record<string, (document: unknown) => unknown>> = {
      hetzner: (document) => readHetzner(document, types, packaged, today),
      digitalocean: (document) => readDigitalOcean([document], packaged, today),
      aws: (document) => readAws(document, packaged, today),
      azure: (document) => readAzure([document], packaged, today),
      oracle: (document) => readOracle(document, packaged, today),
      ovh: (document) => readOvh(document, packaged, today),
      scaleway: (document) => readScaleway([document], packaged, today),
    };
    for (const document of [
      null,
      [],
      {},
      { items: [] },
      { error: "no" },
      { addons: [] },
      { products: [] },
      { sizes: [] },
      { regions: {} },
    ])
      expect(() => readers[name]?.(document)).toThrow(Refused);
  },
);
