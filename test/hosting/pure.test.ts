import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRequire } from "node:module";
import type Sodium from "libsodium-wrappers";
import { Secret } from "../../src/core/index.ts";
import { seal } from "../../src/github/index.ts";
import { changesFor } from "../../src/hosting/changes.ts";
import { compareRuleset } from "../../src/hosting/compare-ruleset.ts";
import { refsOf } from "../../src/hosting/environments.ts";
import {
  canHaveFingerprint,
  fingerprintName,
  fingerprintOf,
  matches,
  readFingerprint,
  writeFingerprint,
} from "../../src/hosting/fingerprint.ts";
import { vouchesFor } from "../../src/hosting/known-hosts.ts";
import { limitsOf } from "../../src/hosting/limits.ts";
import type { Account, EnvironmentWish, PresentEnvironment, Ruleset, Wanted } from "../../src/hosting/model.ts";
import { judgeSecrets } from "../../src/hosting/secret-states.ts";
import { wantedRulesets } from "../../src/hosting/wanted-rulesets.ts";

const sodium = createRequire(import.meta.url)("libsodium-wrappers") as typeof Sodium;
const branches = { releaseBranch: "main", defaultBranch: "trunk" };
const team: Account = { visibility: "private", owner: "organization", plan: "team", githubCom: true };

describe("what GitHub lets into an environment", () => {
  const rule = (rules: Parameters<typeof refsOf>[0]["rules"], production = false) =>
    refsOf({ environment: "x", production, rules, from: "wherry.yaml" }, branches);

  test("is what the release rules say, in GitHub's way to write patterns", () => {
    expect(rule([{ kind: "tag", pattern: "PROD-*" }], true)).toEqual([{ type: "tag", name: "PROD-*" }]);
    expect(rule([{ kind: "branch", pattern: "feature/**" }])).toEqual([{ type: "branch", name: "feature/**/*" }]);
    expect(
      rule([
        { kind: "branch", pattern: "main" },
        { kind: "tag", pattern: "rc+*" },
      ]),
    ).toHaveLength(2);
  });

  test("is everything where one deploys by hand, and for production the release branch", () => {
    expect(rule([])).toBeUndefined();
    expect(rule([], true)).toEqual([{ type: "branch", name: "main" }]);
    expect(rule([{ kind: "schedule", cron: "0 3 * * *" }], true)).toEqual([
      { type: "branch", name: "main" },
      { type: "branch", name: "trunk" },
    ]);
  });
});

describe("a ruleset that is there", () => {
  const [wanted] = wantedRulesets({
    account: team,
    releaseBranch: "main",
    environments: [],
    checks: ["web: tests"],
  });
  if (wanted === undefined) throw new Error("no ruleset");
  const without = (type: string): Ruleset => ({ ...wanted, rules: wanted.rules.filter((rule) => rule.type !== type) });
  const changed = (type: string, parameters: object): Ruleset => ({
    ...wanted,
    rules: wanted.rules.map((rule) =>
      rule.type === type ? { type, parameters: { ...rule.parameters, ...parameters } } : rule,
    ),
  });

  test("is left alone as it is wanted, with GitHub's own additions, and where it is stricter", () => {
    const fine: readonly Ruleset[] = [
      wanted,
      changed("pull_request", { allowed_merge_methods: ["squash"] }),
      changed("pull_request", { required_approving_review_count: 2, require_code_owner_review: true }),
      changed("required_status_checks", {
        required_status_checks: [{ context: "mine" }, { context: "web: tests", integration_id: 15368 }],
      }),
      { ...wanted, rules: [...wanted.rules, { type: "required_signatures" }] },
      { ...wanted, bypass: [] },
      { ...wanted, include: [...wanted.include, "refs/heads/legacy"] },
    ];
    for (const present of fine) expect(compareRuleset(present, wanted).fields).toEqual([]);
  });

  test("is set right where it is weaker, and keeps what was added", () => {
    const weaker = (present: Ruleset) => compareRuleset(present, wanted).fields.map(({ name }) => name);
    expect(weaker(without("deletion"))).toEqual(["deletion"]);
    expect(weaker({ ...wanted, enforcement: "disabled" })).toEqual(["enforcement"]);
    expect(weaker({ ...wanted, exclude: ["refs/heads/main"] })).toEqual(["not for"]);
    expect(weaker(changed("pull_request", { required_approving_review_count: 0 }))).toEqual([
      "pull_request: required_approving_review_count",
    ]);
    // A check of the same name that any app may report.
    expect(weaker(changed("required_status_checks", { required_status_checks: [{ context: "web: tests" }] }))).toEqual([
      "required_status_checks: required_status_checks",
    ]);
    const mine = { actor_type: "Integration", actor_id: 1, bypass_mode: "always" };
    const { fields, ruleset } = compareRuleset(
      { ...without("deletion"), bypass: [...wanted.bypass, mine], rules: [{ type: "required_signatures" }] },
      wanted,
    );
    expect(fields[0]).toEqual({
      name: "may pass",
      before: "Integration 1, admin (pull request only)",
      after: "admin (pull request only)",
    });
    expect(ruleset.rules.map(({ type }) => type)).toEqual([
      "deletion",
      "non_fast_forward",
      "pull_request",
      "required_status_checks",
      "required_signatures",
    ]);
  });

  test("leaves it to the team who may make release tags", () => {
    const [, who] = wantedRulesets({
      account: team,
      releaseBranch: "main",
      environments: [
        { environment: "production", production: true, rules: [{ kind: "tag", pattern: "PROD-*" }], from: "default" },
      ],
      checks: [],
    }).filter(({ target }) => target === "tag");
    if (who === undefined) throw new Error("no ruleset");
    const ours: Ruleset = { ...who, bypass: [{ actor_type: "Team", actor_id: 9, bypass_mode: "always" }] };

    expect(who.bypass.map(({ actor_id: id }) => id)).toEqual([2, 5]);
    expect(compareRuleset(ours, who)).toEqual({ fields: [], ruleset: ours });
  });
});

describe("secrets that nobody can read", () => {
  const secrets = (values: Readonly<Record<string, string>>) =>
    new Map(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));
  const here = secrets({ A: "the-first-value-of-all", B: "the-second" });
  const fingerprint = {
    name: fingerprintName,
    value: writeFingerprint(fingerprintOf(here)),
    updatedAt: "2026-11-20T00:00:05Z",
  };
  const present = (times: Readonly<Record<string, string>>, variables = [fingerprint]): PresentEnvironment => ({
    name: "production",
    waitMinutes: 0,
    reviewers: [],
    preventSelfReview: false,
    refs: "any",
    policies: [],
    secrets: Object.entries(times).map(([name, updatedAt]) => ({ name, updatedAt })),
    variables,
  });
  const wish = (names: readonly string[], value: "here" | "none" = "here") => ({
    secrets: names.map((name) => ({ name, value })),
  });
  const states = (...all: Parameters<typeof judgeSecrets>) => judgeSecrets(...all).map(({ state }) => state);
  const early = "2026-11-20T00:00:01Z";

  test("are as they are here where the fingerprint says so, and GitHub's clock does not say otherwise", () => {
    expect(states(wish(["A", "B"]), present({ A: early, B: early }), here)).toEqual(["set", "set"]);
    expect(states(wish(["A", "B"]), present({ A: early, B: "2026-11-20T00:00:06Z" }), here)).toEqual([
      "set",
      "changed",
    ]);
    expect(
      states(wish(["A", "B", "C"]), present({ A: early, B: early }), secrets({ ...reveal(here), C: "third" })),
    ).toEqual(["set", "set", "new"]);
    expect(states(wish(["A"]), present({ A: early, B: early }), secrets({ A: "the-first-value-of-all" }))).toEqual([
      "unknown",
    ]);
    expect(
      states(wish(["A", "B"]), present({ A: early, B: early }), secrets({ ...reveal(here), A: "changed-since" })),
    ).toEqual(["changed", "changed"]);
    expect(states(wish(["A", "Z"], "none"), present({ A: early }), secrets({}))).toEqual(["unknown", "missing"]);
    // Somebody has set it on GitHub's page before: set once more, and known from then on.
    expect(states(wish(["A"]), present({ A: early }, []), here)).toEqual(["changed"]);
    expect(states(wish(["A"]), present({ A: early }, []), secrets({ A: "short" }))).toEqual(["unknown"]);
  });

  test("have a fingerprint that is never the same twice, holds no value, and is not made of what can be guessed", () => {
    const [one, other] = [fingerprintOf(here), fingerprintOf(here)];

    expect(one.hash).not.toBe(other.hash);
    expect(readFingerprint(writeFingerprint(one))).toEqual(one);
    expect(matches(one, here)).toBe(true);
    expect(matches(one, secrets({ ...reveal(here), B: "the-secone" }))).toBe(false);
    expect(writeFingerprint(one)).not.toMatch(/first|second/);
    expect(canHaveFingerprint(secrets({ PIN: "1234", USER: "shop" }))).toBe(false);
    expect(readFingerprint("something else")).toBeUndefined();
  });

  test("are sealed so that libsodium opens them with the other key, and with no other one", async () => {
    await sodium.ready;
    const [pair, stranger] = [sodium.crypto_box_keypair(), sodium.crypto_box_keypair()];
    const publicKey = Buffer.from(pair.publicKey).toString("base64");
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 300 }), (value) => {
        const sealed = Buffer.from(seal(new Secret(value), publicKey), "base64");
        expect(sealed).toHaveLength(Buffer.byteLength(value) + sodium.crypto_box_SEALBYTES);
        const opened = sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey);
        expect(Buffer.from(opened)).toEqual(Buffer.from(value));
        expect(() => sodium.crypto_box_seal_open(sealed, stranger.publicKey, stranger.privateKey)).toThrow(
          "incorrect key pair for the given ciphertext",
        );
      }),
      { numRuns: 20 },
    );
  });
});

function reveal(values: ReadonlyMap<string, Secret>): Readonly<Record<string, string>> {
  return Object.fromEntries([...values].map(([name, value]) => [name, value.reveal()]));
}

describe("the difference", () => {
  const wish: EnvironmentWish = {
    name: "uat",
    refs: [{ type: "tag", name: "UAT-*" }],
    reviewers: undefined,
    secrets: [],
    fingerprint: false,
    variables: [{ name: "WHERRY_KNOWN_HOSTS", value: "h ssh-ed25519 AAAA" }],
  };
  const there: PresentEnvironment = {
    name: "uat",
    waitMinutes: 30,
    reviewers: [{ type: "User", id: 1, name: "ada" }],
    preventSelfReview: true,
    refs: "protected",
    policies: [],
    secrets: [{ name: "OLD", updatedAt: "2026-01-01T00:00:00Z" }],
    variables: [
      { name: "WHERRY_KNOWN_HOSTS", value: "h ssh-rsa BBBB\nh ssh-ed25519 AAAA me", updatedAt: "2026-01-01T00:00:00Z" },
    ],
  };
  const wanted: Wanted = { settings: [], labels: [], environments: [wish], rulesets: [] };
  const nothing = { settings: new Map(), labels: [], environments: [], rulesets: [] };

  test("keeps what somebody else has set in an environment, and takes nothing away", () => {
    const changes = changesFor(wanted, { ...nothing, environments: [there] }, new Map());

    expect(changes.map(({ kind, verb }) => `${verb} ${kind}`)).toEqual(["update environment", "create policy"]);
    expect(changes[0]).toMatchObject({
      protection: { waitMinutes: 30, reviewers: there.reviewers, preventSelfReview: true, refs: "custom" },
      fields: [{ name: "takes", before: "protected branches", after: "what is listed" }],
    });
  });

  test("of two equal states is empty, and a label keeps its colour", () => {
    const same = { ...there, refs: "custom" as const, policies: wish.refs ?? [] };
    const labels = [{ name: "Hotfix", color: "ffffff", description: "" }];
    const present = {
      ...nothing,
      environments: [same],
      labels: ["hotfix"],
      settings: new Map([["workflow-token", "x"]]),
    };

    expect(changesFor({ ...wanted, labels }, present, new Map())).toEqual([]);
  });

  test("says nothing of a setting that could not be read", () => {
    const settings = [{ id: "private-reports", value: "on" }];
    expect(changesFor({ ...wanted, environments: [], settings }, nothing, new Map())).toEqual([]);
  });
});

test("host keys that another machine knows too are as good, and a strange key is not", () => {
  expect(vouchesFor("h ssh-rsa B\nh ssh-ed25519 A comment\n# note", "h ssh-ed25519 A")).toBe(true);
  expect(vouchesFor("h ssh-ed25519 X", "h ssh-ed25519 A\nh ssh-rsa B")).toBe(false);
  expect(vouchesFor("h ssh-ed25519 A", "h ssh-ed25519 A\ng ssh-ed25519 A")).toBe(false);
});

test.each([
  [{ visibility: "public", plan: undefined }, []],
  [{ plan: "enterprise" }, ["secret scanning"]],
  [{ plan: "team" }, ["required reviewers", "secret scanning"]],
  [{ plan: "free" }, ["environments", "required reviewers", "rulesets", "secret scanning"]],
  [{ plan: undefined }, ["the plan of the account", "secret scanning"]],
] as const)("with %j it is said what cannot be had", (account, wanted) => {
  const what = limitsOf({ ...team, ...account }).map((limit) => limit.what);
  expect(what).toHaveLength(wanted.length);
  for (const [index, start] of wanted.entries()) expect(what[index]).toMatch(new RegExp(`^${start}`));
});
