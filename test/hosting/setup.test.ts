import { describe, expect, test } from "vitest";
import { fakeGitHub } from "../github/fake/github.ts";
import { team, values } from "./helpers.ts";

describe("wherry github setup", () => {
  test("makes everything once, and a second run changes nothing", { timeout: 90_000 }, async () => {const t=Date.now();
    const github = await fakeGitHub();
    const shop = team(github);

    const first = await shop.github("setup", "--yes", "--json");
    expect(first.json().error).toBeUndefined();
    expect(first.exitCode).toBe(0);
    github.forget();
console.log("first",Date.now()-t);    const second = await shop.github("setup", "--yes", "--json");

console.log("second",Date.now()-t);    expect(second.json().changes).toEqual([]);
    expect(github.changes()).toEqual([]);
    expect(second.exitCode).toBe(0);
  });
});
