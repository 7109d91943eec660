import { expect, test } from "vitest";
import { fakeGitHub } from "../github/fake/github.ts";
import { oneEnvironment, team } from "./helpers.ts";

test("status names everything that was changed by hand, and setup makes it right", { timeout: 300_000 }, async () => {
  const github = await fakeGitHub();
  const shop = team(github, oneEnvironment);
  await shop.github("setup", "--yes");
  github.world.settings.workflow.default_workflow_permissions = "write";
  github.setByHand("production", "DB_PASSWORD", "something-else");
  const production = github.world.environments.get("production");
  production?.policies.splice(0);
  const tags = github.world.rulesets.find(({ body }) => body.name === "wherry: release tags stay");
  if (tags === undefined) throw new Error("no ruleset");
  tags.body = {
    ...tags.body,
    enforcement: "disabled",
    bypass_actors: [{ actor_id: 4, actor_type: "RepositoryRole", bypass_mode: "always" }],
  };
  github.world.labels.splice(0);

  const drifted = await shop.github("status", "--json");
  const shown = await shop.github("status");
  await shop.github("setup", "--yes");
  const after = await shop.github("status", "--json");

  expect(drifted.exitCode).toBe(8);
  expect(drifted.json().drift.map(({ title }) => title)).toEqual([
    "repository",
    "label incident",
    "label hotfix",
    "label rollback",
    "label security",
    "label operations",
    "environment production",
    "secret DB_PASSWORD of production",
    "variable WHERRY_SECRETS_FINGERPRINT of production",
    'ruleset "wherry: release tags stay"',
  ]);
  expect(shown.stdout).toContain("    - may pass: write\n    + may pass: nobody\n");
  expect(shown.stdout).toContain("    - enforcement: disabled\n    + enforcement: active\n");
  expect(shown.stdout).toMatch(/production {2}DB_PASSWORD +set \d+ \w+ ago +not the value of here/);
  expect([after.exitCode, after.json().drift]).toEqual([0, []]);
  expect(production?.secrets.get("DB_PASSWORD")?.value).toBe(shop.env["DB_PASSWORD"]);
});

test(
  "a value that is new here is drift, and a value that is not here is not guessed at",
  { timeout: 300_000 },
  async () => {
    const github = await fakeGitHub();
    const shop = team(github, oneEnvironment);
    await shop.github("setup", "--yes");

    shop.env["DB_PASSWORD"] = "another-password-of-the-database";
    const changed = await shop.github("status", "--json");
    delete shop.env["DB_PASSWORD"];
    const gone = await shop.github("status", "--json");

    expect(changed.exitCode).toBe(8);
    expect(changed.json().environments[0]?.secrets.map(({ state }) => state)).toEqual(["changed", "changed"]);
    expect(gone.exitCode).toBe(0);
    expect(gone.json().environments[0]?.secrets.map(({ state }) => state)).toEqual(["unknown", "unknown"]);
  },
);
