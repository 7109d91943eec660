import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions, parseVersion } from "../../src/config/index.ts";
import type { Version } from "../../src/config/index.ts";
import { notesSince, proposeVersion } from "../../src/versions/index.ts";

function version(text: string): Version {
  const read = parseVersion(text);
  if (!read.ok) throw new Error(read.reason);
  return read.version;
}

describe("the next version", () => {
  test.each([
    [undefined, ["1 anything"], "1.0.0"],
    ["1.4.2", ["1 words without a type"], "1.4.3"],
    ["1.4.2", ["1 fix: a", "2 feat(cart): b"], "1.5.0"],
    ["1.4.2", ["1 feat!: a", "2 fix: b"], "2.0.0"],
    ["0.4.2", ["1 refactor(api)!: a"], "0.5.0"],
    ["1.5.0-rc.2", ["1 feat: a"], "1.5.0"],
    ["1.4.2", [], "1.4.3"],
  ] as const)("after %s with %j is %s", (last, lines, next) => {
    expect(proposeVersion(last === undefined ? undefined : version(last), lines)).toBe(next);
  });

  test("is a version, and always later, whatever the commits say", () => {
    const last = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => version(parts.join(".")));
    fc.assert(
      fc.property(last, fc.array(fc.string()), (before, lines) => {
        expect(compareVersions(version(proposeVersion(before, lines)), before)).toBeGreaterThan(0);
      }),
    );
  });
});

test("notes sort commits by kind, each in one place", () => {
  const lines = [
    "a1 feat(cart): coupons",
    "b2 fix!: refuse old keys",
    "c3 fix: a typo",
    "d4 Merge branch x",
    "e5 feature",
  ];
  expect(notesSince(lines)).toEqual({
    breaking: ["refuse old keys (b2)"],
    features: ["coupons (a1)"],
    fixes: ["a typo (c3)"],
    others: ["Merge branch x (d4)", "feature (e5)"],
  });
});
