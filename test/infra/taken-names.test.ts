import { expect, test } from "vitest";
import { Secret } from "../../src/core/index.ts";
import type { Cloud } from "../../src/infra/provider.ts";
import { providers } from "../../src/infra/providers.ts";
import { createContext } from "../../src/system/index.ts";
import { fakeDigitalOcean } from "./fake-digitalocean/index.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";

const owner = { app: "shop", environment: "production" };
const taken = (cloud: Cloud, zone: string) => cloud.takenNames(owner, { zone, names: ["@", "www"] });
const found = [
  { host: "example.com", name: "@", type: "A", values: ["192.0.2.99"] },
  { host: "www.example.com", name: "www", type: "CNAME", values: ["example.com."] },
];

test("names of a zone at Hetzner that lead elsewhere are not the same as no zone", async () => {
  const fake = await fakeHetzner();
  fake.zones.put("example.com", { "@ A": ["192.0.2.99"], "www CNAME": ["example.com."], "mail A": ["192.0.2.1"] });
  const cloud = providers.hetzner.open(
    createContext({ env: { HCLOUD_ENDPOINT: fake.endpoint } }),
    new Secret(fake.token),
    "production",
  );
  expect(await taken(cloud, "example.com")).toEqual(found);
  expect(await taken(cloud, "example.org")).toBeUndefined();
  await fake.close();
});

test("names of a domain at DigitalOcean that lead elsewhere are not the same as no domain", async () => {
  const fake = await fakeDigitalOcean();
  fake.domains.put("example.com", [
    ["@", "A", "192.0.2.99"],
    ["www", "CNAME", "example.com."],
    ["mail", "A", "192.0.2.1"],
  ]);
  const cloud = providers.digitalocean.open(
    createContext({ env: { DIGITALOCEAN_API_URL: fake.endpoint } }),
    new Secret(fake.token),
    "production",
  );
  expect(await taken(cloud, "example.com")).toEqual(found);
  expect(await taken(cloud, "example.org")).toBeUndefined();
  await fake.close();
});
