import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LedgerLine, Outcome } from "../../src/release/ledger.ts";
import { verifiedDeployment } from "../../src/release/verified.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)] as const;

/** Newest first, as a ledger is read. */
function ledger(...lines: readonly (Partial<LedgerLine> & { readonly outcome?: Outcome })[]): readonly LedgerLine[] {
  return lines.map(
    (line, index) =>
      ({
        id: `d${lines.length - index}`,
        release: `r${lines.length - index}`,
        outcome: "succeeded",
        reason: null,
        rollbackOf: null,
        finished: "2026-11-25T12:00:00Z",
        ...line,
      }) as LedgerLine,
  );
}

const reasonOf = (lines: readonly LedgerLine[], commit: string = a): string => {
  const found = verifiedDeployment("uat", lines, commit);
  return found.ok ? `take ${found.line.id}` : found.reason;
};

describe("a deployment that others may take their images from", () => {
  test.each([
    ["nothing was deployed", [], "aaaaaaaaaaaa was never deployed to uat"],
    ["another commit was", [{ commit: b }], "aaaaaaaaaaaa was never deployed to uat"],
    ["it succeeded", [{ commit: a }], "take d1"],
    ["it is no longer live there", [{ commit: b }, { commit: a }], "take d1"],
    ["it succeeded twice: the last one", [{ commit: a }, { commit: a }], "take d2"],
    [
      "it failed",
      [{ commit: a, outcome: "failed_before_traffic", reason: "web never became healthy" }],
      "the deployment of aaaaaaaaaaaa to uat did not succeed (failed before traffic: web never became healthy)",
    ],
    ["it failed, and then succeeded", [{ commit: a }, { commit: a, outcome: "failed_after_traffic" }], "take d2"],
    [
      "it succeeded, and failed when it was tried again",
      [{ commit: a, outcome: "cancelled" }, { commit: a }],
      "take d1",
    ],
    [
      "uat went back from it",
      [{ commit: b, kind: "rollback", rollbackOf: "r1" }, { commit: a }],
      "uat went back from r1, which has aaaaaaaaaaaa, at 2026-11-25T12:00:00Z",
    ],
    [
      "uat tried to go back, and could not",
      [{ commit: b, rollbackOf: "r1", outcome: "cancelled" }, { commit: a }],
      "take d1",
    ],
    [
      "uat went back from it, and it came again",
      [{ commit: a }, { commit: b, rollbackOf: "r1" }, { commit: a }],
      "take d3",
    ],
    [
      "uat went back to it",
      [{ commit: a, release: "r1", kind: "rollback", rollbackOf: "r2" }, { commit: b }, { commit: a }],
      "take d3",
    ],
    [
      "it had something in it that is not committed",
      [{ commit: a, dirty: true }],
      "r1 of uat has files in it that are not in aaaaaaaaaaaa",
    ],
    ["a line without a commit says nothing", [{ commit: null }], "aaaaaaaaaaaa was never deployed to uat"],
  ] as const)("%s", (_what, lines, expected) => {
    expect(reasonOf(ledger(...lines))).toBe(expected);
  });

  test("is of this commit, has succeeded, and nobody went back from it afterwards, whatever the ledger is", () => {
    const line = fc.record({
      commit: fc.constantFrom(a, b, null),
      outcome: fc.constantFrom<Outcome>("succeeded", "failed_before_traffic", "failed_after_traffic", "cancelled"),
      rollbackOf: fc.constantFrom(null, "r1", "r2", "r3"),
      dirty: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const all = ledger(...lines);
        const found = verifiedDeployment("uat", all, a);
        const good = all.filter(({ commit, outcome }) => commit === a && outcome === "succeeded");
        if (!found.ok) {
          const [last] = good;
          const since = last === undefined ? [] : all.slice(0, all.indexOf(last));
          expect(
            last === undefined ||
              last.dirty === true ||
              since.some(({ rollbackOf, outcome }) => rollbackOf === last.release && outcome === "succeeded"),
          ).toBe(true);
          return;
        }
        expect(found.line).toBe(good[0]);
        const since = all.slice(0, all.indexOf(found.line));
        expect(
          since.some(({ rollbackOf, outcome }) => rollbackOf === found.line.release && outcome === "succeeded"),
        ).toBe(false);
      }),
    );
  });
});
