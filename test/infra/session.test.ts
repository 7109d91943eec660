import { expect, test } from "vitest";
import { createMask } from "../../src/core/index.ts";
import { findAccess, readMachines } from "../../src/infra/session.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const token = (value: string) => {
  const cwd = temporaryFolder({
    "wherry.yaml": "app: shop\nenvironments:\n  production: { infrastructure: { size: cx23 } }\n",
  });
  const mask = createMask();
  const context = createContext({ cwd, env: { HOME: cwd, HCLOUD_TOKEN: value }, mask });
  const options = { environment: "production", directory: undefined };
  return { context, find: async () => findAccess(context, await readMachines(context, options)) };
};

test("a new line behind a token is no part of it, and the token alone is never shown", async () => {
  const { context, find } = token(`${"w".repeat(64)}\n`);
  expect((await find())?.token.reveal()).toBe("w".repeat(64));
  expect(context.mask.apply(`Bearer ${"w".repeat(64)}`)).not.toContain("www");
});

test("a token of white space is none", async () => {
  expect(await token(" \n").find()).toBeUndefined();
});
