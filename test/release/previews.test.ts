import { expect, test } from "vitest";
import { checkPreviews } from "../../src/release/preflight.ts";
import { parseState } from "../../src/release/state.ts";

const settings = (environment: string, limit = 2) => ({
  name: "shop",
  environment,
  preview: { number: Number(environment.split("-")[1]), limit, domain: "preview.example.com" },
});
const there = parseState("preview preview-10\npreview preview-10\npreview preview-9\n");

test("the previews of a server are counted once each, in the order of their numbers", () => {
  expect(there.previews).toEqual(["preview-9", "preview-10"]);
});

test("one more than the limit is refused, with the list and what to do", () => {
  expect(() => checkPreviews(settings("preview-11"), there, "box")).toThrow(
    expect.objectContaining({
      exit: "refused",
      code: "too-many-previews",
      message: "box has 2 of 2 previews of shop: preview-9, preview-10",
      hint: expect.stringContaining("wherry remove -e preview-9 --volumes") as string,
    }),
  );
});

test("one that is there is always brought up to date, also where the limit was lowered", () => {
  expect(() => checkPreviews(settings("preview-9", 1), there, "box")).not.toThrow();
});

test("below the limit, and for every other environment, nothing is refused", () => {
  expect(() => checkPreviews(settings("preview-11", 3), there, "box")).not.toThrow();
  expect(() =>
    checkPreviews({ name: "shop", environment: "production", preview: undefined }, there, "box"),
  ).not.toThrow();
});
