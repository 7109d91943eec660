import { expect, test } from "vitest";
import { findRented } from "../../src/cost/rented.ts";
import { createContext } from "../../src/system/index.ts";
import { answering, fixtureText } from "./helpers.ts";

async function rentedAtHetzner(currency: string) {
  const https = answering({
    "https://api.hetzner.cloud/v1/servers": fixtureText("hetzner-servers.json"),
    "https://api.hetzner.cloud/v1/pricing": fixtureText("hetzner-pricing.json").replace('"EUR"', `"${currency}"`),
  });
  return findRented({ ...createContext(), env: { HCLOUD_TOKEN: "token" }, https }, ["203.0.113.11"]);
}

test("a server at Hetzner costs what it costs in the currency that its project is billed in", async () => {
  expect(await rentedAtHetzner("EUR")).toMatchObject({ known: true, value: { currency: "EUR", month: 35_490_000 } });
  expect(await rentedAtHetzner("USD")).toMatchObject({ known: true, value: { currency: "USD", month: 35_490_000 } });
});

test("in a currency that is not known, what it costs is not known either, and it is said why", async () => {
  expect(await rentedAtHetzner("GBP")).toEqual({
    known: false,
    reason: "Hetzner bills this project in GBP, for which there is no rate",
  });
});
