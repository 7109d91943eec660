import { expect, test } from "vitest";
import { loadSettings } from "../../src/config/index.ts";
import { secretsToHandOver, unreachableSources } from "../../src/pipeline/secrets.ts";
import { fakeGitHub } from "../github/fake/github.ts";
import type { FakeSetup } from "../github/fake/github.ts";
import { git } from "../helpers/git.ts";
import { secretsApp } from "./helpers.ts";
import type { SecretsApp } from "./helpers.ts";

const password = `pa$$ 'w' "o" \`r\` d&%2F é`;

/** A clone of acme/shop, whose environment production is at GitHub. */
async function app(
  fake: FakeSetup,
  { from = "  - file\n  - github", env = {} }: { readonly from?: string; readonly env?: Record<string, string> } = {},
): Promise<SecretsApp> {
  fake.world.environments.set("production", fake.world.newEnvironment());
  const one = secretsApp({
    from,
    env: { GITHUB_API_URL: fake.url, GH_TOKEN: fake.token, WHERRY_GITHUB_PAUSE: "0", ...env },
  });
  git(one.folder, "remote", "add", "origin", "git@github.com:acme/shop.git");
  return one;
}

const stored = (fake: FakeSetup): ReadonlyMap<string, { readonly value: string }> =>
  fake.world.environments.get("production")?.secrets ?? new Map();

test("a value goes to GitHub sealed, and comes out nowhere else", async () => {
  const fake = await fakeGitHub();
  const shop = await app(fake);
  const said: string[] = [];
  for (const flags of [[], ["--json"]]) {
    const result = await shop.secrets(["set", "APP_PASSWORD", "--to", "github", ...flags], { input: `${password}\n` });
    expect(result).toMatchObject({ exitCode: 0 });
    said.push(result.stdout + result.stderr);
  }
  expect(stored(fake).get("APP_PASSWORD")?.value).toBe(password);
  expect(said[0]).toContain("set: APP_PASSWORD of production in github (environment production)");
  expect(said[0]).toContain("GitHub tells it to nobody");

  const got = await shop.secrets(["get", "APP_PASSWORD", "--reveal"]);
  expect(got).toMatchObject({ exitCode: 2, stdout: "" });
  expect(got.stderr).toContain(
    "APP_PASSWORD is in github (environment production) alone: GitHub tells the value of a secret to nobody",
  );
  expect(got.stderr).toContain("wherry secrets set APP_PASSWORD --to SOURCE");
  const rotated = await shop.secrets(["rotate", "APP_PASSWORD", "--later"]);
  expect(rotated.exitCode).toBe(0);
  expect(stored(fake).get("APP_PASSWORD")?.value).toMatch(/^[\w-]{43}$/);

  said.push(got.stderr, rotated.stdout, rotated.stderr, ...fake.requests.map(({ path, text }) => `${path} ${text}`));
  for (const form of [password, JSON.stringify(password).slice(1, -1), Buffer.from(password).toString("base64")])
    expect(said.join("\n")).not.toContain(form);
});

test("list says what is there and since when, and not what only pipelines need", async () => {
  const fake = await fakeGitHub();
  const shop = await app(fake);
  await shop.secrets(["set", "APP_PASSWORD", "--to", "github"], { input: password });
  await shop.secrets(["set", "api_token", "--to", "github"], { input: "whatever it is" });
  await shop.secrets(["set", "WHERRY_SSH_KEY", "--to", "github"], { input: "the key of the deploy user" });
  const json = await shop.secrets(["list", "--json"]);
  expect(json.exitCode).toBe(0);
  const title = "github (environment production)";
  expect(JSON.parse(json.stdout)).toMatchObject({
    sources: [{ problem: null }, { title, readOnly: null, problem: "values go in, and come out in workflows alone" }],
    secrets: [
      { name: "API_TOKEN", source: title, wanted: true, changed: "2026-11-20T00:00:03Z" },
      { name: "APP_PASSWORD", source: title, wanted: true, changed: "2026-11-20T00:00:02Z" },
    ],
  });
  expect((await shop.secrets(["list"])).stdout).toMatch(
    /APP_PASSWORD +github \(environment production\) +written .* ago/,
  );
});

test("diff says what GitHub lacks and what it alone has; the values it does not tell", async () => {
  const fake = await fakeGitHub();
  const shop = await app(fake);
  await shop.secrets(["set", "APP_PASSWORD", "--to", "github"], { input: password });
  await shop.secrets(["set", "OLD_KEY", "--to", "github"], { input: "of long ago" });
  await shop.secrets(["set", "APP_PASSWORD", "--to", "file"], { input: password });
  await shop.secrets(["set", "API_TOKEN", "--to", "file"], { input: "here alone" });
  const { stdout } = await shop.secrets(["diff", "--source", "github", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    environment: "production",
    with: "github (environment production)",
    secrets: [
      { name: "API_TOKEN", state: "only-here", changed: null },
      { name: "APP_PASSWORD", state: "unknown", changed: "2026-11-20T00:00:02Z" },
      { name: "OLD_KEY", state: "only-there", changed: "2026-11-20T00:00:03Z" },
    ],
  });
  // Of a source that tells its values, they are compared.
  await shop.secrets(["set", "APP_PASSWORD", "--to", "file"], { input: "another" });
  const other = await shop.secrets(["diff", "--source", "file", "--json"], { env: { APP_PASSWORD: "another" } });
  expect(JSON.parse(other.stdout)).toMatchObject({ secrets: [{ state: "only-there" }, { state: "only-there" }] });
  expect((await shop.secrets(["diff", "--source", "gitbuh"])).stderr).toContain("did you mean --source github?");
});

test("remove takes it away there too", async () => {
  const fake = await fakeGitHub();
  const shop = await app(fake);
  await shop.secrets(["set", "APP_PASSWORD", "--to", "github"], { input: password });
  const removed = await shop.secrets(["remove", "APP_PASSWORD", "--yes"]);
  expect(removed).toMatchObject({ exitCode: 0 });
  expect(stored(fake).size).toBe(0);
});

test("a run of Actions reads its variables, and asks GitHub for nothing", async () => {
  const fake = await fakeGitHub();
  const env = { GITHUB_ACTIONS: "true", APP_PASSWORD: password, API_TOKEN: "" };
  const shop = await app(fake, { from: "  - github", env });
  expect(await shop.secrets(["get", "APP_PASSWORD", "--reveal"])).toMatchObject({ stdout: password });
  const { exitCode, stdout } = await shop.secrets(["list", "--json"]);
  // An empty variable is a secret that nobody has set.
  expect({ exitCode, listed: JSON.parse(stdout) as object }).toMatchObject({
    exitCode: 8,
    listed: {
      secrets: [
        { name: "API_TOKEN", source: null },
        { name: "APP_PASSWORD", source: "github (environment production)" },
      ],
    },
  });
  expect((await shop.secrets(["set", "APP_PASSWORD"], { input: "x" })).exitCode).toBe(2);
  expect(fake.requests).toEqual([]);
});

test("workflows hand over what the app asks for, where github alone is among the sources", async () => {
  const shop = await app(await fakeGitHub(), { from: "  - github\n  - bitwarden: {}" });
  const settings = await loadSettings(shop.ctx, { environment: "production" });
  expect(await secretsToHandOver(shop.ctx, settings)).toEqual(["API_TOKEN", "APP_PASSWORD"]);
  expect(unreachableSources(settings)).toEqual([]);
});

test.each([
  ["without an environment", "APP_PASSWORD", "has no environment production at GitHub", "wherry github setup makes it"],
  [
    "under a name of GitHub's own",
    "GITHUB_PASSWORD",
    "GitHub takes no secret with the name GITHUB_PASSWORD",
    "not GITHUB_",
  ],
  ["without a token", "APP_PASSWORD", "there is no token for github.com", "gh auth login"],
  ["away from GitHub", "APP_PASSWORD", "origin of this repository is not on GitHub", "git remote add origin"],
])("a value %s is refused with the way out", async (what, name, message, hint) => {
  const fake = await fakeGitHub();
  const shop = await app(fake, what === "without a token" ? { env: { GH_TOKEN: "", PATH: "/usr/bin:/bin" } } : {});
  if (what === "without an environment") fake.world.environments.clear();
  if (what === "away from GitHub") git(shop.folder, "remote", "set-url", "origin", "git@gitlab.com:acme/shop.git");
  const { exitCode, stderr } = await shop.secrets(["set", name, "--to", "github"], { input: password });
  expect(exitCode).toBeGreaterThan(1);
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
  expect(stderr).not.toContain(password);
});

test("a deployment from here that lacks a value says that the workflow has it", async () => {
  const fake = await fakeGitHub();
  const shop = await app(fake);
  const { stderr, exitCode } = await shop.wherry(["plan", "-e", "production"]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("let the workflow of GitHub deploy");
});
