import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { sarifLog } from "../../src/check/index.ts";
import { applyEdits } from "../../src/check/edits.ts";
import { composeKeys } from "../../src/compose/index.ts";
import { checkText } from "./helpers.ts";

const root = resolve(import.meta.dirname, "../..");
const corpus = globSync(
  ["test/compose/examples/**/*.y*ml", "examples/**/compose*.yaml", "test/apps/**/compose*.yaml"],
  { cwd: root, exclude: (path) => path.includes("node_modules") },
);

/** Looks at it, shows it and repairs it, as the command does. */
function everything(text: string): void {
  const result = checkText(text, { variables: { values: {}, secrets: [] }, before: [{ file: "compose.yaml", text }] });
  sarifLog(result, "1.0.0");
  for (const { after } of applyEdits(result.findings.map(({ edits }) => edits)).texts) checkText(after);
  for (const { at, end } of result.findings) {
    expect(at.line).toBeGreaterThan(0);
    expect(at.column).toBeGreaterThan(0);
    expect(end.line).toBeGreaterThanOrEqual(at.line);
  }
}

describe("files of others are looked at without a crash", () => {
  test.each(corpus)("%s", (file) => everything(readFileSync(resolve(root, file), "utf8")));
});

describe("odd files are looked at without a crash", () => {
  test.each([
    ["nothing", ""],
    ["a comment", "# x"],
    ["null", "~"],
    ["text", "hello"],
    ["a number", "1"],
    ["services is a list", "services: [a, b]"],
    ["services is text", "services: web"],
    ["a service is a list", "services: { web: [image] }"],
    ["a service is null", "services: { web: }"],
    [
      "everything is null",
      "services: { web: { image: , build: , ports: , volumes: , environment: , healthcheck: , depends_on: , networks: , deploy: } }",
    ],
    [
      "everything is a number",
      "services: { web: { image: 1, build: 2, ports: 3, volumes: 4, environment: 5, healthcheck: 6, depends_on: 7, networks: 8, command: 9, cap_add: 1, security_opt: 2 } }",
    ],
    [
      "everything is a list of lists",
      "services: { web: { image: [[]], ports: [[[1]]], volumes: [[1]], environment: [[1]], depends_on: [[]], command: [[]], healthcheck: { test: [[]] } } }",
    ],
    [
      "names of the prototype",
      "services: { constructor: { image: a, depends_on: [__proto__] }, __proto__: { image: b }, toString: { extends: hasOwnProperty } }",
    ],
    ["an alias in itself", "x-a: &a { b: *a }\nservices: { web: *a }"],
    ["a merge with itself", "services:\n  web: &w\n    <<: *w\n    image: a"],
    ["a merge with a number", "services: { web: { <<: 5, image: a } }"],
    ["a key that is a list", "services: { ? [a, b] : { image: a } }"],
    ["extends itself", "services: { web: { extends: { service: web } } }"],
    ["extends in a circle", "services: { a: { extends: b }, b: { extends: a } }"],
    ["includes itself", "include: [compose.yaml]\nservices: { a: { image: b } }"],
    ["two documents", "services: {}\n---\nservices: {}"],
    ["a tag", "services: !!binary aGVsbG8="],
    ["tabs", "services:\n\tweb:\n\t\timage: a"],
    ["only carriage returns", "services:\r  web:\r    image: a"],
    [
      "a billion laughs",
      `x: &x0 [a]\n${Array.from({ length: 30 }, (_, index) => `x${index}: &x${index + 1} [${`*x${index}, `.repeat(9)}*x${index}]\n`).join("")}services: { web: { image: *x30, volumes: *x30, environment: *x29 } }`,
    ],
    ["three thousand levels", `services: { web: ${"[".repeat(3000)}${"]".repeat(3000)} }`],
  ])("%s", (_, text) => everything(text));

  test("whatever YAML there is", () => {
    const words = [...new Set(composeKeys.flatMap(({ path }) => path.split(".")))].filter((word) => word !== "*");
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      fc.constantFrom(
        "${A",
        "${A:-${B}}",
        "$$",
        "1:2",
        "host",
        "!reset",
        "<<",
        "postgres:17",
        "0.0.0.0:5432:5432",
        "[CMD",
      ),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string()), tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    const service = fc.dictionary(fc.constantFrom(...words), value, { maxKeys: 8 });
    fc.assert(
      fc.property(
        fc.record(
          {
            services: fc.dictionary(fc.string(), fc.oneof(service, value), { maxKeys: 3 }),
            volumes: value,
            networks: value,
          },
          { requiredKeys: [] },
        ),
        fc.boolean(),
        (content, flow) => {
          everything(stringify(content, { collectionStyle: flow ? "flow" : "block" }));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("whatever text there is", () => {
    const pieces = fc.array(
      fc.constantFrom(
        "services:",
        "\n",
        "  ",
        "web:",
        "image: a",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: *a",
        '"',
        "'",
        "|",
        "#",
        "# wherry-ignore WHY201",
        ": ",
        "\t",
        "\r\n",
        "é",
        "\u0000",
        "!reset",
        "ports:",
        "5432:5432",
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, (parts) => everything(parts.join(""))),
      { numRuns: 500 },
    );
  });
});
