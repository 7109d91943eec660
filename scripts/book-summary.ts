import type { Route } from "../src/cli/routes.ts";
import { pageName } from "./command-pages.ts";

/** The lines of the book's table of contents for the commands. */
export function commandChapters(routes: readonly Route[]): string {
  return routes.map(({ words }) => `- [wherry ${words.join(" ")}](commands/${pageName(words)})`).join("\n");
}
