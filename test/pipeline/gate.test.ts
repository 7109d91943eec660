import { describe, expect, test } from "vitest";
import { askGate } from "../../src/pipeline/index.ts";
import { decideGate } from "../../src/pipeline/index.ts";
import type { GateFacts, GateResult } from "../../src/pipeline/index.ts";
import { ruleOf } from "../../src/config/deploy-on.ts";
import { createContext } from "../../src/system/index.ts";
import { git, remembered, repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

const wherry = `app: shop
server: deploy@203.0.113.11
environments:
  development:
  uat:
  production:
  demo:
  nightly: { deploy_on: { schedule: "0 3 * * *" } }
`;

/** A team's history: main, develop one commit ahead, a branch that nobody merged. */
function history() {
  const folder = remembered("history of the gate", makeHistory);
  const [main = "", develop = "", stray = ""] = git(folder, "rev-parse", "main", "develop", "stray").split("\n");
  return { folder, main, develop, stray };
}

function makeHistory(): string {
  const folder = repository({ "wherry.yaml": wherry, "compose.yaml": "services: {}\n" });
  const commit = (message: string): string => {
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
    return git(folder, "rev-parse", "HEAD");
  };
  const main = commit("main");
  git(folder, "checkout", "--quiet", "-b", "develop");
  const develop = commit("develop");
  git(folder, "checkout", "--quiet", "-b", "stray", "main");
  const stray = commit("stray");
  git(folder, "checkout", "--quiet", "develop");
  // All of them were tried out; where that is what a test is about, it says so.
  for (const [index, tried] of [main, develop, stray].entries()) git(folder, "tag", `UAT-0.0.${index}`, tried);
  return folder;
}

type Asked = {
  readonly commit?: string;
  readonly asked?: string;
  readonly schedule?: string;
  readonly releaseBranch?: string;
  readonly allowRollback?: boolean;
};

function ask(
  folder: string,
  ref: string,
  { commit, asked, schedule, releaseBranch = "main", allowRollback = false }: Asked = {},
): Promise<GateResult> {
  const ctx = createContext({ cwd: folder });
  return askGate(ctx, {
    directory: undefined,
    ref,
    commit,
    asked,
    schedule,
    releaseBranch,
    allowRollback,
    live: false,
  });
}

const bad = ({ checks }: GateResult): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict !== "passed")
    .map(({ what, verdict, reason }) => `${what} ${verdict}: ${reason}`);

describe("the gate in front of a deployment, with a real history", () => {
  test("a tag of a merged commit goes to production, also an annotated one", async () => {
    const { folder, main } = history();
    git(folder, "tag", "PROD-1.0.0", main);
    git(folder, "tag", "--annotate", "--message", "x", "PROD-1.1.0", main);
    expect(await ask(folder, "refs/tags/PROD-1.1.0", { commit: main })).toMatchObject({
      environment: "production",
      version: "1.1.0",
    });
  });

  test("a tag of a commit that nobody merged does not, and neither does what is only on develop", async () => {
    const { folder, stray, develop } = history();
    git(folder, "tag", "PROD-1.0.0", stray);
    expect(bad(await ask(folder, "refs/tags/PROD-1.0.0", { commit: stray }))).toEqual([
      "history failed: the commit is not on main: merge it first, and tag what was merged",
    ]);
    git(folder, "tag", "PROD-1.1.0", develop);
    expect(await ask(folder, "refs/tags/PROD-1.1.0", { commit: develop })).toMatchObject({ environment: null });
    git(folder, "tag", "UAT-1.1.0", develop);
    expect(await ask(folder, "refs/tags/UAT-1.1.0", { commit: develop })).toMatchObject({ environment: "uat" });
    git(folder, "tag", "UAT-1.2.0", stray);
    expect(bad(await ask(folder, "refs/tags/UAT-1.2.0", { commit: stray }))).toEqual([
      "history failed: the commit is not on main or develop: merge it first, and tag what was merged",
    ]);
  });

  test("a tag that was moved since the run began is refused", async () => {
    const { folder, main, stray } = history();
    git(folder, "tag", "PROD-1.0.0", stray);
    expect(bad(await ask(folder, "refs/tags/PROD-1.0.0", { commit: main }))).toEqual([
      `tag failed: it stands at ${stray.slice(0, 12)}, and this run is for ${main.slice(0, 12)}: it was moved`,
    ]);
  });

  test("an earlier version behind a later one is refused; other environments count for themselves", async () => {
    const { folder, main } = history();
    for (const tag of ["PROD-1.9.0", "PROD-1.10.0", "UAT-2.0.0", "PROD-9.9", "PROD-3.0.0-rc.1"])
      git(folder, "tag", tag, main);
    expect(bad(await ask(folder, "refs/tags/PROD-1.9.0", { commit: main }))).toEqual([
      "order failed: PROD-1.10.0 is later than 1.9.0: to go back there is wherry rollback, or --allow-rollback",
    ]);
    expect(await ask(folder, "refs/tags/PROD-1.9.0", { commit: main, allowRollback: true })).toMatchObject({
      environment: "production",
    });
    expect(await ask(folder, "refs/tags/PROD-1.10.0", { commit: main })).toMatchObject({ environment: "production" });
  });

  test("what git cannot tell is unknown, and no pass", async () => {
    const { folder, main } = history();
    git(folder, "tag", "PROD-1.0.0", main);
    expect(bad(await ask(folder, "refs/tags/PROD-1.0.0", { commit: main, releaseBranch: "trunk" }))).toEqual([
      "history unknown: git cannot tell whether the commit is on trunk: no such branch here, or a clone without its history",
    ]);
    const shallow = `${temporaryFolder()}/clone`;
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "more");
    git(folder, "branch", "--force", "main", "HEAD");
    git(folder, "clone", "--quiet", "--depth", "1", "--no-single-branch", `file://${folder}`, shallow);
    git(shallow, "fetch", "--quiet", "--depth", "1", "origin", "refs/tags/PROD-1.0.0:refs/tags/PROD-1.0.0");
    expect(bad(await ask(shallow, "refs/tags/PROD-1.0.0", { commit: main }))).toMatchObject([
      expect.stringContaining("history unknown"),
    ]);
    expect(bad(await ask(folder, "refs/tags/PROD-7.0.0", { commit: main }))).toEqual([
      "tag unknown: refs/tags/PROD-7.0.0 is not in this clone",
    ]);
  });

  test("a branch of the same name does not stand for a tag, nor a tag for the release branch", async () => {
    const { folder, main, stray } = history();
    git(folder, "branch", "PROD-1.0.0", main);
    expect(await ask(folder, "refs/tags/PROD-1.0.0", { commit: main })).toMatchObject({ environment: null });
    git(folder, "tag", "PROD-1.0.0", stray);
    git(folder, "tag", "main", stray);
    expect(await ask(folder, "refs/tags/PROD-1.0.0", { commit: stray })).toMatchObject({ environment: null });
  });

  test("by hand, an environment gets only what belongs to it", async () => {
    const { folder, main } = history();
    git(folder, "tag", "PROD-1.0.0", main);
    const tag = "refs/tags/PROD-1.0.0";
    const commit = main;
    expect(await ask(folder, tag, { commit, asked: "production" })).toMatchObject({ environment: "production" });
    expect(bad(await ask(folder, tag, { commit, asked: "uat" }))).toEqual([
      "environment failed: PROD-1.0.0 belongs to production, not to uat",
    ]);
    expect(bad(await ask(folder, "refs/heads/main", { commit, asked: "production" }))).toEqual([
      "environment failed: no environment takes the branch main",
    ]);
    expect(await ask(folder, "refs/heads/main", { commit, asked: "demo" })).toMatchObject({ environment: "demo" });
    expect(bad(await ask(folder, "refs/heads/develop", { commit, asked: "demo" }))).toEqual([
      "environment failed: develop belongs to development, not to demo",
    ]);
    expect(bad(await ask(folder, tag, { commit, asked: "nowhere" }))).toEqual([
      'environment failed: there is no environment "nowhere"',
    ]);
  });

  test("a schedule goes to its environment alone", async () => {
    const { folder } = history();
    expect(await ask(folder, "refs/heads/main", { schedule: "0 3 * * *" })).toMatchObject({ environment: "nightly" });
    expect(await ask(folder, "refs/heads/main", { schedule: "0 4 * * *" })).toMatchObject({ environment: null });
    expect(await ask(folder, "refs/heads/main", { schedule: "0 3 * * *", asked: "production" })).toMatchObject({
      environment: null,
    });
  });
});

test("production takes only what was tried out before it: a tag without one of uat at its commit is refused", async () => {
  const { folder, main } = history();
  git(folder, "tag", "--delete", "UAT-0.0.0");
  git(folder, "tag", "PROD-1.0.0", main);

  const result = await ask(folder, "refs/tags/PROD-1.0.0", { commit: main });

  expect(result.environment).toBeNull();
  expect(bad(result)).toEqual([
    "uat failed: no version of uat stands at this commit: production takes what was tried out there",
  ]);
});

describe("the gate and what is live", () => {
  const environments = ["uat", "production"].map((name) => ruleOf(name, undefined));
  const decide = (live: GateFacts["live"], more: Partial<GateFacts> = {}, allowRollback = false): GateResult =>
    decideGate({
      ref: "refs/tags/PROD-1.2.0",
      commit: "a".repeat(40),
      environments,
      asked: "production",
      schedule: undefined,
      releaseBranch: "main",
      allowRollback,
      facts: {
        refCommit: "a".repeat(40),
        onBranch: new Map([["main", true]]),
        tags: ["PROD-1.2.0"],
        tagsHere: ["UAT-1.2.0"],
        live,
        deployed: undefined,
        images: undefined,
        people: undefined,
        ...more,
      },
    });

  test.each([
    [[], null],
    [[{ tags: ["PROD-1.1.0"], commit: "b" }], null],
    [[{ tags: ["PROD-1.2.0"], commit: "a".repeat(40) }], null],
    [[{ tags: [], commit: "b" }], null],
    [[{ tags: ["UAT-9.0.0"], commit: "b" }], null],
    [[{ tags: ["UAT-1.3.0", "PROD-1.3.0"], commit: "b" }], "production serves PROD-1.3.0 already"],
    [[{ tags: ["PROD-1.2.0"], commit: "b" }], "production serves PROD-1.2.0 from another commit"],
    [
      [
        { tags: ["PROD-1.1.0"], commit: "b" },
        { tags: ["PROD-1.10.0"], commit: "b" },
      ],
      "production serves PROD-1.10.0 already",
    ],
  ] as const)("%j: %s", (live, reason) => {
    const result = decide(live);
    if (reason === null) expect(bad(result)).toEqual([]);
    else expect(bad(result)).toEqual([expect.stringContaining(reason)]);
    expect(result.environment).toBe(reason === null ? "production" : null);
  });

  test("what is later gives way only to those who say so, and another commit of the same version never", () => {
    const later = [{ tags: ["PROD-1.3.0"], commit: "b" }];
    expect(decide(later, {}, true)).toMatchObject({ environment: "production" });
    expect(decide(later, {}, true).checks.find(({ what }) => what === "live")?.reason).toContain(
      "going back was asked for",
    );
    expect(decide([{ tags: ["PROD-1.2.0"], commit: "b" }], {}, true).environment).toBeNull();
  });

  test("a version that was deployed from another commit before is taken, also when it is no longer live", () => {
    const live = [{ tags: ["PROD-1.1.0"], commit: "c" }];
    const [other, own] = ["b".repeat(40), "a".repeat(40)];
    for (const allowed of [false, true])
      expect(bad(decide(live, { deployed: [{ tag: "PROD-1.2.0", commit: other }] }, allowed))).toEqual([
        "reuse failed: PROD-1.2.0 was deployed from bbbbbbbbbbbb before: take the next version",
      ]);
    const deployed = [
      { tag: "PROD-1.2.0", commit: own },
      { tag: "PROD-1.1.0", commit: other },
      { tag: null, commit: other },
      { tag: "PROD-1.2.0", commit: null },
    ];
    expect(bad(decide(live, { deployed }))).toEqual([]);
  });

  test("whose images are taken, its ledger has to say yes: no and not known are no pass", () => {
    const passed = { verdict: "passed", reason: "it succeeded", deployments: ["d1"], by: [] } as const;
    expect(decide([], { images: passed }).environment).toBe("production");
    for (const verdict of ["failed", "unknown"] as const) {
      const result = decide([], { images: { verdict, reason: "of uat" } }, true);
      expect(result.environment).toBeNull();
      expect(bad(result)).toEqual([`images ${verdict}: of uat`]);
    }
  });
});
