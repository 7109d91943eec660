import { parseEnv } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changeDotenv, dotenvLine, parseDotenv, renderDotenv } from "../../src/secrets/dotenv.ts";

const odd = fc.oneof(
  fc.string({ unit: fc.constantFrom("'", '"', "`", "\n", "\\", "n", "$", "#", " ", "=", "é", "\r", "a") }),
  fc.string(),
  fc.constant("x".repeat(100_000)),
);

test("a value that is written is read back as it was, or is refused", () => {
  fc.assert(
    fc.property(odd, (value) => {
      const line = dotenvLine("NAME", value);
      if (line !== undefined) expect({ ...parseEnv(`${line}\n`) }).toEqual({ NAME: value });
    }),
  );
});

test.each([
  "it's",
  'say "no"',
  "a $HOME ${x} `id`",
  " spaces ",
  "a\nb\nc\n",
  "#no comment",
  "back\\slash \\n",
  "x=y",
  "ü😀",
])("%j can be written", (value) => expect(dotenvLine("NAME", value)).toBeDefined());

test("what the form cannot hold is refused by name", () => {
  const values = new Map([
    ["GOOD", "x"],
    ["BAD", `'"\`\n`],
    ["WINDOWS", "a\r\nb"],
  ]);
  expect(renderDotenv(values).impossible).toEqual(["BAD", "WINDOWS"]);
});

test("changes leave comments, order and all other values as they are", () => {
  const text = `# mine\nA=1\nexport B='two\nlines' # why\n\nC="3"\nB=again\n`;
  const changes = new Map([
    ["B", "new"],
    ["A", undefined],
    ["D", "more words"],
  ]);
  expect(changeDotenv(text, changes).text).toBe(`# mine\nB=new\n\nC="3"\nD='more words'\n`);
});

test("whatever the file looks like, a change changes what it names and nothing else", () => {
  const noise = fc.string({ unit: fc.constantFrom("A", "B", "=", "'", '"', "\n", "#", " ", "x", "`") });
  fc.assert(
    fc.property(noise, fc.option(fc.constantFrom("v", "w w", "x\ny"), { nil: undefined }), (text, value) => {
      const before = new Map(parseDotenv(text));
      const { text: after, impossible } = changeDotenv(text, new Map([["A", value]]));
      if (impossible.length > 0) return;
      if (value === undefined) before.delete("A");
      else before.set("A", value);
      expect(new Map(parseDotenv(after))).toEqual(before);
    }),
    { numRuns: 2000 },
  );
});
