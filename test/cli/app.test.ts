import { describe, expect, test } from "vitest";
import { invalidError, WherryError } from "../../src/core/index.ts";
import { command } from "../../src/cli/definition.ts";
import { list, optional, required, toggle, wholeNumber } from "../../src/cli/parameters.ts";
import { run } from "./helpers.ts";

/** Gives back what it was given. */
const echo = command({
  args: { service: required("the service", { placeholder: "SERVICE" }), words: list("its command") },
  flags: {
    tail: optional("how many", { parse: wholeNumber, default: "10" }),
    from: optional("where it begins", { short: "f" }),
    label: list("labels"),
    dryRun: toggle("only look"),
  },
  needs: ["environment", "plan", "yes"],
  async run(input) {
    return { input };
  },
  print: ({ input }) => [`service ${input.service}`],
});

const jobs = command({
  flags: { fail: toggle("fail") },
  async run({ fail }, ctx) {
    ctx.report({ type: "note", text: "working" });
    return { outcome: fail ? "failed" : "succeeded" };
  },
  print: ({ outcome }) => [outcome],
  failure: ({ outcome }) =>
    outcome === "failed"
      ? new WherryError("failed", "never-healthy", "api never became healthy", { hint: "wherry logs api" })
      : undefined,
});

function failing(error: unknown) {
  return command({
    async run() {
      throw error;
    },
  });
}

const commands = { echo, jobs, "server setup": jobs, "server status": jobs };

describe("what the user writes", () => {
  test("reaches the command by name, and what is after -- untouched", async () => {
    const line = [
      "echo",
      "api",
      "--label",
      "a=1",
      "--label=b=2",
      "-f",
      "x",
      "-e",
      "prod",
      "--dry-run",
      "--json",
      "--",
      "ls",
      "-la",
      "--json",
    ];

    const { stdout, exitCode } = await run(line, commands);

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).input).toEqual({
      service: "api",
      words: ["ls", "-la", "--json"],
      tail: 10,
      from: "x",
      label: ["a=1", "b=2"],
      dryRun: true,
      environment: "prod",
      plan: false,
      yes: false,
      json: true,
      verbose: false,
      noColor: false,
    });
  });

  test.each([
    [["ech"], "there is no command wherry ech", "did you mean wherry echo?"],
    [["server", "setpu"], "there is no command wherry server setpu", "did you mean wherry server setup?"],
    [["server"], "wherry server needs one more word: setup, status", "wherry server --help"],
    [["deploy", "-e", "x"], "there is no command wherry deploy", "wherry --help lists them all"],
    [["-C", "x", "echo"], "the command comes first, then flags: wherry COMMAND -C", "wherry --help"],
    [["echo", "api", "--dry-rnu"], "wherry echo: there is no flag --dry-rnu", "did you mean --dry-run?"],
    [["echo", "api", "-x"], "wherry echo: there is no flag -x", "wherry echo --help"],
    [["echo", "api", "--tail", "few"], 'wherry echo: --tail "few": expected a whole number', "wherry echo --help"],
    [["echo"], "wherry echo: SERVICE is missing: the service", "wherry echo --help"],
    [["jobs", "now"], 'wherry jobs: "now" is one argument too many', "wherry jobs --help"],
    [["jobs", "--plan"], "wherry jobs: there is no flag --plan", "wherry jobs --help"],
    [["echo", "api", "--from"], "wherry echo: --from needs FROM: where it begins", "wherry echo --help"],
    [["echo", "api", "--from", "--dry-run"], "wherry echo: --from needs FROM: where it begins", "wherry echo --help"],
  ])("%j is refused", async (line, message, hint) => {
    const { exitCode, stdout, stderr } = await run(line, commands);

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: "", stderr: `${message}\n  hint: ${hint}\n` });
  });
});

describe("what a command gives", () => {
  test("is printed for people, with progress on standard error", async () => {
    const { exitCode, stdout, progress } = await run(["jobs"], commands);

    expect({ exitCode, stdout, progress }).toEqual({ exitCode: 0, stdout: "succeeded\n", progress: "note: working\n" });
  });

  test("is one JSON document with --json, and still so where it failed", async () => {
    const good = await run(["jobs", "--json"], commands);
    const bad = await run(["jobs", "--json", "--fail"], commands);

    expect(good).toMatchObject({ exitCode: 0, progress: "note: working\n" });
    expect(JSON.parse(good.stdout)).toEqual({ outcome: "succeeded" });
    expect(bad).toMatchObject({ exitCode: 5, stderr: "" });
    expect(JSON.parse(bad.stdout)).toEqual({
      outcome: "failed",
      error: { code: "never-healthy", message: "api never became healthy", hint: "wherry logs api" },
    });
  });

  test("what was done is shown beside the error where the command says so", async () => {
    const partly = { ...jobs, printsFailed: true } as const;
    const shown = await run(["jobs", "--fail"], { jobs: partly });
    expect(shown).toMatchObject({ exitCode: 5, stdout: "failed\n" });
    expect(shown.stderr).toContain("api never became healthy");
    expect((await run(["jobs", "--fail"], commands)).stdout).toBe("");
  });

  test("is a failure on standard error for people", async () => {
    const { exitCode, stdout, stderr } = await run(["jobs", "--fail"], commands);

    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 5,
      stdout: "",
      stderr: "api never became healthy\n  hint: wherry logs api\n",
    });
  });

  test("may be the exit code of another program", async () => {
    const exec = command({ streams: true, run: async () => 42, exitCode: (code) => code });

    expect(await run(["exec"], { exec })).toMatchObject({ exitCode: 42, stdout: "" });
    expect(await run(["exec", "--json"], { exec })).toMatchObject({ exitCode: 2 });
  });
});

describe("an error", () => {
  const broken = invalidError("invalid-config", 'services.api.helth: unknown key, did you mean "health"?', {
    at: { file: "wherry.yaml", line: 14, column: 5 },
    context: ["one", "two\nthree"],
    hint: "correct it",
  });

  test("says where, what and how to go on", async () => {
    const { exitCode, stderr } = await run(["x"], { x: failing(broken) });

    expect(exitCode).toBe(3);
    expect(stderr).toBe(
      'wherry.yaml:14:5  services.api.helth: unknown key, did you mean "health"?\n  one\n  two\n  three\n  hint: correct it\n',
    );
  });

  test("is JSON with --json, also where the command line is wrong", async () => {
    const { exitCode, stdout, stderr } = await run(["x", "--json"], { x: failing(broken) });
    const misuse = await run(["x", "--json", "--nope"], { x: failing(broken) });

    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "invalid-config",
        message: broken.message,
        hint: "correct it",
        at: broken.at,
        context: ["one", "two\nthree"],
      },
    });
    expect(JSON.parse(misuse.stdout)).toEqual({
      error: { code: "unknown-flag", message: "wherry x: there is no flag --nope", hint: "wherry x --help" },
    });
  });

  test("that nobody foresaw is a bug, with its stack", async () => {
    const { exitCode, stderr } = await run(["x"], { x: failing(new TypeError("a is not a function")) });
    const { stdout } = await run(["x", "--json"], { x: failing(new TypeError("a is not a function")) });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^internal error: a is not a function\n {4}at .*app\.test\.ts[^]*This is a bug in Wherry 0/);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "bug", message: "a is not a function" } });
  });

  test("after Ctrl-C is the interruption", async () => {
    const controller = new AbortController();
    const x = command({
      async run(_input, ctx) {
        controller.abort();
        ctx.signal.throwIfAborted();
      },
    });

    const { exitCode, stderr } = await run(["x"], { x }, { signal: controller.signal });

    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: "interrupted\n  hint: run the same command again: it goes on from what is there\n",
    });
  });
});

describe("help", () => {
  test("lists the commands, and those of a group", async () => {
    const all = await run([], commands);
    const group = await run(["server", "--help"], commands);

    expect(all).toMatchObject({ exitCode: 0 });
    expect(all.stdout).toContain("  server setup   The server setup\n");
    expect(group.stdout).toContain("server status");
    expect(group.stdout).not.toContain("jobs");
    expect((await run(["--help"], commands)).stdout).toBe(all.stdout);
    expect((await run(["help"], commands)).stdout).toBe(all.stdout);
  });

  test("of one command shows everything it takes", async () => {
    const { stdout } = await run(["echo", "-h"], commands);

    expect(stdout).toMatchInlineSnapshot(`
      "wherry echo - The echo

      Usage: wherry echo SERVICE [flags] [-- WORDS...]

      Arguments
        SERVICE  the service (required)
        WORDS    its command (may be several)

      Flags
            --tail TAIL    how many (default: 10)
        -f, --from FROM    where it begins
            --label LABEL  labels (may be several)
            --dry-run      only look

      Common flags
        -e, --environment NAME  environment of wherry.yaml; may be left out where there is only one
            --server HOST       host of the one server to do it on, where the environment has several
            --stack STACK       the one stack to do it with, where the app has several
            --plan              say what would be done, and do nothing
        -y, --yes               do it without asking
            --json              write the result as one JSON document to standard output
        -C, --directory FOLDER  folder of the app: wherry.yaml is looked for there and above; the current
                                folder if left out
            --verbose           say more about what happens
            --no-color          no colours; the variable NO_COLOR does the same
      "
    `);
  });

  test("after -- is the other program's", async () => {
    expect(await run(["echo", "api", "--", "--help"], commands)).toMatchObject({ stdout: "service api\n" });
  });
});
