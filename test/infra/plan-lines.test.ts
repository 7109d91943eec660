import { describe, expect, test } from "vitest";
import { status } from "../../src/cli/commands/infra/status.ts";
import { nextStep, planLines } from "../../src/cli/format/infra.ts";
import type { PlanDocument } from "../../src/cli/format/infra.ts";
import { createStyle } from "../../src/cli/style.ts";

const style = createStyle({ colour: false, unicode: false });
const total = (net: number, unknown: string[] = []) => ({ net, gross: net * 2, unknown });

const added = { before: false, after: true };

const plan: PlanDocument = {
  app: "shop",
  environment: "production",
  folder: "infra/production",
  program: { name: "tofu", version: "1.12.0" },
  changes: [],
  stays: [],
  price: {
    currency: "EUR",
    vat: 100,
    source: "Hetzner",
    asOf: "2026-11-26T10:00:00.000Z",
    parts: [{ what: "server web (cx23 in nbg1)", known: true, there: added, before: null, after: 6 }],
    before: total(0),
    after: total(6),
  },
  limit: null,
  stock: null,
};
const unknown: PlanDocument = {
  ...plan,
  limit: 10,
  price: {
    ...plan.price,
    parts: [
      ...plan.price.parts,
      { what: "load balancer web (lb99)", known: false, there: added, before: null, after: null },
    ],
    after: total(6, ["hcloud_load_balancer"]),
  },
};
const removed = {
  action: "destroy",
  address: 'hcloud_volume.data["web"]',
  type: "hcloud_volume",
  what: "volume web",
  details: [],
  warning: "all data on it is gone for good",
  losesData: true,
} as const;
const offer = { type: "cx33", location: "fsn1", cpu: 4, memory: 8, disk: 80, architecture: "x86", dedicated: false };

describe("a plan for people", () => {
  test("has one column of prices where nothing would cost more or less", () => {
    const parts = [
      { what: "server web (cx23 in nbg1)", known: true, there: { before: true, after: true }, before: 6, after: 6 },
    ];
    const same = { ...plan, price: { ...plan.price, parts, before: total(6) } };
    expect(planLines(same, style).slice(2, 5)).toEqual([
      "  server web (cx23 in nbg1)   6.00",
      "  together, net               6.00",
      "  with 100 % VAT             12.00",
    ]);
    expect(planLines(same, style)).toContain("  what runs already may cost what it did when it was ordered");
  });

  test("says of which thing nobody knows the price, and that the sum is at least that", () => {
    expect(planLines(unknown, style)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ {2}load balancer web \(lb99\) +- +unknown$/) as string,
        expect.stringMatching(/^ {2}together, net +0\.00 +≥ 6\.00$/) as string,
      ]),
    );
  });

  test("says what stays where it is", () => {
    expect(planLines({ ...plan, stays: ["www.example.com A"] }, style)).toContain(
      "stays: DNS records www.example.com A, which lead elsewhere",
    );
  });

  test.each<[string, PlanDocument, string]>([
    ["that is as it should be", plan, "next: wherry infra apply -e production"],
    ["below its limit", { ...plan, limit: 6 }, "next: wherry infra apply -e production"],
    ["over its limit", { ...plan, limit: 5 }, "next: wherry infra apply -e production --over-limit"],
    ["whose price nobody knows", unknown, "next: wherry infra apply -e production --over-limit"],
    [
      "that loses data",
      { ...plan, changes: [removed] },
      "next, when the data is copied: wherry infra apply -e production --destroy-data",
    ],
    [
      "that cannot be ordered",
      {
        ...plan,
        stock: {
          type: "cx23",
          location: "nbg1",
          available: false,
          alternatives: [{ ...offer, available: true, price: 9 }],
        },
      },
      "next: infrastructure: { size: cx33, location: fsn1 } in wherry.yaml, then wherry infra init -e production",
    ],
  ])("%s leads to what apply will not refuse", (_case, document, next) => {
    expect(nextStep(document)).toBe(next);
    expect(planLines(document, style).join("\n").includes("more than the limit")).toBe(next.endsWith("--over-limit"));
  });
});

test("the state of machines that are not as the files say ends with what brings them there", () => {
  const change = { ...removed, action: "change", warning: null, losesData: false } as const;
  const lines = (changes: PlanDocument["changes"]): readonly string[] =>
    status.print?.({ ...plan, changes, servers: [], waiting: [] }, { style, columns: 80 }) ?? [];
  expect(lines([change]).at(-1)).toBe("next: wherry infra apply -e production");
  expect(lines([]).join()).not.toContain("next:");
});

test("a price without taxes is shown as what it is", () => {
  const none = { net: 0, gross: null, unknown: [] };
  const untaxed: PlanDocument = {
    ...plan,
    price: {
      currency: "USD",
      vat: null,
      source: "DigitalOcean",
      asOf: "2026-11-26T10:00:00.000Z",
      parts: [
        {
          what: "server shop-production-1 (s-2vcpu-4gb in fra1), with backups",
          known: true,
          there: added,
          before: null,
          after: 28.8,
        },
        { what: "volume shop-production-1-data (20 GB in fra1)", known: true, there: added, before: null, after: 2 },
      ],
      before: none,
      after: { ...none, net: 30.8 },
    },
    limit: 40,
  };
  const lines = planLines(untaxed, style);
  expect(lines).toEqual([
    "the machines of production are as the files want them",
    "",
    "                                                                 now   then",
    "  server shop-production-1 (s-2vcpu-4gb in fra1), with backups     -  28.80",
    "  volume shop-production-1-data (20 GB in fra1)                    -   2.00",
    "  together, net                                                 0.00  30.80",
    "  USD per month, DigitalOcean's list prices of 2026-11-26; traffic is not in them",
    "  limit of wherry.yaml: 40.00 net",
  ]);
});
