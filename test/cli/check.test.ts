import { expect, test } from "vitest";
import { check } from "../../src/cli/commands/check.ts";
import { excerpt, width } from "../../src/cli/format/excerpt.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { run } from "./helpers.ts";

const compose = `services:
  web:
    image: node:24-slim
    healthcheck: { test: "curl -f http://localhost:3000" }
    environment: { API_TOKEN: hunter2 }
  db:
    image: postgres:17
    ports: ["5432:5432"]
    volumes: ["data:/var/lib/postgresql/data"]
    privileged: true # wherry-ignore WHY201: it is only an example
volumes:
  data:
`;

// Neither docker nor hadolint is found, so that the output is the same everywhere.
const env = { PATH: "/nowhere" };

function app(): string {
  return temporaryFolder({ ".git/x": "", "compose.yaml": compose });
}

test("for people: what, where, why, what to do, and what was not checked", async () => {
  const folder = app();

  const { stdout, exitCode } = await run(["check", "-C", folder], { check }, { env });

  expect(exitCode).toBe(8);
  expect(stdout).not.toContain("hunter2");
  await expect(stdout.replaceAll(folder.slice(1), "app")).toMatchFileSnapshot("golden/check.txt");
});

test("--fail-on says from where on the exit code is 8", async () => {
  const clean = temporaryFolder({ ".git/x": "", "compose.yaml": "services: { web: { image: 'a:1' } }\n" });
  const codes = async (gate: string): Promise<number> =>
    (await run(["check", "-C", clean, "--fail-on", gate], { check }, { env })).exitCode;

  expect([await codes("error"), await codes("warning"), await codes("info"), await codes("never")]).toEqual([
    0, 8, 8, 0,
  ]);
  expect((await run(["check", "-C", app(), "--fail-on", "never"], { check }, { env })).exitCode).toBe(0);
  expect((await run(["check", "-C", clean, "--fail-on", "often"], { check }, { env })).exitCode).toBe(2);
});

test("--json is one document of the promised shape", async () => {
  const { stdout } = await run(["check", "-C", app(), "--json"], { check }, { env });

  const document: unknown = JSON.parse(stdout);
  expect(check.schema?.safeParse(document).error?.issues).toBeUndefined();
  expect(document).toMatchObject({
    environment: null,
    passed: false,
    suppressed: [{ rule: "WHY201", reason: "it is only an example" }],
  });
  expect(stdout).not.toContain("hunter2");
});

test("--format sarif is a log, and --format github are annotations with everything escaped", async () => {
  const folder = app();

  const sarif = await run(["check", "-C", folder, "--format", "sarif"], { check }, { env });
  const github = await run(["check", "-C", folder, "--format", "github"], { check }, { env });

  expect(JSON.parse(sarif.stdout)).toMatchObject({ version: "2.1.0" });
  expect(sarif.exitCode).toBe(8);
  const lines = github.stdout.trimEnd().split("\n");
  expect(lines.every((line) => /^::(error|warning|notice) [^\n]*::/.test(line))).toBe(true);
  expect(lines.find((line) => line.includes("WHY204"))).toBe(
    `::error file=${folder.slice(1)}/compose.yaml,line=8,endLine=8,col=13,endColumn=24,title=WHY204 A database port is open to the world::port 5432 of db is published on all addresses%0Apublish it on 127.0.0.1, or not at all: other services reach it by its name`,
  );
  expect(sarif.stdout + github.stdout).not.toContain("hunter2");
});

test("--plan without --fix is a mistake", async () => {
  expect(await run(["check", "-C", app(), "--plan"], { check }, { env })).toMatchObject({ exitCode: 2, stdout: "" });
});

test("--fix --plan shows a diff, and changes nothing", async () => {
  const folder = app();

  const { stdout } = await run(["check", "-C", folder, "--fix", "--plan"], { check }, { env });
  const again = await run(["check", "-C", folder, "--fix", "--plan"], { check }, { env });

  expect(stdout).toContain("would be repaired:");
  expect(stdout).toContain('+    ports: ["127.0.0.1:5432:5432"]');
  expect(again.stdout).toBe(stdout);
});

test("the marks are below what is meant, whatever is before it", () => {
  const marked = (line: string, word: string): string => {
    const from = line.indexOf(word);
    const [text = "", marks = ""] = excerpt(
      { line, at: { file: "x", line: 7, column: from + 1 }, end: { line: 7, column: from + word.length + 1 } },
      100,
    );
    const start = marks.indexOf("^");
    expect(width(text.slice(0, text.indexOf(word)))).toBe(start);
    return marks.trim().replace(/^\| */, "");
  };

  expect(marked("  user: root", "root")).toBe("^^^^");
  expect(marked("\t\tuser:\troot", "root")).toBe("^^^^");
  expect(marked('  a: "日本語😀é", user: root', "root")).toBe("^^^^");
  expect(marked(`  a: ${"x".repeat(300)} root ${"y".repeat(300)}`, "root")).toBe("^^^^");
});

test("what a terminal would obey is not shown as it is", () => {
  const [text] = excerpt(
    { line: "a: \u001b[31mred\u0007\u202e", at: { file: "x", line: 1, column: 1 }, end: { line: 1, column: 2 } },
    100,
  );

  expect(text).toBe("1 | a: \ufffd[31mred\ufffd\ufffd");
});
