import * as fc from "fast-check";
import { parse, parseDocument } from "yaml";
import { describe, expect, test } from "vitest";
import { insertEntry, insertionOf, replaceRanges } from "../../src/writer/index.ts";

const entry = "db:\n  image: postgres:17\n";

describe("an entry is put at the end of a mapping, and every other byte stays", () => {
  test.each([
    [
      "the end of the file",
      "services:\n  web:\n    image: web\n",
      "services:\n  web:\n    image: web\n  db:\n    image: postgres:17\n",
    ],
    [
      "before what comes next, with its blank line and comment",
      "services:\n  web: # the web\n    image: 'web'\n\n# data\nvolumes:\n  x:\n",
      "services:\n  web: # the web\n    image: 'web'\n  db:\n    image: postgres:17\n\n# data\nvolumes:\n  x:\n",
    ],
    [
      "four spaces",
      "services:\n    web:\n        image: web\n",
      "services:\n    web:\n        image: web\n    db:\n      image: postgres:17\n",
    ],
    [
      "before the comment of what comes next, where the last value is empty",
      "services:\n  web:\n    image: web\n  x:\n\n# files\nsecrets:\n  a:\n",
      "services:\n  web:\n    image: web\n  x:\n  db:\n    image: postgres:17\n\n# files\nsecrets:\n  a:\n",
    ],
    ["no mapping yet", "name: x\n", "name: x\nservices:\n  db:\n    image: postgres:17\n"],
    ["an empty one", "services:\nname: x\n", "services:\n  db:\n    image: postgres:17\nname: x\n"],
    [
      "empty braces, with what stands behind them",
      "services: {} # none yet\nname: x\n",
      "services:  # none yet\n  db:\n    image: postgres:17\nname: x\n",
    ],
    ["nothing but braces", "{}\n", "services:\n  db:\n    image: postgres:17\n"],
    ["no file", "", "services:\n  db:\n    image: postgres:17\n"],
    [
      "no line end at the end",
      "services:\n  web:\n    image: web",
      "services:\n  web:\n    image: web\n  db:\n    image: postgres:17\n",
    ],
    [
      "CRLF",
      "services:\r\n  web:\r\n    image: web\r\n",
      "services:\r\n  web:\r\n    image: web\r\n  db:\r\n    image: postgres:17\r\n",
    ],
  ])("%s", (_, before, after) => {
    expect(insertEntry(before, ["services"], entry)).toBe(after);
  });

  test.each([["services: { web: { image: web } }\n"], ["services: [a]\n"], ["a: [\n"]])(
    "what is no block mapping is left: %s",
    (text) => {
      expect(insertEntry(text, ["services"], entry)).toBeUndefined();
    },
  );

  test("whatever services there are, they mean the same afterwards", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((text) => text !== "db");
    const services = fc.dictionary(name, fc.record({ image: fc.stringMatching(/^[a-z]{1,9}$/) }), { minKeys: 1 });
    const gaps = fc.array(fc.constantFrom("", "\n", "# words\n", "\n# words\n\n"), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(services, gaps, (wanted, between) => {
        const lines = Object.entries(wanted).map(
          ([key, { image }], index) => `  ${key}:\n    image: ${image}\n${between[index % between.length]}`,
        );
        const text = `services:\n${lines.join("")}volumes:\n  v:\n`;
        const after = insertEntry(text, ["services"], entry);
        expect(parse(after ?? "")).toEqual({
          services: { ...wanted, db: { image: "postgres:17" } },
          volumes: { v: null },
        });
        for (const line of text.split("\n")) expect(after).toContain(line);
      }),
    );
  });
});

describe("a mapping on one line gets the entry on that line", () => {
  const inserted = (text: string, path: readonly string[], what: string): string | undefined => {
    const insertion = insertionOf({ text, document: parseDocument(text) }, path, what, "any");
    return insertion === undefined ? undefined : replaceRanges(text, [insertion]);
  };

  test.each([
    ["services: { web: { image: a } }\n", "services: { web: { image: a, init: true } }\n"],
    ["services: { web: {image: a} }\n", "services: { web: {image: a, init: true } }\n"],
    ["services: { web: {} }\n", "services: { web: { init: true } }\n"],
    ["services: { web: { image: a, } }\n", "services: { web: { image: a, init: true } }\n"],
    ["services:\n  web: { image: 'a' } # words\n", "services:\n  web: { image: 'a', init: true } # words\n"],
    ["services: { web: { image: a,\n  x: y } }\n", "services: { web: { image: a,\n  x: y, init: true } }\n"],
  ])("%s", (before, after) => {
    expect(inserted(before, ["services", "web"], "init: true")).toBe(after);
  });

  test("a mapping in the entry becomes one on a line too", () => {
    const after = inserted("services: { web: { image: a } }\n", ["services", "web"], "logging:\n  options: { a: b }\n");

    expect(after).toBe("services: { web: { image: a, logging: { options: { a: b } } } }\n");
  });

  test("behind a comment, and without the mapping's end, nothing is changed", () => {
    expect(inserted("services: { web: { image: a # x\n } }\n", ["services", "web"], "init: true")).toBeUndefined();
    expect(inserted("services: [a]\n", ["services", "web"], "init: true")).toBeUndefined();
  });
});

test("several places are changed at once, and those at one place in the order given", () => {
  const changes = [
    { start: 4, end: 5, by: "E" },
    { start: 2, end: 2, by: "1" },
    { start: 2, end: 2, by: "2" },
    { start: 0, end: 1, by: "" },
  ];

  expect(replaceRanges("abcdef", changes)).toBe("b12cdEf");
});
