import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../src/assess/assess.ts";
import type { Assessment } from "../../src/assess/index.ts";
import { htmlReport } from "../../src/assess/report/html.ts";
import { markdownReport } from "../../src/assess/report/markdown.ts";
import { collect } from "../../src/assess/seen/index.ts";
import { evaluateTools } from "../../src/assess/toolchain/evaluate.ts";
import { toolSubjects } from "../../src/assess/toolchain/table.ts";
import { assess as assessCommand } from "../../src/cli/commands/assess.ts";
import { run } from "../cli/helpers.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { assessmentOfFiles, folderInMemory } from "./helpers.ts";

const shop = {
  "compose.yaml": "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n  web:\n    build: .\n",
  Dockerfile: "FROM node:24\nCOPY . .\n",
  "package.json": '{ "dependencies": {} }\n',
  "README.md": "# Shop\n",
};

describe("the report", () => {
  test("as HTML", async () => {
    await expect(htmlReport(await assessmentOfFiles(shop))).toMatchFileSnapshot("golden/report.html");
  });

  test("as Markdown", async () => {
    await expect(markdownReport(await assessmentOfFiles(shop))).toMatchFileSnapshot("golden/report.md");
  });

  test("loads nothing, runs nothing, and says so to the browser", async () => {
    const page = htmlReport(await assessmentOfFiles(shop));

    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|embed|form|base)\b|\son\w+=|url\(|@import|src=/i);
  });

  test("has every statement with its evidence, and every link within it leads somewhere", async () => {
    const assessment = await assessmentOfFiles(shop);
    const page = htmlReport(assessment);
    const ids = new Set([...page.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);

    expect(assessment.statements.filter(({ check }) => !ids.has(check))).toEqual([]);
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
    expect(page).toContain("compose.yaml:4");
  });

  test("shows whatever text there is as text", async () => {
    const assessment = await assessmentOfFiles(shop);
    const hostile = fc.oneof(
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        "](javascript:x)",
        "`|` ``",
        "-->",
        "<!--",
      ),
      fc.string({ maxLength: 40 }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const changed = poisoned(assessment, text);
        const page = htmlReport(changed);
        const tags = new Set([...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((match) => match[1]?.toLowerCase()));
        for (const tag of tags) expect(allowedTags).toContain(tag);
        expect(page.match(/<[a-z][^>]*\son\w+=/i)).toBeNull();

        // A bar that is not escaped would make one more cell than the head of its table has.
        const cells = (row: string): number => row.replaceAll(/\\\\|\\\|/g, "").split("|").length;
        for (const block of markdownReport(changed)
          .split("\n\n")
          .filter((one) => one.startsWith("| ")))
          expect(new Set(block.split("\n").map(cells)).size).toBe(1);
        // In a code span nothing is markup.
        const outside = markdownReport(changed).replaceAll(/(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)/g, "");
        expect(outside).not.toMatch(/(?<!\\)<(?:script|img)/);
      }),
      { numRuns: 60 },
    );
  });
});

test("advice that is older than six months is called old, in every form", async () => {
  const ctx = folderInMemory(shop);
  const later = { ...ctx, clock: { ...ctx.clock, now: () => new Date("2027-08-01T00:00:00Z") } };

  const seen = await collect(later, {}, () => {});
  const assessment = judge(seen, undefined);

  expect(assessment.tools.every(({ old }) => old)).toBe(true);
  expect(htmlReport(assessment)).toContain("is older than six months");
  expect(markdownReport(assessment)).toContain("is older than six months");
  expect(evaluateTools(await collect(ctx, {}, () => {})).some(({ old }) => old)).toBe(false);
});

test("a tool that is no longer kept up is to be replaced, whatever else is in use", async () => {
  const seen = await collect(
    folderInMemory({
      "compose.yaml": "services:\n  a:\n    image: grafana/promtail:3\n  b:\n    image: prom/prometheus:v3\n",
    }),
    {},
    () => {},
  );

  const row = evaluateTools(seen).find(({ subject }) => subject === "Monitoring");

  expect(row).toMatchObject({
    verdict: "replace",
    inUse: [{ name: "Prometheus" }, { name: "Promtail", evidence: [{ where: "compose.yaml:3" }] }],
  });
  expect(row?.gap).toContain("end of life since 2 March 2026");
  expect(toolSubjects.map(({ subject }) => subject)).toEqual(evaluateTools(seen).map(({ subject }) => subject));
});

describe("wherry assess", () => {
  const env = { ...(process.env as Record<string, string>), GITHUB_TOKEN: "", GH_TOKEN: "" };
  const wherry = (...words: readonly string[]) => run(["assess", ...words], { assess: assessCommand }, { env });

  test("prints areas, statements with a place, and what to do next", async () => {
    const folder = repository(shop);

    const { stdout, exitCode } = await wherry("-C", folder);

    expect(exitCode).toBe(0);
    expect(stdout).toContain("1 port of databases is open to everybody who finds the address  (compose.yaml:4)");
    expect(stdout).toMatch(/What to do next.*\n +1\. 1 port of databases.*\n +write `"127\.0\.0\.1:5432:5432"`/);
    expect(stdout).toContain("a grade of the whole would hide the rest");
  });

  test("writes a report anew, and leaves every other file alone", async () => {
    const folder = repository(shop);
    const out = temporaryFolder({ "mine.html": "<p>mine</p>" });

    for (const name of ["a.html", "deep/er/b.md"]) {
      expect((await wherry("-C", folder, "--output", join(out, name))).exitCode).toBe(0);
      const again = await wherry("-C", folder, "--output", join(out, name));
      expect(again.exitCode).toBe(0);
      expect(again.stdout).toContain(`written ${join(out, name)}`);
      expect(existsSync(join(out, name))).toBe(true);
    }
    const refused = await wherry("-C", folder, "--output", join(out, "mine.html"));

    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("is no report of Wherry");
    expect(readFileSync(join(out, "mine.html"), "utf8")).toBe("<p>mine</p>");
    expect((await wherry("-C", folder, "--output", join(out, "a.pdf"))).exitCode).toBe(2);
  });

  test("keeps a baseline, and says what improved, what got worse and what is no longer known", async () => {
    const folder = repository(shop);
    expect((await wherry("-C", folder, "--save")).stdout).toContain("written .wherry/assessment.json");
    expect((await wherry("-C", folder)).stdout).toContain("no level is another one");

    writeFiles(folder, {
      ".env": "API_TOKEN=abcdef123456\n",
      ".dockerignore": ".git\n",
      ".github/workflows/ci.yml": "on: push\njobs: { a: { steps: [{ run: ./other.py }] } }\n",
    });
    git(folder, "add", "--all");
    const { stdout } = await wherry("-C", folder, "--json");
    const { since, gaps } = JSON.parse(stdout) as Assessment;

    const kinds = Object.fromEntries((since?.changes ?? []).map(({ check, kind }) => [check, kind]));
    expect(kinds).toMatchObject({
      "secrets.not-tracked": "worse",
      "packaging.build-context": "improved",
      "ci.pipeline": "improved",
      "ci.tests-run": "no longer known",
    });
    expect(since?.changes[0]?.kind).toBe("worse");
    expect(gaps[0]?.urgent).toBe(true);
    const kept = readFileSync(join(folder, ".wherry/assessment.json"), "utf8");
    expect(kept).not.toContain("abcdef");
    expect((await wherry("-C", folder, "--save")).exitCode).toBe(0);
    expect((await wherry("-C", folder)).stdout).toContain("no level is another one");
  });

  test("does not take another file for its baseline", async () => {
    const folder = temporaryFolder({ ".wherry/assessment.json": '{ "version": 2 }' });

    const { exitCode, stderr } = await wherry("-C", folder, "--save");

    expect(exitCode).toBe(3);
    expect(stderr).toContain("is no assessment that this version can read");
  });
});

const allowedTags =
  "html head meta title style body header main section h1 h2 h3 p a table thead tbody tr th td span i br ol ul li div code strong".split(
    " ",
  );

/** The assessment with this text in every place where a file could have put it. */
function poisoned(assessment: Assessment, text: string): Assessment {
  return {
    ...assessment,
    name: text,
    asked: [text],
    lookedAt: assessment.lookedAt.map((one) => ({ ...one, found: text })),
    statements: assessment.statements.map((one) => ({
      ...one,
      says: text,
      evidence: [{ kind: "file" as const, where: text, what: text }],
    })),
    gaps: assessment.gaps.map((one) => ({ ...one, says: text })),
    unknown: assessment.unknown.map((one) => ({ ...one, says: text })),
    tools: assessment.tools.map((one) => ({
      ...one,
      inUse: [{ name: text, evidence: [{ kind: "file" as const, where: text, what: text }] }],
    })),
  };
}
