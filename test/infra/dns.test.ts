import { describe, expect, test } from "vitest";
import { changesOfRecords, leftRecords, reachedAt } from "../../src/infra/dns.ts";
import type { AddressRecord } from "../../src/infra/provider.ts";
import { hostOf, placeHosts } from "../../src/infra/zones.ts";

const record = (type: "A" | "AAAA", values: readonly string[], host = "shop.example.com"): AddressRecord => ({
  host,
  zone: "example.com",
  name: "shop",
  type,
  values,
  ttl: 300,
  path: "",
});
const [old, fresh] = ["203.0.113.10", "203.0.113.20"];
const values = (records: readonly AddressRecord[], to: { readonly A?: string; readonly AAAA?: string }) =>
  changesOfRecords(records, [old, "2001:db8:0:1::1"], { A: to.A, AAAA: to.AAAA }).map((one) => one.values);

describe("a record that leads to the old server", () => {
  test("gets the new address, and keeps the others", () => {
    expect(values([record("A", ["192.0.2.7", old])], { A: fresh })).toEqual([["192.0.2.7", fresh]]);
    expect(values([record("A", [fresh, old])], { A: fresh })).toEqual([[fresh]]);
    // However it is written.
    expect(values([record("AAAA", ["2001:DB8::1:0:0:0:1"])], { AAAA: "2001:db8::20" })).toEqual([["2001:db8::20"]]);
  });

  test("stays as it is where it leads elsewhere, or nobody knows the new address", () => {
    expect(values([record("A", ["192.0.2.7"])], { A: fresh })).toEqual([]);
    expect(values([record("A", [old])], {})).toEqual([]);
  });

  test("goes where the new server has no IPv6 address, and only where visitors find it by IPv4", () => {
    const six = record("AAAA", ["2001:db8:0:1::1"]);
    expect(values([record("A", [old]), six], { A: fresh })).toEqual([[fresh], []]);
    expect(values([six], { A: fresh })).toEqual([]);
    expect(values([record("A", [old]), six], {})).toEqual([]);
  });
});

test("people have to change what was not changed and does not lead there, host by host and type by type", () => {
  const to = { A: fresh, AAAA: undefined };
  const [a, six] = [record("A", [old]), record("AAAA", ["2001:db8:9::1"])];
  const round = [record("A", ["192.0.2.7"], "two.example.com"), record("A", [fresh], "two.example.com")];
  const hosts = ["shop.example.com", "two.example.com", "example.org"];
  expect(leftRecords(hosts, [a, six, ...round], { changed: [a], to, said: "web.example.net" })).toEqual([
    { host: "shop.example.com", type: "AAAA", address: null },
    { host: "example.org", type: null, address: "web.example.net" },
  ]);
  const both = { A: fresh, AAAA: "2001:db8::20" };
  expect(leftRecords(["shop.example.com"], [a, six], { changed: [], to: both, said: undefined })).toEqual([
    { host: "shop.example.com", type: "A", address: fresh },
    { host: "shop.example.com", type: "AAAA", address: "2001:db8::20" },
  ]);
});

test("a server is reached where people say, then where it says itself, if that is no private address", () => {
  expect(reachedAt(["203.0.113.5", fresh], ["10.0.0.2", "fd00::2", "2001:db8::20"])).toEqual({
    A: "203.0.113.5",
    AAAA: "2001:db8::20",
  });
  expect(reachedAt(["web-2"], ["192.168.0.4", fresh])).toEqual({ A: fresh, AAAA: undefined });
});

test("a host is in the nearest zone, by the name that this zone gives it", () => {
  const zones = [{ name: "example.com" }, { name: "shop.example.com" }];
  expect(placeHosts(["example.com", "a.b.example.com", "api.shop.example.com", "example.org"], zones)).toEqual([
    { host: "example.com", zone: zones[0], name: "@" },
    { host: "a.b.example.com", zone: zones[0], name: "a.b" },
    { host: "api.shop.example.com", zone: zones[1], name: "api" },
  ]);
  expect([hostOf("@", "example.com"), hostOf("www", "example.com")]).toEqual(["example.com", "www.example.com"]);
});
