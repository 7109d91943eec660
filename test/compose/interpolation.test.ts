import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingVariables } from "../../src/compose/interpolation.ts";

const missing = (text: string, ...known: string[]): string[] =>
  missingVariables(text, (name) => (known.includes(name) ? "known" : name === "HOME" ? "forbidden" : "unknown")).map(
    ({ name }) => name,
  );

describe("a variable is missing", () => {
  test.each([
    ["$A", ["A"]],
    ["${A}", ["A"]],
    ["x${A}y$B-z", ["A", "B"]],
    ["${A:?needed}", ["A"]],
    ["${A?}", ["A"]],
    ["${A:-${B}}", ["B"]],
    ["${A-${B:-${C}}}", ["C"]],
    ["$$$A", ["A"]],
    ["${HOME:-/root}", ["HOME"]],
  ])("in %s", (text, names) => {
    expect(missing(text)).toEqual(names);
  });
});

describe("a variable is not missing", () => {
  test.each([
    "$$A",
    "$${A}",
    "$$$$A",
    "${A:-x}",
    "${A-}",
    "${A:+x}",
    "${A+${B}}",
    "plain",
    "$",
    "${",
    "100$",
    "$1",
    "${A:-{}}",
    "a$-b",
  ])("in %s", (text) => {
    expect(missing(text)).toEqual([]);
  });

  test("when it has a value, whatever its operator says", () => {
    expect(missing("$A ${A} ${A:?x} ${A?} ${A:-$B} ${A:+b}", "A")).toEqual([]);
    expect(missing("${A:+${B}}", "A")).toEqual(["B"]);
  });
});

test("the author's own words are kept", () => {
  expect(missingVariables("${A:?say which}", () => "unknown")).toEqual([
    { name: "A", written: "${A", message: "say which" },
  ]);
});

test("any text can be scanned", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "A", ":", "-", "?", "+", "é") }), (text) =>
      Array.isArray(missing(text)),
    ),
  );
});
