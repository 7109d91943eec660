import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare } from "../../src/cost/compare.ts";
import { inFull } from "../../src/cost/money.ts";
import { architectures, most, needInWords } from "../../src/cost/need.ts";
import type { Need } from "../../src/cost/need.ts";
import { offerOf, offersFor } from "../../src/cost/offer.ts";
import { packagedPrices } from "../../src/cost/prices.ts";
import { currencies } from "../../src/cost/schema.ts";
import { packagedProvider, smallNeed } from "./helpers.ts";

const list = packagedPrices();
const view = { architecture: "x86", currency: "EUR", vat: undefined } as const;

/** `server 19.49, ...`, for sums that were worked out by hand. */
function bill(provider: string, size: string, need: Need): string | undefined {
  const one = packagedProvider(provider);
  const found = one.sizes.find(({ name }) => name === size);
  const offer = found && offerOf(one, found, need);
  return (
    offer &&
    [
      ...offer.parts.map(({ part, amount }) => `${part} ${amount === null ? "unknown" : inFull(amount)}`),
      `total ${offer.total === null ? `at least ${inFull(offer.atLeast)}` : inFull(offer.total)}`,
    ].join(", ")
  );
}

describe("sums that were worked out by hand", () => {
  test("Hetzner: a volume for what the disk lacks, an address, traffic above 20 TB, backups of 20 %", () => {
    const need = { ...smallNeed, disk: 100, traffic: 22_500, backup: true };
    // 80 GB come with it: 20 GB x 0.0572; 2500 GB x 0.001; 20 % of 19.49.
    expect(bill("hetzner", "CPX22", need)).toBe(
      "server 19.49, storage 1.144, ipv4 0.50, traffic 2.50, backup 3.898, total 27.532",
    );
    expect(bill("hetzner", "CPX22", { ...need, count: 3 })).toBe(
      "server 58.47, storage 3.432, ipv4 1.50, traffic 7.50, backup 11.694, total 82.596",
    );
  });

  test("AWS: an hour 730 times, all of the disk as a volume, an address, traffic from the first GB on", () => {
    // 0.0432 x 730; 40 x 0.10; 3.65; 500 x 0.09.
    expect(bill("aws", "t3a.medium", { ...smallNeed, traffic: 500 })).toBe(
      "server 31.536, storage 4.00, ipv4 3.65, traffic 45.00, backup 0.00, total 84.186",
    );
  });

  test("DigitalOcean: the quota is that of the size, and the address is not known", () => {
    expect(bill("digitalocean", "s-2vcpu-4gb", { ...smallNeed, traffic: 4500, ipv4: 0 })).toBe(
      "server 24.00, storage 0.00, ipv4 0.00, traffic 5.00, backup 0.00, total 29.00",
    );
    expect(bill("digitalocean", "s-2vcpu-4gb", { ...smallNeed, backup: true })).toBe(
      "server 24.00, storage 0.00, ipv4 unknown, traffic 0.00, backup 4.80, total at least 28.80",
    );
  });

  test("Google: what is free for an account is free once, however many servers there are", () => {
    const need = { ...smallNeed, disk: 0, ipv4: 0, traffic: 11 };
    // (11 - 1) x 0.12; (3 x 11 - 1) x 0.12.
    expect(bill("gcp", "e2-medium", need)).toContain("traffic 1.20,");
    expect(bill("gcp", "e2-medium", { ...need, count: 3 })).toContain("traffic 3.84,");
  });

  test("AWS and Google: above the traffic of all servers that has the first price, what it costs is unknown", () => {
    const need = { ...smallNeed, disk: 0, ipv4: 0 };
    // 10000 x 0.09; (1024 - 1) x 0.12.
    expect(bill("aws", "t3a.medium", { ...need, traffic: 10_000 })).toContain("traffic 900.00,");
    expect(bill("aws", "t3a.medium", { ...need, traffic: 10_001 })).toContain("traffic unknown,");
    expect(bill("aws", "t3a.medium", { ...need, traffic: 6000, count: 2 })).toContain("total at least 63.072");
    expect(bill("gcp", "e2-medium", { ...need, traffic: 1024 })).toContain("traffic 122.76,");
    expect(bill("gcp", "e2-medium", { ...need, traffic: 513, count: 2 })).toContain("traffic unknown,");
    const [offer] = offersFor(packagedProvider("aws"), { ...need, traffic: 25_000 }, "x86");
    expect(offer?.parts.find(({ part }) => part === "traffic")?.reason).toBe(
      "the price that is known holds for the first 10000 GB of an account",
    );
  });

  test("Oracle: nothing up to the quota of the account, and unknown above", () => {
    const need = { ...smallNeed, disk: 0, ipv4: 0, traffic: 6000 };
    expect(bill("oracle", "E5.Flex 1 OCPU 4 GB", need)).toContain("traffic 0.00,");
    expect(bill("oracle", "E5.Flex 1 OCPU 4 GB", { ...need, count: 2 })).toContain("traffic unknown,");
  });

  test("traffic that is not known is not nothing, except where none is charged", () => {
    const need = { ...smallNeed, traffic: { unknown: "it runs for less than a day" } };
    expect(bill("hetzner", "CPX22", need)).toContain("traffic unknown, backup 0.00, total at least 19.99");
    expect(bill("scaleway", "DEV1-M", need)).toContain("traffic 0.00,");
    const hetzner = compare(list, need, view).find(({ provider }) => provider === "hetzner");
    expect(hetzner?.offer?.parts.find(({ part }) => part === "traffic")?.reason).toBe("it runs for less than a day");
    expect(needInWords(need)).toContain("unknown traffic");
  });

  test("OVHcloud and Scaleway charge no traffic", () => {
    expect(bill("scaleway", "DEV1-M", { ...smallNeed, traffic: 100_000 })).toBe(
      "server 14.746, storage 3.20, ipv4 2.92, traffic 0.00, backup 0.00, total 20.866",
    );
  });
});

test("a size that is too small in processors or memory is no offer, one with too little disk is", () => {
  expect(bill("hetzner", "CPX22", { ...smallNeed, cpu: 3 })).toBeUndefined();
  expect(bill("hetzner", "CPX22", { ...smallNeed, memory: 4.1 })).toBeUndefined();
  expect(bill("hetzner", "CPX22", { ...smallNeed, disk: 5000 })).toContain("storage 281.424");
});

test("what could not be ordered is not compared with, but is said where it is cheaper", () => {
  const hetzner = compare(list, smallNeed, view).find(({ provider }) => provider === "hetzner");
  expect(hetzner?.offer?.size.name).toBe("CPX22");
  expect(hetzner?.scarce?.size.name).toBe("CX23");
});

test("an arm server is offered only where images for arm were asked for", () => {
  for (const { offer } of compare(list, smallNeed, view))
    if (offer !== null) expect(offer.size.architecture).toBe("x86");
  for (const { offer } of compare(list, smallNeed, { ...view, architecture: "arm" }))
    if (offer !== null) expect(offer.size.architecture).toBe("arm");
});

test("without a rate of exchange nothing is compared across currencies, and it is said why", () => {
  const rows = compare({ ...list, rates: {} }, smallNeed, view);
  const aws = rows.find(({ provider }) => provider === "aws");
  expect(aws).toMatchObject({ compared: null, reason: "no rate of exchange from USD to EUR is known" });
  expect(aws?.offer?.total).toBeGreaterThan(0);
});

const need = fc.record({
  cpu: fc.integer({ min: 1, max: 16 }),
  memory: fc.integer({ min: 1, max: 64 }),
  disk: fc.integer({ min: 0, max: 1000 }),
  traffic: fc.integer({ min: 0, max: 50_000 }),
  ipv4: fc.integer({ min: 0, max: 4 }),
  backup: fc.boolean(),
  count: fc.integer({ min: 1, max: 9 }),
});

test("a sum is that of its parts, whole, and known only where all of them are", () => {
  fc.assert(
    fc.property(need, fc.constantFrom(...Object.values(list.providers)), (wanted, provider) => {
      for (const { parts, atLeast, total } of offersFor(provider, wanted, "any")) {
        expect(Number.isSafeInteger(atLeast)).toBe(true);
        expect(atLeast).toBe(parts.reduce((sum, { amount }) => sum + (amount ?? 0), 0));
        expect(total).toBe(parts.some(({ amount }) => amount === null) ? null : atLeast);
        for (const { amount, reason, sources } of parts) {
          expect(amount === null).toBe(reason !== null);
          if (amount !== null && amount > 0) expect(sources.length).toBeGreaterThan(0);
        }
      }
    }),
  );
});

test("the most that can be asked for is still priced", () => {
  const { cpu: _, memory: __, ...all } = most;
  for (const currency of currencies)
    expect(compare(list, { cpu: 2, memory: 4, backup: true, ...all }, { ...view, currency, vat: 99.99 })).toHaveLength(
      10,
    );
});

test("who needs more never pays less", () => {
  fc.assert(
    fc.property(
      need,
      need,
      fc.constantFrom(...Object.values(list.providers)),
      fc.constantFrom(...architectures),
      (one, more, provider, architecture) => {
        const larger: Need = {
          cpu: Math.max(one.cpu, more.cpu),
          memory: Math.max(one.memory, more.memory),
          disk: Math.max(one.disk, more.disk),
          traffic: Math.max(one.traffic, more.traffic),
          ipv4: Math.max(one.ipv4, more.ipv4),
          backup: one.backup || more.backup,
          count: Math.max(one.count, more.count),
        };
        const [small] = offersFor(provider, one, architecture);
        const [large] = offersFor(provider, larger, architecture);
        if (small?.total == null || large?.total == null) return;
        expect(large.total).toBeGreaterThanOrEqual(small.total);
      },
    ),
  );
});
