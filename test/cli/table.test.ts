import { expect, test } from "vitest";
import { table } from "../../src/cli/format/table.ts";

test("numbers end in line, and the last column is broken where it would not fit", () => {
  expect(
    table(
      [
        ["web", "9.50", "a remark that is too long for one line of it"],
        ["db", "10.00", ""],
      ],
      { right: [1], columns: 40 },
    ),
  ).toEqual(["web   9.50  a remark that is too long", "            for one line of it", "db   10.00"]);
});

test("a terminal that is too narrow for the last column breaks lines by itself", () => {
  expect(table([["a name of twenty so", "words and words and words"]], { columns: 30 })).toEqual([
    "a name of twenty so  words and words and words",
  ]);
});

test("colours take no room", () => {
  expect(table([["a", "\x1b[2mone two three four five\x1b[22m six"]], { columns: 27 })).toEqual([
    "a  \x1b[2mone two three four five\x1b[22m",
    "   six",
  ]);
});
