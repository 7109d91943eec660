import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { understand } from "../../src/compose/index.ts";
import {
  composeConfig,
  folderWith,
  noCompose,
  render,
  resolved,
  routed,
  secretValue,
  settingsWith,
  writeAll,
} from "./helpers.ts";

/** Anything that can be in an environment variable, with what shells, YAML and compose take for their own. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom(
      "$",
      "{",
      "}",
      "A",
      "'",
      '"',
      "`",
      "\\",
      "\n",
      "\r",
      "\t",
      " ",
      "#",
      ":",
      "-",
      "é",
      "\u0085",
      "\u2028",
      "\ufeff",
      "\x7f",
      "\x01",
      "😀",
    ),
  }),
  fc.constantFrom(
    "$(touch x)",
    "${X}",
    "${X:-y}",
    "$$",
    "$X",
    "yes",
    "no",
    "null",
    "~",
    "0775",
    "1e3",
    "12:30",
    "- a",
    "? b",
    "!reset null",
    "&a",
    "*a",
    "%",
    "@",
    "|",
    ">",
    "",
    " ",
    "\n",
    "a\n\n b",
    "\n ",
    "\ttab",
    "a: b",
    "#c",
    "'",
    '"',
    "<<",
    "=",
    "{{.X}}",
    "\u00a0",
    "a\u2029b",
    "2026-11-24",
  ),
);
const value = text.map((one) => one.replaceAll("\0", ""));
const bytes = (one: string): string => Buffer.from(one).toString();

/** `docker compose config` doubles dollar signs once more. */
const undone = (one: unknown): unknown => (typeof one === "string" ? one.replaceAll("$$", "$") : one);

describe.skipIf(noCompose !== undefined)("any text of the user", () => {
  test("arrives byte for byte in environment, labels, arguments and secrets", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 150, maxLength: 150 }), (values) => {
        const named = (prefix: string): Record<string, string> =>
          Object.fromEntries(values.map((one, index) => [`${prefix}${index}`, one]));
        const project = resolved(
          {
            services: {
              web: {
                image: "a",
                expose: [80],
                command: ["run", ...values],
                environment: { ...named("V"), S: "a TOKEN b" },
                labels: named("label."),
              },
            },
          },
          { placeholders: new Map([["TOKEN", "PASSWORD"]]) },
        );
        const settings = {
          ...settingsWith({ web: routed() }),
          secrets: [{ name: "PASSWORD", at: { file: "wherry.yaml", line: 1, column: 1 } }],
        };
        const model = understand(project, settings);
        const folder = folderWith({});
        writeAll(
          folder,
          render({ settings, model }).map((file) => [file.path, file.content]),
        );

        const web = composeConfig(folder, ["compose.yaml", "secrets.yaml"], model).services["web"];

        expect(values.map((_, index) => undone(web?.environment?.[`V${index}`]))).toEqual(values.map(bytes));
        expect(values.map((_, index) => undone(web?.labels?.[`label.${index}`]))).toEqual(values.map(bytes));
        expect(((web?.["command"] ?? []) as string[]).slice(1).map(undone)).toEqual(values.map(bytes));
        expect(undone(web?.environment?.["S"])).toBe(`a ${secretValue} b`);
      }),
      { numRuns: 15 },
    );
  });
});
