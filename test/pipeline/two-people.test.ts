import { describe, expect, test } from "vitest";
import { decideGate } from "../../src/pipeline/index.ts";
import type { GateFacts } from "../../src/pipeline/index.ts";
import { twoPeopleCheck } from "../../src/pipeline/two-people.ts";
import { ruleOf } from "../../src/config/deploy-on.ts";
import { loadReleaseRules } from "../../src/config/index.ts";
import { pipelineAuthor } from "../../src/release/index.ts";
import type { Author, Proof } from "../../src/release/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const onGitHub = (name: string, bot = false): Author => ({
  name,
  bot,
  from: "https://github.com/acme/shop/actions/runs/7",
});
const tried = (...by: readonly Author[]): Proof => ({ verdict: "passed", reason: "it succeeded", deployments: [], by });

const told = (proof: Proof, asker: Author | undefined): string => {
  const { verdict, reason } = twoPeopleCheck({ before: "uat", tried: proof, asker });
  return `${verdict}: ${reason}`;
};

describe("two people", () => {
  test("somebody else than who deployed it to uat may release it", () => {
    expect(told(tried(onGitHub("ada")), onGitHub("grace"))).toBe(
      "passed: ada deployed this commit to uat, and grace asks for it now",
    );
  });

  test.each(["ada", "Ada", "ADA"])("the same person may not, however the login is written: %s", (login) => {
    expect(told(tried(onGitHub("ada")), onGitHub(login))).toBe(
      `failed: ${login} deployed this commit to uat: somebody else has to release it`,
    );
  });

  test("who deployed one of several stacks is one of those who deployed it", () => {
    expect(told(tried(onGitHub("ada"), onGitHub("grace")), onGitHub("grace"))).toContain("failed");
    expect(told(tried(onGitHub("ada"), onGitHub("grace")), onGitHub("edsger"))).toContain("passed: ada, grace");
  });

  test("a bot is nobody, on either side", () => {
    expect(told(tried(onGitHub("renovate[bot]", true)), onGitHub("ada"))).toContain("failed: renovate[bot] is a bot");
    expect(told(tried(onGitHub("ada")), onGitHub("release-bot", true))).toContain("failed: release-bot is a bot");
  });

  test("unknown is no pass: nobody asks, a laptop deployed it, another host knows the login, the server is silent", () => {
    expect(told(tried(onGitHub("ada")), undefined)).toMatch(/^unknown: nobody says who asks/);
    expect(told(tried(onGitHub("ada")), { name: "grace", bot: false, from: "laptop" })).toMatch(/^unknown: grace asks/);
    expect(told(tried({ name: "Ada Lovelace", bot: false, from: "laptop" }), onGitHub("grace"))).toMatch(
      /^unknown: Ada Lovelace deployed it to uat from laptop/,
    );
    expect(
      told(tried({ name: "ada", bot: false, from: "https://gitlab.com/acme/shop/-/jobs/7" }), onGitHub("grace")),
    ).toMatch(/^unknown: ada deployed it to uat from https:\/\/gitlab.com/);
    expect(told({ verdict: "unknown", reason: "the server of uat was not asked" }, onGitHub("grace"))).toBe(
      "unknown: the server of uat was not asked",
    );
    expect(told({ verdict: "failed", reason: "it was never deployed to uat" }, onGitHub("grace"))).toBe(
      "failed: it was never deployed to uat",
    );
  });
});

describe("who asks", () => {
  const author = (env: Readonly<Record<string, string>>) =>
    pipelineAuthor({ env, self: { user: "ada", host: "laptop" } });

  test("is who started the run, at GitHub or GitLab, and nobody elsewhere", () => {
    const run = { GITHUB_RUN_ID: "7", GITHUB_REPOSITORY: "acme/shop", GITHUB_SERVER_URL: "https://github.com" };
    expect(author({ GITHUB_ACTOR: "ada", ...run })).toEqual(onGitHub("ada"));
    const job = "https://gitlab.com/acme/shop/-/jobs/7";
    expect(author({ GITLAB_USER_LOGIN: "grace", CI_JOB_URL: job })).toEqual({ name: "grace", bot: false, from: job });
    expect(author({})).toBeUndefined();
    expect(author({ GITHUB_ACTOR: "" })).toBeUndefined();
  });

  test.each([
    ["dependabot[bot]", true],
    ["Renovate-Bot", true],
    ["project_12_bot_0f3c", true],
    ["group_7_bot", true],
    ["abbott", false],
    ["botanist", false],
  ])("%s is a bot: %s", (name, bot) => {
    expect(author({ GITLAB_USER_LOGIN: name })?.bot).toBe(bot);
  });
});

describe("the gate of an environment that wants two people", () => {
  const environments = [ruleOf("uat", undefined), ruleOf("production", { two_people: true })];
  const decide = (people: GateFacts["people"], rules = environments) =>
    decideGate({
      ref: "refs/tags/PROD-1.2.0",
      commit: "a".repeat(40),
      environments: rules,
      asked: "production",
      schedule: undefined,
      releaseBranch: "main",
      // Going back is another question, and does not answer this one.
      allowRollback: true,
      facts: {
        refCommit: "a".repeat(40),
        onBranch: new Map([["main", true]]),
        tags: ["PROD-1.2.0"],
        tagsHere: ["UAT-1.2.0"],
        live: undefined,
        deployed: undefined,
        images: undefined,
        people,
      },
    });

  test("lets through what another person has deployed to uat, and nothing else", () => {
    expect(decide({ tried: tried(onGitHub("ada")), asker: onGitHub("grace") }).environment).toBe("production");
    expect(decide({ tried: tried(onGitHub("ada")), asker: onGitHub("ada") }).environment).toBeNull();
    expect(decide({ tried: tried(onGitHub("ada")), asker: undefined }).environment).toBeNull();
  });

  test("without servers it is not asked, and where it is not wanted it is no matter", () => {
    expect(decide(undefined).checks.map(({ what }) => what)).not.toContain("people");
    const usual = ["uat", "production"].map((name) => ruleOf(name, undefined));
    expect(decide({ tried: tried(onGitHub("ada")), asker: onGitHub("ada") }, usual).environment).toBe("production");
  });
});

describe("two_people in wherry.yaml", () => {
  const rules = async (environments: string) => {
    const cwd = temporaryFolder({ "wherry.yaml": `app: shop\nserver: local\nenvironments:\n${environments}` });
    return (await loadReleaseRules(createContext({ cwd }), {})).environments;
  };

  test("stands beside the other words, and alone it leaves the rule as its name has it", async () => {
    const found = await rules("  uat:\n  production: { deploy_on: { two_people: true } }\n");
    expect(found.at(-1)).toEqual({
      environment: "production",
      production: true,
      rules: [{ kind: "tag", pattern: "PROD-*" }],
      from: "default",
      twoPeople: true,
    });
    const written = await rules('  uat:\n  live: { deploy_on: { tag: "v*", two_people: true } }\n');
    expect(written.at(-1)).toMatchObject({ rules: [{ kind: "tag", pattern: "v*" }], twoPeople: true });
    expect((await rules("  uat:\n  production:\n")).at(-1)).not.toHaveProperty("twoPeople");
  });

  test.each([
    ["  development:\n  production: { deploy_on: { two_people: true } }\n", "no environment before production"],
    ["  uat: { deploy_on: { two_people: true } }\n  production:\n", "only production has a stage before it"],
    ["  uat:\n  production: { deploy_on: { two_people: false } }\n", "two_people is true, or left out"],
    [
      '  uat:\n  production: { deploy_on: { schedule: "0 3 * * *", two_people: true } }\n',
      "nobody asks for what a schedule starts",
    ],
  ])("%j is an error at its place", async (environments, message) => {
    await expect(rules(environments)).rejects.toMatchObject({
      code: "invalid-config",
      message: expect.stringContaining(message) as string,
      at: expect.objectContaining({ file: "wherry.yaml" }) as object,
    });
  });
});
