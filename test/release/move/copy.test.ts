import { expect, test } from "vitest";
import { streamsOf } from "../../../src/release/move/copy.ts";

test("databases are copied beside each other, and all folders in one stream, for services may share them", () => {
  const data = [
    { service: "cache", method: "redis", bytes: 1 },
    { service: "uploads", method: "volume", bytes: 30 },
    { service: "db", method: "postgres", bytes: 100 },
    { service: "resizer", method: "volume", bytes: 30 },
  ];
  expect(streamsOf(data)).toEqual([["db"], ["uploads", "resizer"], ["cache"]]);
  expect(streamsOf([])).toEqual([]);
});
