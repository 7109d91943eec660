import { describe, expect, onTestFinished, test } from "vitest";
import { main } from "../../src/cli/app.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { listVersions, planTag, pushTag, readNotes } from "../../src/versions/index.ts";
import { git, remembered } from "../helpers/git.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";

const wherryYaml = `app: shop
environments:
  development: { server: deploy@192.0.2.1 }
  uat: { server: deploy@192.0.2.1 }
  production: { server: deploy@192.0.2.1 }
`;

/** A clone with an origin of its own, on main. */
function clone() {
  const origin = temporaryFolder();
  git(origin, "init", "--quiet", "--bare", "--template=");
  const folder = remembered("clone of a team", makeClone);
  git(folder, "remote", "add", "origin", origin);
  const push = (): void => void git(folder, "push", "--quiet", "--set-upstream", "origin", "HEAD");
  const commit = (message: string): string => {
    commitIn(folder, message);
    push();
    return git(folder, "rev-parse", "HEAD");
  };
  push();
  return { origin, folder, commit };
}

function makeClone(): string {
  const folder = temporaryFolder({ "wherry.yaml": wherryYaml });
  git(folder, "init", "--quiet", "--template=");
  git(folder, "config", "user.name", "Ada");
  git(folder, "config", "user.email", "ada@example.com");
  commitIn(folder, "feat: begin");
  return folder;
}

function commitIn(folder: string, message: string): void {
  writeFiles(folder, { "words.txt": message });
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", message);
}

/** git is real; no program else is there, so that no server is asked. */
function contextIn(cwd: string): Context {
  const real = createContext({ cwd, env: { PATH: process.env["PATH"], HOME: "/nonexistent" } });
  return {
    ...real,
    processes: {
      ...real.processes,
      async run(argv, options) {
        if (argv[0] === "git") return real.processes.run(argv, options);
        return { stdout: "", stderr: "not there", exitCode: 127, signal: undefined, timedOut: false };
      },
    },
  };
}

const plan = (folder: string, environment: string, version?: string, allowRollback = false) =>
  planTag(contextIn(folder), { directory: folder, environment, version, releaseBranch: "main", allowRollback });

const verdicts = ({ checks }: Awaited<ReturnType<typeof plan>>): Readonly<Record<string, string>> =>
  Object.fromEntries(checks.map(({ what, verdict }) => [what, verdict]));

describe("a version", () => {
  test("is proposed, tagged with its notes, and pushed; the next one is later", async () => {
    const { origin, folder, commit } = clone();
    const first = await plan(folder, "uat");
    expect(first).toMatchObject({ tag: "UAT-1.0.0", previous: null });
    expect(verdicts(first)).toEqual({
      clean: "passed",
      environment: "passed",
      history: "passed",
      order: "passed",
      new: "passed",
      // Nobody said yes to it: not known, and so no pass.
      pipeline: "unknown",
    });
    const options = { directory: folder, environment: "uat", version: undefined, releaseBranch: "main" };
    await pushTag(contextIn(folder), options, first);
    expect(git(origin, "tag", "--list")).toBe("UAT-1.0.0");
    expect(git(folder, "cat-file", "-t", "UAT-1.0.0")).toBe("tag");

    commit('fix: $(touch x) `id` "quoted"');
    commit("feat!: another way in");
    const second = await plan(folder, "uat");
    expect(second).toMatchObject({ tag: "UAT-2.0.0", previous: "UAT-1.0.0" });
    await pushTag(contextIn(folder), options, second);
    const hash = git(folder, "rev-parse", "--short", "HEAD~1");
    expect((await readNotes(contextIn(folder), { directory: folder, tag: "UAT-2.0.0" })).notes.fixes).toEqual([
      `$(touch x) \`id\` "quoted" (${hash})`,
    ]);
    expect(
      (await listVersions(contextIn(folder), { directory: folder, environment: "uat" })).map(({ tag }) => tag),
    ).toEqual(["UAT-2.0.0", "UAT-1.0.0"]);
  });

  test("of production is the one that was tried out before it, and without that there is none", async () => {
    const { folder, commit } = clone();
    const early = await plan(folder, "production");
    expect(verdicts(early)).toMatchObject({ uat: "failed" });
    git(folder, "tag", "-a", "-m", "x", "UAT-1.3.0");
    const tried = await plan(folder, "production");
    expect(tried).toMatchObject({ tag: "PROD-1.3.0" });
    // The tag is there; whether it was ever deployed only the server knows, and nobody could ask it.
    expect(verdicts(tried)).toMatchObject({ uat: "unknown" });
    commit("fix: later");
    expect(verdicts(await plan(folder, "production", "1.3.0"))).toMatchObject({ uat: "failed" });
  });

  test.each([
    ["01.0.0", "environment", "leading zero"],
    ["1.0.0-rc1", "environment", "pre-release"],
    ["1.0", "environment", "three"],
    ["0.9.0", "order", "PROD-1.0.0 is later"],
    ["1.0.0", "new", "never moved"],
  ])("%s is refused for production: %s", async (version, what, reason) => {
    const { folder } = clone();
    git(folder, "tag", "-a", "-m", "x", "PROD-1.0.0");
    const { checks } = await plan(folder, "production", version);
    const found = checks.find((check) => check.what === what);
    expect(found).toMatchObject({ verdict: "failed", reason: expect.stringContaining(reason) as string });
  });

  test("goes back only for those who say so", async () => {
    const { folder } = clone();
    git(folder, "tag", "-a", "-m", "x", "UAT-2.0.0");
    expect(verdicts(await plan(folder, "uat", "1.9.0"))).toMatchObject({ order: "failed" });
    expect(verdicts(await plan(folder, "uat", "1.9.0", true))).toMatchObject({ order: "passed" });
    // A tag that is there is not moved for them either.
    expect(verdicts(await plan(folder, "uat", "2.0.0", true))).toMatchObject({ new: "failed" });
  });

  test("that wants two people says so, whoever could be asked", async () => {
    const { folder, commit } = clone();
    expect((await plan(folder, "production")).toKnow).toEqual([]);
    const strict = wherryYaml.replace("production: {", "production: { deploy_on: { two_people: true },");
    writeFiles(folder, { "wherry.yaml": strict });
    commit("feat: two people");
    git(folder, "tag", "-a", "-m", "x", "UAT-1.0.0");
    expect((await plan(folder, "production")).toKnow).toEqual([
      "production wants two people: its gate refuses a tag that is pushed by whoever deployed this commit to uat (unknown here)",
    ]);
  });

  test("whose images come from an environment without versions has its ledger asked all the same", async () => {
    const { folder, commit } = clone();
    const from = wherryYaml.replace("production: {", "production: { images_from: development,");
    writeFiles(folder, { "wherry.yaml": from });
    commit("feat: from development");
    git(folder, "tag", "-a", "-m", "x", "UAT-1.0.0");
    expect(verdicts(await plan(folder, "production"))).toMatchObject({ uat: "unknown", images: "unknown" });
  });

  test("is not made of what is not committed, not merged, or cannot be pushed", async () => {
    const { origin, folder, commit } = clone();
    writeFiles(folder, { "wherry.yaml": `${wherryYaml}# more\n` });
    expect(verdicts(await plan(folder, "uat"))).toMatchObject({ clean: "failed" });
    git(folder, "checkout", "--quiet", "--", ".");
    git(folder, "checkout", "--quiet", "-b", "side");
    commit("feat: not merged");
    const unmerged = await plan(folder, "production");
    expect(verdicts(unmerged)).toMatchObject({ history: "failed" });

    writeFiles(origin, { "hooks/pre-receive": "#!/bin/sh\nexit 1\n" });
    const { chmodSync } = await import("node:fs");
    chmodSync(`${origin}/hooks/pre-receive`, 0o755);
    onTestFinished(() => chmodSync(`${origin}/hooks/pre-receive`, 0o644));
    const options = { directory: folder, environment: "uat", version: undefined, releaseBranch: "main" };
    await expect(pushTag(contextIn(folder), options, unmerged)).rejects.toMatchObject({ code: "not-pushed" });
    expect(git(folder, "tag", "--list")).toBe("");
  });

  test("has its checks at GitHub asked, where there is a token", async () => {
    const { folder } = clone();
    const ctx = contextIn(folder);
    const asked: string[] = [];
    const answered = (runs: readonly object[]): Context => ({
      ...ctx,
      env: { ...ctx.env, GITHUB_TOKEN: "t" },
      https: {
        ...ctx.https,
        async get(url) {
          asked.push(url);
          return { status: 200, headers: {}, body: JSON.stringify({ total_count: runs.length, check_runs: runs }) };
        },
      },
    });
    const { askChecks } = await import("../../src/versions/facts.ts");
    const run = (conclusion: string | null) => ({
      name: "test",
      status: conclusion === null ? "in_progress" : "completed",
      conclusion,
    });
    const verdict = async (runs: readonly object[]): Promise<string> =>
      (await askChecks(answered(runs), "github.com/acme/shop", "c0ffee")).verdict;
    expect(await verdict([run("success"), run("skipped")])).toBe("passed");
    expect(await verdict([run("success"), run("failure")])).toBe("failed");
    expect(await verdict([run(null)])).toBe("failed");
    expect(await verdict([])).toBe("unknown");
    expect(asked[0]).toBe("https://api.github.com/repos/acme/shop/commits/c0ffee/check-runs?per_page=100");
  });
});

describe("wherry release --changelog", () => {
  const flags = ["--yes", "--accept-unknown", "--release-branch", "main", "--json"];
  const release = async (folder: string, ...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await main(["release", "uat", ...words, ...flags, "-C", folder], contextIn(folder));
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  test("changes the file after the tag, outside of the commit that is released, and the next release waits for it", async () => {
    const { folder, commit } = clone();
    await release(folder);
    commit("feat: coupons");
    const head = git(folder, "rev-parse", "HEAD");
    const planned = await release(folder, "--changelog", "--plan");
    expect(planned).toMatchObject({ pushed: false, changelog: { path: "CHANGELOG.md", written: false } });
    expect(git(folder, "status", "--porcelain")).toBe("");

    const done = await release(folder, "--changelog");
    expect(done).toMatchObject({ tag: "UAT-1.1.0", pushed: true, changelog: { written: true } });
    expect(git(folder, "rev-parse", "UAT-1.1.0^{commit}")).toBe(head);
    expect(git(folder, "status", "--porcelain")).toBe("?? CHANGELOG.md");
    expect(verdicts(await plan(folder, "uat"))).toMatchObject({ clean: "failed" });
    commit("docs: changes");
    expect(git(folder, "show", "HEAD:CHANGELOG.md")).toMatch(/## \[1\.1\.0\] - .*\n\n### Added\n\n- coupons \(/);
  });

  test("takes no file outside of the app's folder, and pushes nothing then", async () => {
    const { folder } = clone();
    expect(await release(folder, "--changelog-file", "../CHANGELOG.md")).toMatchObject({
      error: { message: expect.stringContaining("below the folder") as string },
    });
    expect(git(folder, "tag", "--list")).toBe("");
  });
});
