import { describe, expect, test } from "vitest";
import { explain } from "../../src/pipeline/index.ts";
import { fixtures, pipelineOf } from "./fixtures.ts";

async function told(fixture: string, ref: string): Promise<string> {
  const { pipeline, rules } = await pipelineOf(fixtures[fixture] ?? {});
  const { environment, reason, runs, ...rest } = explain(ref, pipeline, rules.environments);
  const lines = runs.flatMap(({ what, details }) => [what, ...details.map((detail) => `  ${detail}`)]);
  return [`${rest.ref} -> ${environment} ${rest.version ?? ""}`.trim(), reason, ...lines].join("\n");
}

describe("what happens for a ref, in words", () => {
  test("a release", async () => {
    expect(await told("node", "PROD-1.2.0")).toMatchInlineSnapshot(`
      "refs/tags/PROD-1.2.0 -> production 1.2.0
      production takes the tag PROD-*, as environments of this name do by default
      The gate: may this be deployed? (deploy.yml)
        the tag stands at the commit of the run
        the commit is on main
        no later version is tagged, and none is live
        a version of uat stands at the same commit
      Check web: lint, type check, unit tests, integration tests (deploy.yml)
        beside it: postgres:17, redis:8
      wherry check of development, uat, production (deploy.yml)
      Deploy to production
        with the images of uat, by digest: nothing is built, and this commit was deployed there with success, or it ends here
        on 203.0.113.11, after what the environment production of the repository asks for (approval, waiting time)
        one at a time: it waits for the lock of the server
        with the secrets DB_PASSWORD of the environment
        seen at https://shop.example.com"
    `);
  });

  test("a release that wants two people says who cannot ask for it", async () => {
    const { pipeline, rules } = await pipelineOf(fixtures["node"] ?? {});
    const strict = <T extends { readonly production: boolean }>(rule: T): T =>
      rule.production ? { ...rule, twoPeople: true } : rule;
    const environments = pipeline.environments.map((stage) => ({ ...stage, rule: strict(stage.rule) }));
    const { runs } = explain("PROD-1.2.0", { ...pipeline, environments }, rules.environments.map(strict));
    expect(runs.at(-1)?.details).toContain(
      "asked for by somebody else than who deployed this commit to uat, or it ends here",
    );
  });

  test("a branch that is deployed, by its bare name", async () => {
    expect(await told("monorepo", "feature/a/b")).toMatchInlineSnapshot(`
      "refs/heads/feature/a/b -> preview
      preview takes the branch feature/**, by deploy_on in wherry.yaml
      The gate: may this be deployed? (deploy.yml)
        the branch belongs to the environment
      Check api: type check, unit tests (deploy.yml)
      Check jobs: lint, type check, unit tests (deploy.yml)
      wherry check of nightly, preview, staging, demo, production (deploy.yml)
      Deploy to preview
        on 203.0.113.9, after what the environment preview of the repository asks for (approval, waiting time)
        one at a time: it waits for the lock of the server
        with the secrets SLACK_URL of the environment
        seen at https://shop.example.com"
    `);
  });

  test("a pull request, where each has a preview", async () => {
    expect(await told("previews", "refs/pull/12/merge")).toMatchInlineSnapshot(`
      "refs/pull/12/merge -> preview-12
      a pull request of this repository has a preview, by previews in wherry.yaml
      Check web: unit tests (ci.yml)
      wherry check of production (ci.yml)
      Build the images of web (ci.yml)
      Look for known vulnerabilities (ci.yml)
      Deploy to preview-12, whatever the checks say (preview.yml)
        once it is opened, and with each push; not for forks, nor for Dependabot
        its head commit, on 203.0.113.20, after what the environment preview of the repository asks for (approval, waiting time)
        refused where the server has 2 other previews of shop
        with the secrets DB_PASSWORD, MAIL_KEY of the environment preview, and no others
        seen at https://pr-12.preview.example.com
      Remove preview-12 with its data, once it is closed (preview.yml)"
    `);
  });

  test("a pull request, where none has a preview", async () => {
    expect(await told("rust", "refs/pull/12/head")).toMatchInlineSnapshot(`
      "refs/pull/12/head -> null
      a pull request is deployed nowhere: there is no previews: in wherry.yaml, or no pipeline reaches its server
      Check web: lint, unit tests (ci.yml)
      wherry check of development, uat, production (ci.yml)
      Build the images of web (ci.yml)
      Look for known vulnerabilities (ci.yml)"
    `);
  });

  test("a tag that only looks like a release", async () => {
    expect(await told("node", "PROD-1.2")).toMatchInlineSnapshot(`
      "refs/tags/PROD-1.2 -> null
      production does not take the tag PROD-1.2: "1.2" has 2 numbers, and a version has three: 1.2.3
      deploy.yml starts, and its gate ends it with this reason: nothing is deployed"
    `);
  });

  test("branches that are deployed nowhere", async () => {
    expect(await told("node", "refs/heads/main")).toContain("Build the images of web (ci.yml)");
    expect(await told("node", "fix-typo")).toContain("Nothing by itself; once there is a pull request of fix-typo:");
  });

  test("a tag of no environment starts nothing", async () => {
    expect(await told("node", "refs/tags/v1.0.0")).toMatch(/Nothing$/);
  });
});
