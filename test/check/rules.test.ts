import { describe, expect, test } from "vitest";
import { rules } from "../../src/check/index.ts";
import { applyEdits } from "../../src/check/edits.ts";
import type { ProjectInput } from "../../src/check/index.ts";
import { faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { checkText, of, servicesOf, written } from "./helpers.ts";

const named = faults.map((fault) => [`${fault.rule} ${fault.what}`, fault] as const);

async function inputOf(fault: Fault, side: "bad" | "good"): Promise<Partial<ProjectInput>> {
  const services = fault.wherry === undefined ? {} : { services: await servicesOf(fault.wherry) };
  return { ...fault.input, ...(side === "good" ? fault.goodInput : {}), ...services };
}

describe("a planted fault is found where it is, and the corrected file is clean", () => {
  test.each(named)("%s", async (_, fault) => {
    const input = await inputOf(fault, "bad");

    const [found] = of(fault.rule, checkText(fault.bad, input));
    const text = found?.at.file === "Dockerfile" ? (input.others?.[0]?.text ?? "") : fault.bad;
    expect(found === undefined ? "not found" : written(found, text)).toBe(fault.at);

    const good = checkText(fault.good, await inputOf(fault, "good"));
    expect(of(fault.rule, good)).toEqual([]);
  });
});

test("every rule has a planted fault, and there are at least sixty of them", () => {
  // WHY005 is what docker compose says, WHY313 what git finds: see run.integration.test.ts and tracked-secrets.test.ts.
  const planted = new Set([...faults.map(({ rule }) => rule), "WHY005", "WHY313"]);

  expect(rules.map(({ id }) => id).filter((id) => !planted.has(id))).toEqual([]);
  expect(faults.length).toBeGreaterThanOrEqual(60);
});

test("every rule has a number of its own, and says why and what to do", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.id).toMatch(/^WHY\d{3}$/);
    expect(rule.title).toMatch(/^\S.*[^.]$/);
    expect(rule.why).toMatch(/[.)]$/);
    expect(rule.remedy).toMatch(/[^.]$/);
  }
});

describe("a fix makes its rule pass, and breaks no other", () => {
  const fixable = new Set(rules.filter(({ fix }) => fix !== undefined).map(({ id }) => id));
  const candidates = named.filter(([, { rule }]) => fixable.has(rule));

  test.each(candidates)("%s", async (_, fault) => {
    const input = await inputOf(fault, "bad");
    const before = checkText(fault.bad, input);
    const found = of(fault.rule, before).filter(({ edits }) => edits.length > 0);
    if (found.length === 0) return;

    const { texts } = applyEdits(found.map(({ edits }) => edits));
    const compose = texts.find(({ file }) => file === "compose.yaml")?.after ?? fault.bad;
    const others = (input.others ?? []).map((one) => ({
      file: one.file,
      text: texts.find(({ file }) => file === one.file)?.after ?? one.text,
    }));
    const after = checkText(compose, { ...input, others });

    expect(of(fault.rule, after)).toEqual([]);
    const known = new Set(before.findings.map(({ rule }) => rule));
    expect(after.findings.filter(({ rule, severity }) => severity !== "info" && !known.has(rule))).toEqual([]);
  });

  test("every rule that promises a fix has a fault with one", async () => {
    const fixed = new Set<string>();
    for (const fault of faults) {
      for (const { rule, edits } of checkText(fault.bad, await inputOf(fault, "bad")).findings)
        if (edits.length > 0) fixed.add(rule);
    }
    expect([...fixed].toSorted()).toEqual([...fixable].toSorted());
  });
});
