import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { askGate, summarize, summaryText } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";
import { git, repository } from "../helpers/git.ts";

/** The state folder of this machine as a server, with a ledger in which these releases were made live. */
function ledgerOf(app: string, lines: readonly object[], environment = "production"): void {
  const root = userInfo().uid === 0 ? "/var/lib/wherry" : `${homedir()}/.local/state/wherry`;
  const folder = `${root}/apps/${app}/${environment}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  onTestFinished(() => rmSync(`${root}/apps/${app}`, { recursive: true, force: true }));
  writeFileSync(`${folder}/ledger.jsonl`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

test("the gate asks the server what it serves, and the summary tells what came with it", async () => {
  const app = `pipeline-live-${process.pid}`;
  const folder = repository({
    "wherry.yaml": `app: ${app}\nserver: local\nenvironments:\n  production:\n`,
    "compose.yaml": "services: {}\n",
  });
  const commits = ["one", "two"].map((message) => {
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
    return git(folder, "rev-parse", "HEAD");
  });
  const [one = "", two = ""] = commits;
  git(folder, "tag", "PROD-1.0.0", one);
  const common = { version: 1, stack: "default", kind: "release", services: [], failedStep: null };
  const times = { started: "2026-11-25T12:00:00Z", finished: "2026-11-25T12:00:09Z" };
  const line = (tag: string, commit: string, outcome: string): object => ({
    ...common,
    ...times,
    release: `20261125-${commit.slice(0, 4)}`,
    previous: "20261125-0000",
    commit,
    previousCommit: one,
    tag,
    outcome,
  });
  const ctx = createContext({ cwd: folder });
  const ask = () =>
    askGate(ctx, {
      directory: undefined,
      ref: "refs/tags/PROD-1.0.0",
      commit: one,
      asked: "production",
      schedule: undefined,
      releaseBranch: "main",
      allowRollback: false,
      live: true,
    });

  expect((await ask()).environment).toBe("production");
  ledgerOf(app, [line("PROD-0.9.0", one, "succeeded"), line("PROD-2.0.0", two, "failed_before_traffic")]);
  expect((await ask()).environment).toBe("production");

  ledgerOf(app, [line("PROD-0.9.0", one, "succeeded"), line("PROD-1.1.0", two, "succeeded")]);
  const refused = await ask();
  expect(refused.environment).toBeNull();
  const live = ({ checks }: Awaited<ReturnType<typeof ask>>) => checks.find(({ what }) => what === "live");
  expect(live(refused)).toEqual({
    what: "live",
    verdict: "failed",
    reason: "production serves PROD-1.1.0 already: to go back there is wherry rollback, or --allow-rollback",
  });
  // The ledger names one tag, and the commit has another one besides.
  git(folder, "tag", "PROD-1.2.0", two);
  git(folder, "tag", "other", two);
  ledgerOf(app, [line("other", two, "succeeded")]);
  expect(live(await ask())?.reason).toContain("production serves PROD-1.2.0 already");
  const [summary] = await summarize(ctx, { directory: undefined, environment: "production" });
  expect(summary?.commits).toEqual([expect.stringMatching(/^[0-9a-f]+ two$/)]);
  expect(summary === undefined ? "" : summaryText(summary).join("\n")).toContain(
    "wherry rollback -e production --to 20261125-0000",
  );
});

test("production gets nothing that the ledger of uat does not vouch for, whatever the tags say", async () => {
  const app = `pipeline-chain-${process.pid}`;
  const folder = repository({
    "wherry.yaml": `app: ${app}\nserver: local\nenvironments:\n  uat:\n  production:\n`,
    "compose.yaml": "services: {}\n",
  });
  const commit = git(folder, "rev-parse", "HEAD");
  for (const tag of ["UAT-1.0.0", "PROD-1.0.0", "PROD-1.1.0"]) git(folder, "tag", tag, commit);
  const ctx = createContext({ cwd: folder });
  const ask = (tag = "PROD-1.1.0", allowRollback = false) =>
    askGate(ctx, {
      directory: undefined,
      ref: `refs/tags/${tag}`,
      commit,
      asked: "production",
      schedule: undefined,
      releaseBranch: "main",
      allowRollback,
      live: true,
    });
  const line = (outcome: string, more: object = {}): object => ({
    id: "d1",
    release: "20261125-0001",
    commit,
    tag: "UAT-1.0.0",
    outcome,
    reason: null,
    rollbackOf: null,
    finished: "2026-11-25T12:00:00Z",
    ...more,
  });
  const images = async (): Promise<string> => {
    const { environment, checks } = await ask();
    const check = checks.find(({ what }) => what === "images");
    expect(environment).toBe(check?.verdict === "passed" ? "production" : null);
    return `${check?.verdict}: ${check?.reason}`;
  };
  const short = commit.slice(0, 12);

  ledgerOf(app, [line("failed_before_traffic", { reason: "web never became healthy" })], "uat");
  expect(await images()).toBe(
    `failed: the deployment of ${short} to uat did not succeed (failed before traffic: web never became healthy)`,
  );
  ledgerOf(app, [line("succeeded", { commit: "0".repeat(40) })], "uat");
  expect(await images()).toBe(`failed: ${short} was never deployed to uat`);
  ledgerOf(app, [line("succeeded"), line("succeeded", { commit: null, rollbackOf: "20261125-0001" })], "uat");
  expect(await images()).toContain("failed: uat went back from 20261125-0001");
  ledgerOf(app, [line("succeeded")], "uat");
  expect(await images()).toBe(`passed: ${short} was deployed to uat as 20261125-0001, and it succeeded`);

  // Out of order, and a version that was something else before.
  expect((await ask("PROD-1.0.0")).environment).toBeNull();
  expect((await ask("PROD-1.0.0", true)).environment).toBe("production");
  ledgerOf(app, [line("succeeded", { tag: "PROD-1.0.0", commit: "0".repeat(40) })]);
  const again = await ask("PROD-1.0.0", true);
  expect(again.environment).toBeNull();
  expect(again.checks.find(({ what }) => what === "reuse")).toMatchObject({ verdict: "failed" });
});

test("where two people are wanted, the ledger of uat says who the first one was", async () => {
  const app = `pipeline-people-${process.pid}`;
  const folder = repository({
    "wherry.yaml": `app: ${app}\nserver: local\nenvironments:\n  uat:\n  production: { images_from: build, deploy_on: { two_people: true } }\n`,
    "compose.yaml": "services: {}\n",
  });
  const commit = git(folder, "rev-parse", "HEAD");
  for (const tag of ["UAT-1.0.0", "PROD-1.0.0"]) git(folder, "tag", tag, commit);
  const run = { GITHUB_RUN_ID: "7", GITHUB_REPOSITORY: "acme/shop", GITHUB_SERVER_URL: "https://github.com" };
  const line = {
    id: "d1",
    release: "20261125-0001",
    commit,
    tag: "UAT-1.0.0",
    outcome: "succeeded",
    reason: null,
    rollbackOf: null,
    finished: "2026-11-25T12:00:00Z",
    who: { name: "ada", bot: false },
    from: "https://github.com/acme/shop/actions/runs/6",
  };
  const ask = async (actor: string): Promise<string> => {
    const ctx = createContext({ cwd: folder, env: { ...process.env, ...run, GITHUB_ACTOR: actor } });
    const { environment, checks } = await askGate(ctx, {
      directory: undefined,
      ref: "refs/tags/PROD-1.0.0",
      commit,
      asked: "production",
      schedule: undefined,
      releaseBranch: "main",
      allowRollback: false,
      live: true,
    });
    const check = checks.find(({ what }) => what === "people");
    return `${environment}: ${check?.reason}`;
  };

  ledgerOf(app, [line], "uat");
  expect(await ask("grace")).toBe("production: ada deployed this commit to uat, and grace asks for it now");
  expect(await ask("ADA")).toBe("null: ADA deployed this commit to uat: somebody else has to release it");
  ledgerOf(app, [], "uat");
  expect(await ask("grace")).toBe(`null: ${commit.slice(0, 12)} was never deployed to uat`);
});
