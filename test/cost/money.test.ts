import fc from "fast-check";
import { expect, test } from "vitest";
import { asDecimal, dividedBy, inCents, inFull, micros, product, share } from "../../src/cost/money.ts";
import { converted, taxed } from "../../src/cost/tax.ts";
import { packagedPrices } from "../../src/cost/prices.ts";

test("amounts are exact to a millionth, and what is finer is rounded half up", () => {
  expect(micros("5.49")).toBe(5_490_000);
  expect(micros("0.0000005")).toBe(1);
  expect(micros("0.0000004999")).toBe(0);
  expect(product("0.0432", "730")).toBe(31_536_000);
  expect(() => micros("5,49")).toThrow("is no amount");
  expect(() => micros("-1")).toThrow("is no amount");
  expect(() => micros("1e3")).toThrow("is no amount");
});

test("a hundred cents added up are one, whatever floating point says", () => {
  const sum = Array.from({ length: 10 }, () => micros("0.1")).reduce((a, b) => a + b, 0);
  expect(sum).toBe(micros("1"));
});

test("backups of 20 % and VAT of 19 % come to the sums on a real bill", () => {
  // CPX22 with backups and an IPv4 address: 19.49 + 3.898 + 0.50 = 23.888, with VAT 28.42672.
  const server = micros("19.49");
  const net = server + share(server, "0.2") + micros("0.50");
  expect(inFull(net)).toBe("23.888");
  const { gross } = taxed(net, { basis: "net", from: "x" }, 19);
  expect(inFull(gross ?? 0)).toBe("28.42672");
  expect(inCents(gross ?? 0)).toBe("28.43");
});

test("a price with VAT in it has less without, and one of unknown basis has neither", () => {
  expect(taxed(micros("11.90"), { basis: "gross", from: "x" }, 19)).toEqual({
    net: micros("10"),
    gross: micros("11.90"),
  });
  expect(taxed(micros("11.90"), { basis: "gross", from: "x" }, undefined)).toEqual({
    net: null,
    gross: micros("11.90"),
  });
  expect(taxed(micros("10"), { basis: "net", from: "x" }, undefined)).toEqual({ net: micros("10"), gross: null });
  expect(taxed(micros("10"), { unknown: "nobody says" }, 19)).toEqual({ net: null, gross: null });
});

test("an amount is converted at the rate of the list, and not at all without one", () => {
  const { rates } = packagedPrices();
  expect(converted(micros("24"), "USD", "EUR", rates)).toBe(dividedBy(micros("24"), "1.1592"));
  expect(inCents(converted(micros("24"), "USD", "EUR", rates) ?? 0)).toBe("20.70");
  expect(converted(micros("10"), "EUR", "USD", rates)).toBe(micros("11.592"));
  expect(converted(micros("10"), "EUR", "EUR", {})).toBe(micros("10"));
  expect(converted(micros("10"), "USD", "EUR", {})).toBeUndefined();
  expect(converted(micros("10"), "EUR", "USD", {})).toBeUndefined();
});

test("what is written in full is read back as the same amount", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_000_000_000_000 }), (amount) => {
      expect(micros(inFull(amount))).toBe(amount);
      expect(inFull(amount)).toMatch(/^\d+\.\d{2,6}$/);
    }),
  );
});

test("a share of 1 is the whole, and a larger amount never has a smaller share", () => {
  const amount = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 0, max: 1000 }), (a, b, thousandths) => {
      const factor = asDecimal(thousandths / 1000);
      expect(share(a, "1")).toBe(a);
      if (a <= b) expect(share(a, factor)).toBeLessThanOrEqual(share(b, factor));
    }),
  );
});

test("numbers of JSON become decimals without an exponent", () => {
  expect(asDecimal(0.0000066)).toBe("0.0000066");
  expect(asDecimal(24)).toBe("24");
  expect(asDecimal(100)).toBe("100");
  expect(() => asDecimal(Number.NaN)).toThrow("is no price");
});
