import { expect, test } from "vitest";
import { replicaAddresses } from "../../src/compose/addresses.ts";
import type { AddressedService } from "../../src/compose/addresses.ts";

const service = (name: string, over: Partial<AddressedService> = {}): AddressedService => ({
  name,
  placement: "release",
  routes: [1],
  replicas: 1,
  proxyNetwork: "front",
  ...over,
});

test("routed replicas are numbered from 10 in the order of service names, whatever order they come in", () => {
  const networks = { releaseNetworks: ["back", "front"], baseNetworks: [] };
  const services = [
    service("web", { replicas: 2 }),
    service("api", { proxyNetwork: "back" }),
    service("worker", { routes: [], proxyNetwork: null }),
  ];

  const addresses = replicaAddresses({ ...networks, services });

  expect(addresses).toEqual(
    new Map([
      ["api", [{ networkIndex: 0, lastOctet: 10 }]],
      [
        "web",
        [
          { networkIndex: 1, lastOctet: 11 },
          { networkIndex: 1, lastOctet: 12 },
        ],
      ],
    ]),
  );
  expect(replicaAddresses({ ...networks, services: services.toReversed() })).toEqual(addresses);
});

test("a base service keeps its address when the release gets another routed service", () => {
  const networks = { releaseNetworks: ["front"], baseNetworks: ["front"] };
  const base = service("wordpress", { placement: "base" });

  const alone = replicaAddresses({ ...networks, services: [base] });
  const beside = replicaAddresses({ ...networks, services: [service("api"), base] });

  expect(beside.get("wordpress")).toEqual(alone.get("wordpress"));
});
