import { describe, expect, test } from "vitest";
import { fakeGitHub } from "../github/fake/github.ts";
import type { FakeSetup, Trouble } from "../github/fake/github.ts";
import { oneEnvironment, team, withoutGh } from "./helpers.ts";

const secret = "PUT /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}";
const environment = "PUT /repos/{owner}/{repo}/environments/{environment_name}";
const reset = Math.floor(Date.UTC(2099, 0, 1) / 1000);

const troubles: Readonly<
  Record<
    string,
    {
      readonly at: string;
      readonly trouble: Exclude<ReturnType<Trouble>, undefined>;
      readonly code: string;
      readonly says: RegExp;
      readonly hint: RegExp;
    }
  >
> = {
  "the rate limit": {
    at: secret,
    trouble: {
      status: 403,
      body: { message: "API rate limit exceeded for user ID 1." },
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) },
    },
    code: "rate-limit",
    says: /requests of this hour are used up/,
    hint: /after 2099-01-01T00:00:00.000Z: it goes on where it stopped/,
  },
  "the secondary rate limit": {
    at: secret,
    trouble: {
      status: 403,
      body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
      headers: { "retry-after": "600" },
    },
    code: "secondary-rate-limit",
    says: /too many requests in a short time/,
    hint: /in 600 s: it goes on/,
  },
  "an error of GitHub": {
    at: secret,
    trouble: { status: 502, body: { message: "Server Error" } },
    code: "github-trouble",
    says: /trouble of its own \(502\)/,
    hint: /githubstatus\.com/,
  },
  "a network that is cut": {
    at: environment,
    trouble: "cut",
    code: "github-unreachable",
    says: /github\.com cannot be reached/,
    hint: /when the network is back/,
  },
  "a fine-grained token without a permission": {
    at: environment,
    trouble: {
      status: 403,
      body: { message: "Resource not accessible by personal access token" },
      headers: { "x-accepted-github-permissions": "administration=write" },
    },
    code: "token-permission",
    says: /lacks a permission: administration: write/,
    hint: /run it again: it goes on/,
  },
};

describe("github setup that is stopped in the middle", { timeout: 300_000 }, () => {
  test.each(Object.entries(troubles))("by %s says why and how to go on, and goes on", async (_, one) => {
    const github = await fakeGitHub();
    const shop = team(github, oneEnvironment);
    github.trouble = ({ operation }) => (operation === one.at ? one.trouble : undefined);

    const stopped = await shop.github("setup", "--yes", "--json");
    github.trouble = undefined;
    const next = await shop.github("setup", "--yes", "--json");

    const { error, done } = stopped.json();
    expect(error).toMatchObject({ code: one.code });
    expect(error?.message).toMatch(one.says);
    expect(error?.message).toMatch(/cannot (?:create|update) \S+.* of production|cannot create environment production/);
    expect(error?.hint).toMatch(one.hint);
    // Something was changed before: not the code that says that nothing was.
    expect(stopped.exitCode).toBe(5);
    expect(done.length).toBeGreaterThan(0);
    expect(next.exitCode).toBe(0);
    const repeated = next.json().done.filter(({ title }) => done.some((before) => before.title === title));
    expect(repeated.map(({ title }) => title)).toEqual(
      repeated.map(() => "create environment production").slice(0, repeated.length),
    );
    expect([...(github.world.environments.get("production")?.secrets.keys() ?? [])]).toEqual([
      "WHERRY_SSH_KEY",
      "DB_PASSWORD",
    ]);
  });
});

describe("github setup", { timeout: 300_000 }, () => {
  test("waits where GitHub asks for a short wait, and repeats what failed once", async () => {
    const github = await fakeGitHub();
    const shop = team(github, oneEnvironment);
    const failures: Parameters<Trouble>[0][] = [];
    github.trouble = (request) => {
      const first = failures.every(({ operation }) => operation !== request.operation);
      if (!first || ![secret, environment].includes(request.operation)) return undefined;
      failures.push(request);
      return request.operation === environment
        ? { status: 503, body: { message: "Service unavailable" } }
        : {
            status: 403,
            body: { message: "You have exceeded a secondary rate limit." },
            headers: { "retry-after": "1" },
          };
    };

    const result = await shop.github("setup", "--yes");

    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(failures).toHaveLength(2);
    expect(result.all).toContain("too many requests in a short time: GitHub asks to wait 1 s");
  });

  const refusals: Readonly<
    Record<
      string,
      {
        readonly prepare: (github: FakeSetup, env: Record<string, string>) => void;
        readonly code: string;
        readonly hint: RegExp;
        readonly exit: number;
      }
    >
  > = {
    "without a token": {
      prepare: (_, env) => Object.assign(env, { GH_TOKEN: "", PATH: withoutGh() }),
      code: "no-token",
      hint: /gh auth login, or set GH_TOKEN/,
      exit: 2,
    },
    "with a token that GitHub does not take": {
      prepare: (_, env) => (env["GH_TOKEN"] = "ghp_revoked"),
      code: "token-refused",
      hint: /set GH_TOKEN to a new one/,
      exit: 4,
    },
    "with a classic token without scope": {
      prepare: (github) => (github.scopes = ["read:org"]),
      code: "token-scope",
      hint: /gh auth refresh --scopes repo/,
      exit: 4,
    },
    "with a user who does not run the repository": {
      prepare: (github) => (github.world.account = { ...github.world.account, admin: false }),
      code: "not-an-administrator",
      hint: /ask one to run this/,
      exit: 4,
    },
  };
  test.each(Object.entries(refusals))("%s says what to do, and nothing was changed", async (_, one) => {
    const github = await fakeGitHub();
    const shop = team(github, oneEnvironment);
    one.prepare(github, shop.env);

    const result = await shop.github("setup", "--yes", "--json");

    expect(result.exitCode).toBe(one.exit);
    expect(result.json().error).toMatchObject({ code: one.code, hint: expect.stringMatching(one.hint) });
    expect(github.world.environments.size).toBe(0);
    expect(github.world.labels).toHaveLength(1);
  });
});
