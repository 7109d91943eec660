import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpolate, missingVariables } from "../../src/compose/interpolation.ts";

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

describe("values are put in as docker compose does, and what has none stays as it is written", () => {
  const values: Readonly<Record<string, string>> = { A: "a", EMPTY: "" };
  test.each([
    ["$A-${A}", "a-a"],
    ["${B}:$B", "${B}:$B"],
    ["${B:-b}${B-b}", "bb"],
    ["${EMPTY:-b}|${EMPTY-b}", "b|"],
    ["${B:-${A}}${B:-${C}}", "a${C}"],
    ["${A:+yes}|${B:+yes}|${EMPTY:+yes}|${EMPTY+yes}", "yes|||yes"],
    ["${A:?x}${B:?x}", "a${B:?x}"],
    ["$$A and $$$A, 100$", "$A and $a, 100$"],
    ["plain", "plain"],
  ])("%s", (text, expected) => {
    expect(interpolate(text, (name) => values[name])).toBe(expected);
  });

  test("text without a dollar sign stays, and any text can be read", () => {
    fc.assert(fc.property(fc.string(), (text) => text.includes("$") || interpolate(text, () => "x") === text));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("$", "{", "}", "A", ":", "-", "?", "+", "é") }),
        (text) => typeof interpolate(text, () => undefined) === "string",
      ),
    );
  });
});
