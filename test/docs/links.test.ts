import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const pages = globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root });

describe("every relative link leads to a file that is there, and to a heading that it has", () => {
  test.each(pages)("%s", (page) => {
    const broken = linksOf(readFileSync(resolve(root, page), "utf8")).filter((link) => !leadsSomewhere(page, link));

    expect(broken).toEqual([]);
  });
});

test("every page of docs/ is in the book's table of contents", () => {
  const listed = linksOf(readFileSync(resolve(root, "docs/SUMMARY.md"), "utf8"));

  const missing = globSync("**/*.md", { cwd: resolve(root, "docs") }).filter((page) => !listed.includes(page));

  expect(missing).toEqual(["SUMMARY.md"]);
});

function linksOf(page: string): readonly string[] {
  const links = withoutCode(page).matchAll(/\]\(([^()\s]+)\)/g);
  return [...links].map((match) => match[1] ?? "").filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? resolve(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchorsOf(readFileSync(file, "utf8")).includes(anchor);
}

/** As GitHub and mdBook make them: lower case, without punctuation, dashes for spaces. */
function anchorsOf(page: string): readonly string[] {
  const headings = withoutFences(page).matchAll(/^#+ +(.+)$/gm);
  return [...headings].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

function withoutCode(page: string): string {
  return withoutFences(page).replaceAll(/`[^`\n]*`/g, "");
}

function withoutFences(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```/gm, "");
}
