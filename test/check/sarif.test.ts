import { readFileSync } from "node:fs";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { rules, sarifLog } from "../../src/check/index.ts";
import { faults } from "./faults.ts";
import { checkText } from "./helpers.ts";

const schema: unknown = JSON.parse(readFileSync(new URL("sarif-schema-2.1.0.json", import.meta.url), "utf8"));
const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
const validate = ajv.compile(schema as object);

interface Log {
  readonly runs: readonly {
    readonly columnKind: string;
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly suppressions?: readonly unknown[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly region: Readonly<Record<string, number>>;
          readonly artifactLocation: { readonly uri: string };
        };
      }[];
    }[];
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly unknown[];
    }[];
  }[];
}

function logOf(text: string, input = {}): Log["runs"][number] {
  const log = sarifLog(checkText(text, input), "1.2.3");
  const valid = validate(log);
  expect(validate.errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  return (log as unknown as Log).runs[0] as Log["runs"][number];
}

test("the schema refuses what is no SARIF", () => {
  expect(validate({ version: "2.1.0", runs: [{ tool: {} }] })).toBe(false);
});

describe("each planted fault gives a log that the schema of SARIF 2.1.0 takes", () => {
  test.each(faults.map((fault) => [`${fault.rule} ${fault.what}`, fault] as const))("%s", (_, { bad, input }) => {
    const run = logOf(bad, input);

    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });
});

test("columns are UTF-16 units, and paths are escaped", () => {
  const text = 'services:\n  one: { image: a:1, labels: { x: "😀" }, user: root }\n';
  const run = logOf("", { files: [{ file: "my app/compose.yaml", text }] });

  const result = run.results.find(({ ruleId }) => ruleId === "WHY211");
  const { region, artifactLocation } = result?.locations[0]?.physicalLocation ?? {};
  expect(run.columnKind).toBe("utf16CodeUnits");
  expect(region).toMatchObject({ startLine: 2, startColumn: (text.split("\n")[1] ?? "").indexOf("root") + 1 });
  expect(artifactLocation?.uri).toBe("my%20app/compose.yaml");
});

test("all rules are described, whether they found something or not", () => {
  expect(logOf("services: {}\n").tool.driver.rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
});

test("an accepted finding is there, and marked as accepted", () => {
  const run = logOf("services:\n  one:\n    image: a:1\n    privileged: true # wherry-ignore WHY201: it is the VPN\n");

  expect(run.results.find(({ ruleId }) => ruleId === "WHY201")?.suppressions).toEqual([
    { kind: "inSource", status: "accepted", justification: "it is the VPN" },
  ]);
});

test("a file that cannot be read is no successful run", () => {
  expect(logOf("services: [\n").invocations[0]?.executionSuccessful).toBe(false);
  expect(logOf("services: {}\n").invocations[0]?.executionSuccessful).toBe(true);
});

test("a fingerprint stays when lines move, and tells two of a kind apart", () => {
  const prints = (text: string): readonly unknown[] =>
    logOf(text)
      .results.filter(({ ruleId }) => ruleId === "WHY206")
      .map((one) => one.partialFingerprints["wherry/v1"]);
  const ports = "    ports:\n      - '1:1'\n      - '2:2'\n";

  const before = prints(`services:\n  one:\n    image: a:1\n${ports}`);
  const after = prints(`# words\n\nservices:\n  one:\n    image: a:1\n    init: true\n${ports}`);

  expect(new Set(before).size).toBe(2);
  expect(after).toEqual(before);
});
