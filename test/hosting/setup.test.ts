import { generateKeyPairSync } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fakeGitHub } from "../github/fake/github.ts";
import type { FakeSetup } from "../github/fake/github.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import { oneEnvironment, team, values } from "./helpers.ts";

/** A request to a fake is fast, but there are many, and a machine may have much else to do. */
const patient = { timeout: 300_000 };

function secretsOf(github: FakeSetup, environment: string): Readonly<Record<string, string>> {
  const stored = github.world.environments.get(environment)?.secrets ?? new Map();
  return Object.fromEntries([...stored].map(([name, { value }]) => [name, value]));
}

function refsOf(github: FakeSetup, environment: string): readonly string[] {
  return (github.world.environments.get(environment)?.policies ?? []).map(({ type, name }) => `${type} ${name}`);
}

describe("wherry github setup", patient, () => {
  test("makes everything once, a second run changes nothing, and status finds no drift", async () => {
    const github = await fakeGitHub();
    const shop = team(github);

    const plan = await shop.github("setup", "--plan");
    expect(github.changes()).toEqual([]);
    expect(plan.stdout).toContain("+ environment production\n    + takes: what is listed");
    expect(plan.stdout).toContain("    - the token of workflows may: write, and approve\n");
    expect(plan.stdout).toContain("    + the token of workflows may: read, and not approve\n");
    const first = await shop.github("setup", "--yes", "--json");
    const setUp = github.requests.map(({ text }) => text).join("\n");
    github.forget();
    const second = await shop.github("setup", "--yes", "--json");
    const status = await shop.github("status", "--json");

    expect(first.json().error).toBeUndefined();
    expect([first.exitCode, second.exitCode, status.exitCode]).toEqual([0, 0, 0]);
    expect(first.json().done).toHaveLength(first.json().changes.length);
    expect(second.json().changes).toEqual([]);
    expect(status.json().drift).toEqual([]);
    expect(github.changes()).toEqual([]);
    // What GitHub has now: libsodium has opened the boxes.
    expect(secretsOf(github, "production")).toEqual(values);
    expect(secretsOf(github, "uat")).toEqual({ WHERRY_SSH_KEY: values.WHERRY_SSH_KEY });
    expect(refsOf(github, "development")).toEqual(["branch develop"]);
    expect(refsOf(github, "uat")).toEqual(["tag UAT-*"]);
    expect(refsOf(github, "production")).toEqual(["tag PROD-*"]);
    expect(github.world.environments.get("production")?.variables.get("WHERRY_KNOWN_HOSTS")?.value).toMatch(
      /^\[203\.0\.113\.11\]:2222 ssh-ed25519 \S+$/,
    );
    expect(github.world.settings.workflow).toEqual({
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: false,
    });
    const rulesets = Object.fromEntries(github.world.rulesets.map(({ body }) => [body.name, body]));
    expect(rulesets["wherry: release branch"]).toMatchObject({
      conditions: { ref_name: { include: ["refs/heads/main"] } },
      rules: [
        { type: "deletion" },
        { type: "non_fast_forward" },
        { type: "pull_request" },
        { parameters: { required_status_checks: [{ context: "scan" }, { context: "web: tests" }] } },
      ],
    });
    expect(rulesets["wherry: release tags stay"]).toMatchObject({
      target: "tag",
      bypass_actors: [],
      conditions: { ref_name: { include: ["refs/tags/PROD-*", "refs/tags/UAT-*"] } },
      rules: [{ type: "deletion" }, { type: "update" }],
    });
    // No value, and no part of one, in a request or in anything that was written.
    for (const said of [setUp, first.all, second.all, status.all, plan.all]) {
      for (const value of [values.DB_PASSWORD, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", github.token]) {
        expect(said).not.toContain(value);
        expect(said).not.toContain(Buffer.from(value).toString("base64").slice(0, 16));
      }
    }
  });

  test("makes one environment for all previews, which any pull request gets into, with none of this process's values", async () => {
    const github = await fakeGitHub();
    const previews = "previews: { domain: preview.example.com, server: deploy@203.0.113.10, secrets: [DB_PASSWORD] }\n";
    const shop = team(github, { "wherry.yaml": oneEnvironment["wherry.yaml"] + previews });
    mkdirSync(`${shop.folder}/.wherry`);
    writeFileSync(`${shop.folder}/.wherry/secrets.preview.env`, "DB_PASSWORD=of previews alone\n", { mode: 0o600 });

    const first = (await shop.github("setup", "--yes", "--json", "--make-keys")).json();

    expect(first.error).toBeUndefined();
    expect(first.environments.map(({ name }) => name)).toEqual(["production", "preview"]);
    expect(refsOf(github, "preview")).toEqual([]);
    expect(github.world.environments.get("preview")?.variables.get("WHERRY_KNOWN_HOSTS")?.value).toContain(
      "203.0.113.10",
    );
    expect(first.newKeys).toMatchObject([{ environment: "preview" }]);
    const stored = secretsOf(github, "preview");
    expect(stored["DB_PASSWORD"]).toBe("of previews alone");
    expect(stored["WHERRY_SSH_KEY"]).toContain("PRIVATE KEY");
    expect(Object.values(stored)).not.toContain(values.WHERRY_SSH_KEY);
    expect(secretsOf(github, "production")).toMatchObject(values);
  });

  test("with a free plan says what a private repository lacks and what stands in, and makes the rest", async () => {
    const github = await fakeGitHub({ plan: "free", owner: "User" });
    const shop = team(github, oneEnvironment);

    const first = (await shop.github("setup", "--yes", "--json")).json();
    github.forget();
    const second = await shop.github("setup", "--yes");

    expect(first.error).toBeUndefined();
    expect(first.limits.map(({ what }) => what.split(":")[0])).toEqual([
      "environments",
      "required reviewers",
      "rulesets",
      "secret scanning, private reports of weaknesses, approval of what forks run",
    ]);
    expect(new Set(first.done.map(({ title }) => title.split(" ")[1]))).toEqual(new Set(["repository", "label"]));
    expect(github.changes()).toEqual([]);
    expect(second.stdout).toContain("why: GitHub has them for private repositories from Pro and Team on");
    expect(second.stdout).toContain("instead: the gate of the workflow still refuses every other branch and tag");
  });

  test("where the plan is not shown, tries, and takes GitHub's refusal for what it is", async () => {
    const github = await fakeGitHub({ plan: "free", showsPlan: false });
    const shop = team(github, oneEnvironment);

    const result = (await shop.github("setup", "--yes", "--json")).json();

    expect(result.error).toBeUndefined();
    expect(result.limits.map(({ what }) => what)).toContain("the plan of the account");
    expect(result.refused.map(({ what }) => what)).toContain("environment production");
    expect(result.refused.map(({ reason }) => reason)).toContain(
      "Upgrade to GitHub Pro or make this repository public to enable this feature.",
    );
    expect(github.world.labels.map(({ name }) => name)).toContain("hotfix");
  });

  test("sets reviewers where the plan has them, and keeps what somebody else has set", async () => {
    const github = await fakeGitHub({ visibility: "public" });
    const shop = team(github, oneEnvironment);
    await shop.github("setup", "--yes");
    const production = github.world.environments.get("production");
    if (production === undefined) throw new Error("no environment");
    production.waitTimer = 10;
    production.policies.push({ id: 1, name: "hotfix", type: "branch" });

    const second = (
      await shop.github("setup", "--yes", "--json", "--reviewer", "ada", "--reviewer", "acme/ops")
    ).json();
    const status = await shop.github("status", "--json");

    expect(second.done).toEqual([{ title: "update environment production", refused: null }]);
    expect(production.reviewers.map(({ type }) => type)).toEqual(["User", "Team"]);
    expect(production).toMatchObject({ waitTimer: 10, preventSelfReview: true });
    expect(refsOf(github, "production")).toEqual(["tag PROD-*", "branch hotfix"]);
    expect(status.json().drift).toEqual([]);
    expect(status.json().environments[0]?.extraRefs).toEqual(["branch hotfix"]);
    expect(github.world.settings).toMatchObject({ privateReports: true, secretScanning: true, pushProtection: true });
  });

  test("makes a key for each environment that has none, once, and shows its public half", async () => {
    const github = await fakeGitHub();
    const shop = team(github, oneEnvironment);
    delete shop.env["WHERRY_SSH_KEY"];

    const without = await shop.github("setup", "--yes", "--json");
    const made = await shop.github("setup", "--yes", "--json", "--make-keys");
    github.forget();
    const again = await shop.github("setup", "--yes", "--json", "--make-keys");

    expect(without.exitCode).toBe(8);
    expect(without.json().environments[0]?.secrets).toContainEqual(
      expect.objectContaining({ name: "WHERRY_SSH_KEY", state: "missing" }),
    );
    const key = secretsOf(github, "production")["WHERRY_SSH_KEY"] ?? "";
    const folder = temporaryFolder();
    execFileSync("sh", ["-c", 'umask 077; cat > "$1"', "sh", `${folder}/key`], { input: key });
    const publicKey = execFileSync("ssh-keygen", ["-y", "-f", `${folder}/key`], { encoding: "utf8" }).trim();
    expect(made.json().newKeys).toEqual([{ environment: "production", publicKey }]);
    expect(github.world.environments.get("production")?.variables.get("WHERRY_SSH_PUBLIC_KEY")?.value).toBe(publicKey);
    expect(again.json().changes).toEqual([]);
    expect(github.changes()).toEqual([]);
    expect(made.all).not.toContain(key.split("\n")[1]);
  });

  test("asks with the token of a GitHub App", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    const github = await fakeGitHub({ admin: false });
    github.appKey = publicKey;
    const shop = team(github, oneEnvironment);
    const folder = temporaryFolder({ "app.pem": privateKey });
    delete shop.env["GH_TOKEN"];
    Object.assign(shop.env, { WHERRY_GITHUB_APP_ID: "123", WHERRY_GITHUB_APP_KEY_FILE: `${folder}/app.pem` });

    const status = await shop.github("status", "--json");

    expect(status.json().error).toBeUndefined();
    expect(status.exitCode).toBe(8);
    expect(github.requests.map(({ operation }) => operation)).toContain(
      "POST /app/installations/{installation_id}/access_tokens",
    );
  });
});
