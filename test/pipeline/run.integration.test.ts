import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerLine } from "../../src/release/index.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { githubRunner, whyNoRunner } from "./github-runner.ts";
import type { GitHubRunner, Happening, WorkflowRun } from "./github-runner.ts";
import { allFiles, formsOf, lineOfKey, secretsIn, served as servedBy } from "./seen.ts";
import { packedWherry, shop } from "./shop.ts";
import type { Shop } from "./shop.ts";

const reason = whyNoRunner();
if (reason !== undefined) console.log(`skipped: ${reason}`);

/** Of every sign that something could trip over. */
const password = `p&w "d"/+%'$(id)=é-4d1c9e`;
const environments = ["development", "uat", "production"] as const;
type Environment = (typeof environments)[number];

describe.skipIf(reason !== undefined)("generated workflows, run", () => {
  let one: TestServer;
  let npm: Awaited<ReturnType<typeof packedWherry>>;
  let team: Shop;
  let runner: GitHubRunner;
  /** What is on main, and was tried out. */
  let good: string;

  beforeAll(async () => {
    await ensureBaseImages(["nginx:1.28", "haproxy:3.2"], () => {});
    [one, npm] = await Promise.all([server({ warm: true }), packedWherry()]);
    await Promise.all(["nginx:1.28", "haproxy:3.2"].map((image) => one.preloadImage(image)));
    team = await shop("pipeline-run", one, npm.pin);
    runner = githubRunner({ origin: team.origin, registry: npm.registry });
  });
  afterAll(async () => {
    runner?.remove();
    team?.remove();
    npm?.close();
    await one?.remove();
  });

  /** With the secrets and variables that the manual says to set. */
  const run = (happening: Omit<Happening, "secrets" | "variables">): Promise<WorkflowRun> =>
    runner.run({
      ...happening,
      secrets: { WHERRY_SSH_KEY: readFileSync(one.keyFile, "utf8"), WHERRY_AGE_KEY: team.ageKey, PASSWORD: password },
      variables: { WHERRY_KNOWN_HOSTS: readFileSync(one.knownHostsFile, "utf8") },
    });
  const push = (ref: string, commit: string, job?: string): Promise<WorkflowRun> =>
    run({ workflow: "deploy.yml", event: "push", ref, commit, ...(job === undefined ? {} : { job }) });

  /** What people see; the status where it is no page of the shop. */
  const served = (environment: Environment): Promise<string> => servedBy(one, `${environment}.${team.app}.test`);
  const page = (words: string): string => `${words} ${Buffer.byteLength(password)} ${team.token.length}`;

  const ledger = async (environment: Environment): Promise<readonly LedgerLine[]> => {
    const { stdout, stderr, exitCode } = await team.wherry(["history", "-e", environment, "--json"]);
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as readonly LedgerLine[];
  };

  /** No secret is in the log, in a command line, or on the disk of the runner. */
  const expectNoSecret = ({ log, commandLines }: WorkflowRun): void => {
    const secrets = { key: lineOfKey(one.keyFile), password, token: team.token, age: team.ageKey };
    const places = { log, "command lines": [...commandLines].join("\n"), disk: allFiles(runner.disk) };
    expect(secretsIn(places, secrets)).toEqual([]);
    expect(existsSync(join(runner.home, ".ssh/wherry"))).toBe(false);
    // So that nothing was found means something.
    expect(places["command lines"]).toMatch(/wherry (?:deploy|rollback) /);
    expect(places.disk).toContain("StrictHostKeyChecking yes");
  };

  test("a push to develop is checked, then deployed to development alone, and the ledger tells by which run", async () => {
    const first = await team.wherry(["deploy", "-e", "development"], { PASSWORD: password });
    expect(first.stderr + first.stdout).toContain("serves development");
    const commit = team.commit("develop", "second");

    const result = await push("refs/heads/develop", commit);

    const { id, exitCode, log, jobs } = result;
    expectEnd({ exitCode, log }, 0);
    expect(
      jobs
        .slice(0, -1)
        .map(({ job }) => job)
        .toSorted(),
    ).toEqual(["check-web", "gate", "wherry"]);
    expect(jobs.at(-1)).toEqual({ job: "deploy-development", result: "success" });
    expect(await served("development")).toBe(page("second"));
    for (const other of ["uat", "production"] as const) expect(await served(other)).toMatch(/^[45]/);
    expect((await ledger("development"))[0]).toMatchObject({
      outcome: "succeeded",
      commit,
      branch: "develop",
      who: { name: "ada", bot: false },
      from: `https://github.com/acme/shop/actions/runs/${id}`,
    });
    expectNoSecret(result);
    // Each secret goes to one step, and to no other.
    const holding = (value: string): readonly string[] =>
      result.steps
        .filter(({ variables }) => JSON.stringify(variables).includes(JSON.stringify(value).slice(1, -1)))
        .map(({ job }) => job);
    for (const value of [readFileSync(one.keyFile, "utf8").trim(), team.ageKey, password])
      expect(holding(value)).toEqual(["deploy-development"]);
    expect(holding(team.token)).toEqual([]);
  });

  test("a rollback started by hand brings back what was there before", async () => {
    const commit = team.commit("main", "third");
    const result = await run({
      workflow: "rollback.yml",
      event: "workflow_dispatch",
      ref: "refs/heads/main",
      commit,
      payload: { inputs: { environment: "development", release: "" } },
    });
    expectEnd(result, 0);
    expect(result.jobs).toEqual([{ job: "rollback-development", result: "success" }]);
    expect(await served("development")).toBe(page("first"));
    expect((await ledger("development"))[0]).toMatchObject({ kind: "rollback", outcome: "succeeded" });
    expectNoSecret(result);
  });

  test("a version of production that was not tried out in uat is refused, and no job deploys", async () => {
    good = team.commit("main", "good");
    team.tag("PROD-1.0.0", good);
    const { exitCode, log, jobs } = await push("refs/tags/PROD-1.0.0", good);
    expect(exitCode).toBe(1);
    expect(log).toContain("no version of uat stands at this commit: production takes what was tried out there");
    expect(jobs).toContainEqual({ job: "gate", result: "failure" });
    expect(jobs.filter(({ job }) => job.startsWith("deploy-"))).toEqual([]);
    expect(await served("production")).toMatch(/^[45]/);
  });

  test.each([
    ["UAT-1.0.0", "uat"],
    ["PROD-1.0.0", "production"],
  ] as const)("the tag %s deploys %s", async (tag, environment) => {
    team.tag(tag, good);
    const { id, exitCode, log, jobs } = await push(`refs/tags/${tag}`, good);
    expectEnd({ exitCode, log }, 0);
    expect(jobs.at(-1)).toEqual({ job: `deploy-${environment}`, result: "success" });
    expect(await served(environment)).toBe(page("good"));
    expect((await ledger(environment))[0]).toMatchObject({
      outcome: "succeeded",
      commit: good,
      tag,
      who: { name: "ada" },
      from: `https://github.com/acme/shop/actions/runs/${id}`,
    });
  });

  test.each([
    ["PROD-01.0.0", "on main", /01\.0\.0/],
    ["PROD-1.1.0-rc1", "on main", /pre-release/],
    ["PROD-0.9.0", "on main", /PROD-1\.0\.0 is later than 0\.9\.0/],
    ["PROD-1.1.0", "not merged", /the commit is not on main: merge it first, and tag what was merged/],
    ["UAT-1.1.0", "moved since", /does not point to the expected commit/],
  ])("the tag %s, %s, is refused by the gate", async (tag, place, message) => {
    const commit = place === "on main" ? good : team.commit("feature", place);
    team.tag(tag, commit);
    if (place === "moved since") team.tag(tag, good);
    const { exitCode, log, jobs } = await push(`refs/tags/${tag}`, commit, "gate");
    expect(jobs).toEqual([{ job: "gate", result: "failure" }]);
    expect(exitCode).toBe(1);
    // Of a text that does not match, only the beginning would be shown.
    expect(message.test(log) ? "" : log.slice(-6000)).toBe("");
    team.untag(tag);
  });

  test("a deployment that fails leaves what served, and neither key nor secret on the runner", async () => {
    const commit = team.commit("main", "broken");
    team.tag("UAT-1.2.0", commit);
    const result = await push("refs/tags/UAT-1.2.0", commit);
    expect(result.exitCode).toBe(1);
    expect(result.jobs.at(-1)).toEqual({ job: "deploy-uat", result: "failure" });
    expect(await served("uat")).toBe(page("good"));
    expect((await ledger("uat"))[0]).toMatchObject({ outcome: "failed_before_traffic", commit });
    expectNoSecret(result);
  });

  test("a tag of production that now stands at another commit is refused where the server serves it already", async () => {
    const { commit } = (await ledger("uat"))[0] ?? {};
    team.tag("PROD-1.0.0", commit ?? "");
    const { exitCode, log, jobs } = await push("refs/tags/PROD-1.0.0", commit ?? "");
    expect(exitCode).toBe(1);
    expect(log).toContain("production serves PROD-1.0.0 from another commit: take the next version");
    expect(jobs.at(-1)).toEqual({ job: "deploy-production", result: "failure" });
    expect(await served("production")).toBe(page("good"));
    expect(existsSync(join(runner.home, ".ssh/wherry"))).toBe(false);
    expect(await ledger("production")).toHaveLength(1);
  });

  const hostile = '$(touch${IFS}$HOME/pwned)`touch${IFS}$HOME/pwned`";touch${IFS}$HOME/pwned;"';

  test("a pull request of a fork gets no secret, deploys nothing, and its branch is no command", async () => {
    const before = await Promise.all(environments.map(ledger));
    const commit = team.commit(hostile, "of a stranger");
    team.pullRequest(7, commit);
    const pull_request = {
      number: 7,
      title: hostile,
      head: { ref: hostile, sha: commit, repo: { fork: true, full_name: "stranger/shop" } },
      base: { ref: "main", repo: { full_name: "acme/shop" } },
    };
    const { exitCode, log, jobs, steps } = await run({
      workflow: "ci.yml",
      event: "pull_request",
      ref: "refs/pull/7/merge",
      commit,
      payload: { number: 7, pull_request },
    });
    expectEnd({ exitCode, log }, 0);
    expect(jobs.map(({ job }) => job).toSorted()).toEqual(["check-web", "image-web", "scan", "wherry"]);
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.some(({ variables }) => variables["GITHUB_HEAD_REF"] === hostile)).toBe(true);
    const given = steps.map(({ variables }) => Object.values(variables).join("\n")).join("\n");
    for (const secret of [readFileSync(one.keyFile, "utf8").trim(), team.ageKey, password, team.token])
      for (const form of formsOf(secret)) expect(given + log).not.toContain(form);
    expect(existsSync(join(runner.home, "pwned"))).toBe(false);
    expect(await Promise.all(environments.map(ledger))).toEqual(before);
  });

  test.each([
    ["deploy.yml", "gate", { environment: hostile }, `there is no environment ${JSON.stringify(hostile)}`],
    [
      "rollback.yml",
      "rollback-development",
      { environment: "development", release: hostile },
      `there is no release ${hostile} on the server`,
    ],
  ] as const)("what is typed where %s is started by hand is no command", async (workflow, job, inputs, message) => {
    const ref = `refs/heads/${hostile}`;
    const commit = team.commit(hostile, "typed");
    const { exitCode, log } = await run({
      workflow,
      event: "workflow_dispatch",
      ref,
      commit,
      payload: { inputs },
      job,
    });
    expectEnd({ exitCode, log }, 1);
    expect(log).toContain(message);
    expect(existsSync(join(runner.home, "pwned"))).toBe(false);
    expect(existsSync(join(runner.home, ".ssh/wherry"))).toBe(false);
    expect(await served("development")).toBe(page("first"));
  });
});

/** With the log where it did not end like that. */
function expectEnd({ exitCode, log }: Pick<WorkflowRun, "exitCode" | "log">, code: number): void {
  expect({ exitCode, log: exitCode === code ? "" : log }).toEqual({ exitCode: code, log: "" });
}
