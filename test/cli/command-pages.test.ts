import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { commandList, commandPage, pageName } from "../../scripts/command-pages.ts";
import { routes } from "../../src/cli/routes.ts";

const folder = resolve(import.meta.dirname, "../../docs/commands");

describe("the manual's pages of commands are up to date (npm run docs writes them anew)", () => {
  test.each(routes.map((route) => [route.words.join(" "), route] as const))("wherry %s", async (_name, route) => {
    const page = commandPage(route, await route.load());

    await expect(page).toMatchFileSnapshot(resolve(folder, pageName(route.words)));
  });

  test("the list", async () => {
    await expect(commandList(routes)).toMatchFileSnapshot(resolve(folder, "README.md"));
  });

  test("there is none of a command that is gone", () => {
    const expected = new Set(["README.md", ...routes.map(({ words }) => pageName(words))]);

    expect(readdirSync(folder).filter((file) => !expected.has(file))).toEqual([]);
  });
});
