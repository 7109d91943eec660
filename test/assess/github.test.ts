import { describe, expect, test } from "vitest";
import { repositoryOn } from "../../src/github/index.ts";
import { fakeGitHub } from "../github/fake.ts";
import type { FakeOptions, FakeRepository } from "../github/fake.ts";
import { git, repository } from "../helpers/git.ts";
import { assessmentOf, knownLevels, now, statement } from "./helpers.ts";

const day = 86_400_000;
const ago = (days: number): string => new Date(now.getTime() - days * day).toISOString();
const list = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => make(index));

const good: FakeRepository = {
  repository: {
    default_branch: "main",
    private: false,
    has_issues: true,
    security_and_analysis: {
      secret_scanning: { status: "enabled" },
      secret_scanning_push_protection: { status: "enabled" },
      dependabot_security_updates: { status: "enabled" },
    },
  },
  rules: [{ type: "pull_request" }, { type: "required_status_checks" }],
  branch: { protected: true },
  runs: list(20, (index) => ({
    id: index,
    event: "push",
    conclusion: index === 0 ? "failure" : "success",
    run_started_at: new Date(now.getTime() - day).toISOString(),
    updated_at: new Date(now.getTime() - day + 4 * 60_000).toISOString(),
  })),
  environments: [
    {
      name: "production",
      protection_rules: [{ type: "branch_policy" }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    },
    { name: "uat", deployment_branch_policy: null },
  ],
  pulls: list(8, (index) => ({
    number: index + 1,
    merged_at: ago(index),
    user: { login: "ada" },
    reviews: [{ state: "APPROVED", user: { login: "grace" } }],
  })),
  issues: list(6, (index) => ({
    number: 100 + index,
    created_at: ago(10 + index),
    closed_at: ago(5),
    state_reason: "completed" as const,
  })),
  deployments: list(9, (index) => ({
    id: index,
    sha: "a".repeat(40),
    environment: "production",
    created_at: ago(index * 2),
  })),
  alerts: [],
};

async function assessed(data: FakeRepository, options: FakeOptions = {}, token = "secret-token") {
  const github = await fakeGitHub(data, options);
  const folder = repository({ "a.txt": "a" });
  git(folder, "remote", "add", "origin", "git@github.com:team/shop.git");
  const env = { GITHUB_API_URL: github.url, GITHUB_TOKEN: token };
  return { assessment: await assessmentOf(folder, { env }), github };
}

describe("a repository on GitHub", () => {
  test("is asked once for each thing, by reading alone, and all that it says has the request as evidence", async () => {
    const { assessment, github } = await assessed(good);

    expect(knownLevels(assessment)).toMatchObject({
      "version-control.protection": 4,
      "version-control.review": 3,
      "ci.green": 3,
      "ci.fast": 3,
      "environments.guarded": 3,
      "environments.before-production": 3,
      "deployment.often": 3,
      "deployment.traceable": 3,
      "secrets.scanned": 4,
      "security.updates": 2,
      "security.alerts": 3,
      "feedback.channel": 2,
      "feedback.answered": 3,
      "feedback.measured": 3,
    });
    expect(statement(assessment, "version-control.protection").evidence[0]).toEqual({
      kind: "request",
      where: "GET /repos/team/shop/rules/branches/main?per_page=100",
      what: "pull_request, required_status_checks",
    });
    expect(new Set(github.requests.map(({ method }) => method))).toEqual(new Set(["GET"]));
    expect(new Set(github.requests.map(({ path }) => path)).size).toBe(github.requests.length);
    expect(JSON.stringify(assessment)).not.toContain("secret-token");
    expect(assessment.name).toBe("team/shop");
    expect(assessment.lookedAt[2]).toEqual({
      what: "Hosting",
      found: "team/shop on GitHub: 9 of 9 questions answered",
      known: true,
    });
  });

  test("where nothing is guarded, says so", async () => {
    const { assessment } = await assessed({
      ...good,
      repository: {
        ...good.repository,
        has_issues: false,
        security_and_analysis: { secret_scanning: { status: "disabled" } },
      },
      rules: [],
      branch: { protected: false },
      runs: good.runs.map((run) => ({ ...run, conclusion: "failure" })),
      environments: [{ name: "production", protection_rules: [], deployment_branch_policy: null }],
      pulls: good.pulls.map((pull) => ({ ...pull, reviews: [{ state: "COMMENTED", user: { login: "ada" } }] })),
      issues: good.issues.map((issue) => ({ ...issue, created_at: ago(200) })),
      deployments: [],
      alerts: [{ number: 1, security_advisory: { severity: "critical" } }],
    });

    expect(knownLevels(assessment)).toMatchObject({
      "version-control.protection": 0,
      "version-control.review": 0,
      "ci.green": 1,
      "environments.guarded": 0,
      "secrets.scanned": 0,
      "security.updates": 0,
      "security.alerts": 0,
      "feedback.channel": 0,
      "feedback.answered": 1,
    });
    const unknown = ["ci.fast", "deployment.often", "feedback.measured"].map(
      (check) => statement(assessment, check).level,
    );
    expect(unknown).toEqual([null, null, null]);
  });

  test("few cases are no habit: nothing is said of them", async () => {
    const { assessment } = await assessed({
      ...good,
      pulls: good.pulls.slice(0, 4),
      runs: good.runs.slice(0, 4),
      issues: [],
    });

    for (const check of ["version-control.review", "ci.green", "ci.fast", "feedback.answered"])
      expect([check, statement(assessment, check).level]).toEqual([check, null]);
  });

  test("pull requests and issues that were not done are no answered reports", async () => {
    const others = good.issues.map((issue, index) =>
      index % 2 === 0 ? { ...issue, state_reason: "not_planned" as const } : { ...issue, pull_request: { url: "x" } },
    );

    expect(statement((await assessed({ ...good, issues: others })).assessment, "feedback.answered").level).toBeNull();
  });

  test("what the token may not read is not known, each for itself", async () => {
    const refuses = { "/dependabot/alerts": 403, "/environments": 404, "/pulls/1/reviews": 500 };
    const { assessment } = await assessed(good, { refuses });

    expect(statement(assessment, "security.alerts")).toMatchObject({
      level: null,
      says: "the token may not read this",
    });
    expect(statement(assessment, "environments.guarded").level).toBeNull();
    expect(statement(assessment, "version-control.review").level).toBeNull();
    expect(statement(assessment, "version-control.protection").level).toBe(4);
  });

  test("a token that is refused, questions used up, an answer of another shape: not known", async () => {
    const reasons = async (options: FakeOptions, token?: string, data = good): Promise<string> => {
      const { assessment } = await assessed(data, options, token);
      return statement(assessment, "version-control.protection").says;
    };

    expect(await reasons({}, "other-token")).toBe("the token is not accepted");
    expect(await reasons({ refuses: { "": 403 }, headers: { "x-ratelimit-remaining": "0" } })).toContain("used up");
    expect(await reasons({}, "secret-token", { ...good, rules: {} as never })).toContain("another shape");
  });

  test("a renamed repository is found, and the token goes to no other host", async () => {
    const stranger = await fakeGitHub(good);
    const renamed = await fakeGitHub(good);
    const moved = await assessed(good, { redirect: `${stranger.url}/repositories/1` });
    expect(renamed.requests).toEqual([]);

    expect(stranger.requests).toEqual([]);
    expect(statement(moved.assessment, "version-control.protection")).toMatchObject({
      level: null,
      says: "GitHub answers 301",
    });
    const followed = await assessed(good, { redirect: "/repositories/1" });
    expect(statement(followed.assessment, "version-control.protection").level).toBe(4);
  });

  test("a host that cannot be reached is not known, with the reason", async () => {
    const folder = repository({ "a.txt": "a" });
    git(folder, "remote", "add", "origin", "https://github.com/team/shop.git");

    const assessment = await assessmentOf(folder, { env: { GITHUB_API_URL: "http://127.0.0.1:9", GITHUB_TOKEN: "t" } });

    expect(statement(assessment, "version-control.protection").says).toMatch(/ECONNREFUSED|bad port/);
  });

  test("without a token nothing is asked, and what the host may do is not called missing", async () => {
    const github = await fakeGitHub(good);
    const folder = repository({ "a.txt": "a" });
    git(folder, "remote", "add", "origin", "https://user:pw@github.com/team/shop.git");

    const assessment = await assessmentOf(folder, { env: { GITHUB_API_URL: github.url } });

    expect(github.requests).toEqual([]);
    for (const check of ["secrets.scanned", "security.updates", "feedback.channel", "version-control.protection"])
      expect([check, statement(assessment, check).level]).toEqual([check, null]);
    expect(JSON.stringify(assessment)).not.toContain("user:pw");
  });
});

test("only a remote on GitHub, or on the server that says it is GitHub, is one", () => {
  const at = (remote: string, env: Readonly<Record<string, string>> = {}): string | undefined =>
    repositoryOn({ env }, remote)?.api;

  expect(at("github.com/team/shop")).toBe("https://api.github.com");
  expect(at("gitlab.com/team/shop")).toBeUndefined();
  expect(at("github.com/team/shop/more")).toBeUndefined();
  expect(at("github.com/../shop")).toBeUndefined();
  expect(at("github.example.com/team/shop")).toBeUndefined();
  expect(at("github.example.com/team/shop", { GITHUB_SERVER_URL: "https://github.example.com" })).toBe(
    "https://github.example.com/api/v3",
  );
  expect(
    at("github.com/team/shop", {
      GITHUB_SERVER_URL: "https://github.example.com",
      GITHUB_API_URL: "https://github.example.com/api/v3",
    }),
  ).toBe("https://api.github.com");
});
