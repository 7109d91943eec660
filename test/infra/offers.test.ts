import { describe, expect, test } from "vitest";
import { fitting, needsOf } from "../../src/infra/offers.ts";
import type { Offer } from "../../src/infra/offers.ts";

const offer = (type: string, location: string, more: Partial<Offer> = {}): Offer => ({
  type,
  location,
  cpu: 2,
  memory: 4,
  disk: 40,
  architecture: "x86",
  dedicated: false,
  available: true,
  price: 5,
  ...more,
});

const needs = { cpu: 2, memory: 4, disk: 40, architecture: "x86", dedicated: false } as const;

const names = (offers: readonly Offer[]): readonly string[] =>
  offers.map(({ type, location }) => `${type} ${location}`);

describe("what can be ordered instead", () => {
  test("the wanted location comes first, then the price, and an unknown price last", () => {
    const offers = [
      offer("dear", "nbg1", { price: 9 }),
      offer("free?", "nbg1", { price: undefined }),
      offer("cheap", "fsn1", { price: 1 }),
      offer("good", "nbg1", { price: 6 }),
    ];
    expect(names(fitting(offers, needs, "nbg1"))).toEqual(["good nbg1", "dear nbg1", "free? nbg1", "cheap fsn1"]);
  });

  test("nothing is proposed that is too small, of another architecture, shared against the wish, or not to be had", () => {
    const offers = [
      offer("small", "nbg1", { memory: 2 }),
      offer("arm", "nbg1", { architecture: "arm" }),
      offer("gone", "nbg1", { available: false }),
      offer("shared", "nbg1"),
      offer("own", "nbg1", { dedicated: true }),
    ];
    expect(names(fitting(offers, { ...needs, dedicated: true }, "nbg1"))).toEqual(["own nbg1"]);
  });

  test("a type that nobody knows has no needs to go by", () => {
    expect(needsOf([offer("cx23", "nbg1")], "cx23")).toEqual(needs);
    expect(needsOf([], "cx23")).toBeUndefined();
  });
});
