import { expect, test } from "vitest";
import { priceParts, total } from "../../src/infra/prices.ts";
import type { NamedThing, PriceList } from "../../src/infra/prices.ts";

const list: PriceList = {
  currency: "EUR",
  vat: 19,
  monthly({ type, values }) {
    if (type === "free") return { net: 0, gross: 0 };
    const net = Number(values["net"]);
    return Number.isNaN(net) ? undefined : { net, gross: net * 1.19 };
  },
};
const thing = (what: string, net: unknown, more = {}): NamedThing => ({
  type: "thing",
  what,
  values: { net, ...more },
});

test("half a cent is rounded up, whatever binary fractions make of it", () => {
  // 7.5 and 19 % are 8.925.
  expect(total(list, [thing("server", 6), thing("address", 0.5), thing("volume", 1)])).toMatchObject({
    net: 7.5,
    gross: 8.93,
  });
});

test("a bill has what costs something, before and after, and what nobody knows the price of", () => {
  const free: NamedThing = { type: "free", what: "firewall", values: {} };
  expect(
    priceParts(
      list,
      [thing("server a (small)", 5), free],
      [thing("server a (large)", 10, { backups: true }), thing("balancer", "?"), free],
    ),
  ).toEqual([
    { what: "server a (small)", known: true, there: { before: true, after: false }, before: 5, after: null },
    {
      what: "server a (large), with backups",
      known: true,
      there: { before: false, after: true },
      before: null,
      after: 10,
    },
    { what: "balancer", known: false, there: { before: false, after: true }, before: null, after: null },
  ]);
});
