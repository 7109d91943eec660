import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { gitlabFiles, proposeGitLab } from "../../src/pipeline/index.ts";
import type { Pipeline } from "../../src/pipeline/index.ts";
import { createContext } from "../../src/system/index.ts";
import { apply } from "../../src/writer/index.ts";
import { repository } from "../helpers/git.ts";
import { fixtures, pipelineOf, wherryPin } from "./fixtures.ts";

interface Job {
  readonly stage?: string;
  readonly rules?: readonly { readonly if: string; readonly when?: string }[];
  readonly image?: string | { readonly name: string };
  readonly services?: readonly { readonly name: string; readonly alias: string }[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly script?: readonly string[];
  readonly needs?: readonly string[];
  readonly environment?: { readonly name: string };
  readonly resource_group?: string;
  readonly interruptible?: boolean;
}

const found = new Map<string, Pipeline>();

async function textOf(name: string, digests: ReadonlyMap<string, string> = new Map()): Promise<string> {
  const pipeline = found.get(name) ?? (await pipelineOf(fixtures[name] ?? {})).pipeline;
  found.set(name, pipeline);
  return gitlabFiles(pipeline, digests).find(({ path }) => path === ".gitlab-ci.yml")?.content ?? "";
}

async function jobsOf(name: string): Promise<Readonly<Record<string, Job>>> {
  const {
    stages: _stages,
    workflow: _workflow,
    default: _default,
    ...jobs
  } = parse(await textOf(name)) as Record<string, Job>;
  return jobs;
}

describe.each(Object.keys(fixtures))("the pipeline of %s on GitLab", (name) => {
  test("is rendered as it was looked at", async () => {
    await expect(await textOf(name)).toMatchFileSnapshot(`golden/gitlab/${name}.yml`);
  });

  test("hands names of branches and tags over in quotes, and takes nothing that decides from a variable", async () => {
    for (const { script = [] } of Object.values(await jobsOf(name))) {
      const text = script.join("\n");
      expect(text).not.toMatch(/CI_COMMIT_SHA|CI_COMMIT_REF|CI_COMMIT_MESSAGE|CI_MERGE_REQUEST/);
      for (const [before] of text.matchAll(/.\$\{?CI_COMMIT_(?:TAG|BRANCH)/g))
        expect(before.slice(0, 1)).toMatch(/["/]/);
      expect(text).not.toMatch(/--(?:environment|for|release-branch) "?\$/);
    }
  });

  test("deploys one at a time, is not cancelled there, and keeps the environment's variables to these jobs", async () => {
    const jobs = Object.entries(await jobsOf(name)).filter(([, { environment }]) => environment !== undefined);
    expect(jobs.length).toBeGreaterThan(0);
    for (const [, job] of jobs) {
      expect(job).toMatchObject({ resource_group: `shop-${job.environment?.name}`, interruptible: false });
      expect(job.script?.join("\n")).toMatch(/pipeline gate "\$ref" .*--live|rollback --environment/);
    }
    expect(
      jobs.every(([id, { rules }]) => !id.startsWith("rollback") || rules?.every(({ when }) => when === "manual")),
    ).toBe(true);
  });
});

describe("release rules on GitLab", () => {
  /** The condition as GitLab reads it, for what these files have: comparisons and patterns joined by &&. */
  function holds(condition: string, run: Readonly<Record<string, string>>): boolean {
    return condition.split(" && ").every((part) => {
      const [, variable = "", operator, value = ""] = /^\$(\w+)(?: (==|!=|=~) (.*))?$/.exec(part) ?? [];
      const actual = run[variable] ?? "";
      if (operator === undefined) return actual !== "";
      if (operator === "=~") return new RegExp(value.slice(1, -1)).test(actual);
      return (actual === value.slice(1, -1)) === (operator === "==");
    });
  }
  const deployed = async (fixture: string, run: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    Object.entries(await jobsOf(fixture))
      .filter(([id]) => id === "gate" || id.startsWith("deploy-"))
      .flatMap(([id, { rules }]) => {
        const rule = rules?.find((one) => holds(one.if, run));
        return rule === undefined ? [] : [rule.when === "manual" ? `${id} (button)` : id];
      });
  const push = { CI_PIPELINE_SOURCE: "push" };

  test.each([
    ["node", { ...push, CI_COMMIT_TAG: "PROD-1.2.0" }, ["gate", "deploy-production"]],
    // The gate ends it with the reason.
    ["node", { ...push, CI_COMMIT_TAG: "PROD-1.2" }, ["gate", "deploy-production"]],
    ["node", { ...push, CI_COMMIT_TAG: "xPROD-1.2.0" }, []],
    ["node", { ...push, CI_COMMIT_BRANCH: "develop" }, ["gate", "deploy-development"]],
    ["node", { ...push, CI_COMMIT_BRANCH: "developer" }, []],
    ["node", { CI_PIPELINE_SOURCE: "merge_request_event" }, []],
    ["monorepo", { ...push, CI_COMMIT_BRANCH: "feature/a/b" }, ["gate", "deploy-preview"]],
    ["monorepo", { ...push, CI_COMMIT_BRANCH: "main" }, ["gate", "deploy-staging"]],
    ["monorepo", { ...push, CI_COMMIT_TAG: "rc+1.0.0" }, ["gate", "deploy-staging"]],
    ["monorepo", { ...push, CI_COMMIT_TAG: "rcc1.0.0" }, []],
    [
      "monorepo",
      { CI_PIPELINE_SOURCE: "web", CI_COMMIT_BRANCH: "topic" },
      ["deploy-nightly (button)", "deploy-demo (button)"],
    ],
    [
      "monorepo",
      { CI_PIPELINE_SOURCE: "schedule", CI_PIPELINE_SCHEDULE_DESCRIPTION: "nightly", CI_COMMIT_BRANCH: "main" },
      ["deploy-nightly"],
    ],
  ])("%s: %j starts %j", async (fixture, run, expected) => {
    expect(await deployed(fixture, run)).toEqual(expected);
  });
});

describe("what jobs on GitLab have beside them", () => {
  test("databases by name, and variables that say so", async () => {
    const job = (await jobsOf("node"))["integrate-web"];
    expect(job?.services?.map(({ alias }) => alias)).toEqual(["db", "cache"]);
    expect(job?.variables).toEqual({
      DATABASE_URL: "postgresql://app:only-for-tests@db:5432/app",
      REDIS_URL: "redis://cache:6379",
    });
  });

  test("images with the digest that a registry told", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const text = await textOf(
      "node",
      new Map([
        ["node:24", digest],
        ["docker:28-cli", digest],
      ]),
    );
    expect(text).toContain(`image: node:24@${digest}`);
    expect(text).toContain(`image: docker:28-cli@${digest}`);
  });

  test("its own Wherry, whose files a second run leaves as they are", async () => {
    const https = {
      get: () =>
        Promise.resolve({
          status: 200,
          headers: {},
          body: JSON.stringify({ dist: { integrity: wherryPin.integrity } }),
        }),
      post: () => Promise.reject(new Error("nothing is written")),
      send: () => Promise.reject(new Error("nothing is written")),
    };
    const ctx = createContext({ cwd: repository(fixtures["rust"] ?? {}), https });
    const propose = () => proposeGitLab(ctx, { directory: undefined, releaseBranch: undefined, version: "1.2.3" });
    const { root, changes } = await propose();
    expect(changes.map(({ path }) => path)).toEqual([
      ".gitlab-ci.yml",
      ".gitlab/wherry/package.json",
      ".gitlab/wherry/package-lock.json",
      ".gitlab/wherry/.gitignore",
    ]);
    await apply(ctx, root, changes);
    expect(new Set((await propose()).changes.map(({ kind }) => kind))).toEqual(new Set(["same"]));
  });
});
