import { loadSettings } from "../config/index.ts";
import type { Settings } from "../config/index.ts";
import { Secret, usageError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { describeCommit } from "../git/index.ts";
import { explainTrouble, openGitHubApi, repositoryOn } from "../github/index.ts";
import type { GitHubApi } from "../github/index.ts";
import { anyPreview, findPipeline, previewEnvironment } from "../pipeline/index.ts";
import type { EnvironmentStage, FoundPipeline } from "../pipeline/index.ts";
import { readValues } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";
import { changesFor } from "./changes.ts";
import { ciChecks, ciFile } from "./ci-checks.ts";
import { deployKeyName, makeDeployKey, publicKeyName } from "./deploy-key.ts";
import type { KeyPair } from "./deploy-key.ts";
import { refsOf } from "./environments.ts";
import { canHaveFingerprint } from "./fingerprint.ts";
import { knownHosts, knownHostsName } from "./known-hosts.ts";
import { labels } from "./labels.ts";
import { abilitiesOf, limitsOf } from "./limits.ts";
import type { Account, Change, EnvironmentWish, Limit, PresentEnvironment, Reviewer, Wanted } from "./model.ts";
import { readPresent, readRepository } from "./present.ts";
import { judgeSecrets } from "./secret-states.ts";
import type { JudgedSecret } from "./secret-states.ts";
import { settingOf, wantedSettings } from "./settings.ts";
import { wantedRulesets } from "./wanted-rulesets.ts";

export interface SurveyOptions {
  readonly directory?: string | undefined;
  readonly releaseBranch?: string | undefined;
  /** Who has to say yes to production: `ada`, `acme/ops`. Empty: whoever is set stays. */
  readonly reviewers: readonly string[];
  /** In the form of known_hosts; the user's own if left out. */
  readonly knownHosts?: string | undefined;
  /** A key pair for each environment that has no key; `announce`: only said, for a plan. */
  readonly makeKeys: "no" | "announce" | "make";
  readonly version: string;
}

export interface EnvironmentSurvey {
  readonly name: string;
  readonly secrets: readonly JudgedSecret[];
  /** Wanted variables without a value. */
  readonly missingVariables: readonly string[];
  /** Refs that may be deployed here although no release rule says so. */
  readonly extraRefs: readonly string[];
}

/** How the repository is, and what would have to be done. */
export interface Survey {
  readonly api: GitHubApi;
  readonly account: Account;
  readonly changes: readonly Change[];
  readonly environments: readonly EnvironmentSurvey[];
  readonly limits: readonly Limit[];
  readonly notes: readonly string[];
  /** By environment and name. In no output. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
  /** New public keys, by environment, each for the deploy user of its servers. */
  readonly newKeys: readonly { readonly environment: string; readonly publicKey: string }[];
}

/** GitHub's own rules for names of secrets. */
const secretName = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;
const largestSecret = 48 * 1024;

/** Looks at the repository here and at GitHub, and compares. Changes nothing there. */
export async function survey(ctx: Context, options: SurveyOptions, report: Report): Promise<Survey> {
  const { directory, releaseBranch, version } = options;
  const found = await findPipeline(ctx, {
    directory,
    releaseBranch,
    wherry: { version, integrity: undefined },
    digests: "skip",
  });
  const api = await open(ctx, found.root, report);
  const repository = await readRepository(api);
  const { account } = repository;
  const can = abilitiesOf(account);
  const notes: string[] = [];
  const { previews } = found.pipeline;
  const all = [...found.pipeline.environments, ...(previews === undefined ? [] : [previewEnvironment(previews)])];
  const stages = can.environments ? all : [];
  const wantedOf = { settings: wantedSettings(account), environments: stages.map(({ name }) => name) };
  const { present, unreadable } = await readPresent(api, repository, { ...wantedOf, rulesets: can.rulesets });
  const reviewers = can.reviewers ? await Promise.all(options.reviewers.map((name) => findReviewer(api, name))) : [];
  if (!can.reviewers && options.reviewers.length > 0) notes.push("--reviewer is left out: the plan has no reviewers");

  const looked: Looked[] = [];
  for (const stage of stages) {
    const refs = refsOf(stage.rule, {
      releaseBranch: found.pipeline.releaseBranch,
      defaultBranch: repository.defaultBranch,
    });
    const there = present.environments.find(({ name }) => name === stage.name);
    looked.push(await lookAt(ctx, found, { stage, refs, there, reviewers, options }, notes));
  }
  const checks = await ciChecks(ctx, found.root);
  if (checks === undefined)
    notes.push(
      `${ciFile} is not there, or pull requests do not start it: no check is required. wherry pipeline github`,
    );
  const wanted: Wanted = {
    settings: wantedOf.settings,
    labels,
    environments: looked.map(({ wish }) => wish),
    rulesets: can.rulesets
      ? wantedRulesets({
          account,
          releaseBranch: found.pipeline.releaseBranch,
          environments: found.rules.environments,
          checks: checks ?? [],
        })
      : [],
  };
  const secrets = new Map(looked.map(({ survey: { name, secrets } }) => [name, secrets]));
  return {
    api,
    account,
    changes: changesFor(wanted, present, secrets),
    environments: looked.map((one) => one.survey),
    limits: [
      ...limitsOf(account),
      ...[...unreadable].map(([id, reason]) => ({
        what: settingOf(id).title,
        reason: `GitHub does not say how it is: ${reason}`,
        instead: "look at the settings of the repository",
      })),
    ],
    notes: [...new Set(notes)],
    values: new Map(looked.map(({ wish, values }) => [wish.name, values])),
    newKeys: looked.flatMap(({ wish, newKey }) =>
      newKey === undefined ? [] : [{ environment: wish.name, publicKey: newKey }],
    ),
  };
}

async function open(ctx: Context, root: string, report: Report): Promise<GitHubApi> {
  const described = await describeCommit(ctx, root);
  const place = described === undefined ? undefined : repositoryOn(ctx, described.repository);
  if (place === undefined) {
    throw usageError("not-on-github", "origin of this repository is not on GitHub", {
      hint: "git remote add origin https://github.com/OWNER/NAME; for a GitHub Enterprise Server set GITHUB_API_URL and GITHUB_SERVER_URL",
    });
  }
  try {
    return await openGitHubApi(ctx, place, report);
  } catch (error) {
    throw explainTrouble(error, place, "get a token for the GitHub App");
  }
}

interface Looked {
  readonly wish: EnvironmentWish;
  readonly survey: EnvironmentSurvey;
  readonly values: ReadonlyMap<string, Secret>;
  readonly newKey: string | undefined;
}

interface LookAt {
  readonly stage: EnvironmentStage;
  readonly refs: EnvironmentWish["refs"];
  readonly there: PresentEnvironment | undefined;
  readonly reviewers: readonly Reviewer[];
  readonly options: SurveyOptions;
}

/** One environment: what it should have, and the values for it. */
async function lookAt(
  ctx: Context,
  found: FoundPipeline,
  { stage, refs, there, reviewers, options }: LookAt,
  notes: string[],
): Promise<Looked> {
  const { name } = stage;
  // Previews share one environment at GitHub: what holds for one of them holds for all.
  const environment = found.pipeline.environments.includes(stage) ? name : anyPreview;
  const stacks = found.rules.stacks.length === 0 ? [undefined] : found.rules.stacks;
  const settings = await Promise.all(
    stacks.map((stack) => loadSettings(ctx, { directory: found.rules.directory, environment, stack })),
  );
  const wantedNames = [deployKeyName, ...stage.secrets.filter((secret) => possible(name, secret, notes))];
  const values = await valuesHere(ctx, settings.map(withOwnValues), wantedNames, notes);
  const known = await knownHosts(
    ctx,
    settings.flatMap(({ servers }) => servers),
    options.knownHosts,
  );
  const variables = known.text === "" ? [] : [{ name: knownHostsName, value: known.text }];
  const pinned = there?.variables.some((variable) => variable.name === knownHostsName) === true;
  if (known.unknown.length > 0 && !pinned)
    notes.push(
      `${name}: this machine does not know ${[...new Set(known.unknown)].join(", ")}: connect once by ssh, compare the key, and run this again`,
    );
  const lacksKey = !values.has(deployKeyName) && there?.secrets.every((one) => one.name !== deployKeyName) !== false;
  const pair = lacksKey ? await keyPair(ctx, `wherry ${found.rules.app} ${name}`, options.makeKeys) : undefined;
  // Its value is nowhere else, so no later run could compare it: no part of the fingerprint.
  const compared = new Map(values);
  if (pair !== undefined) {
    values.set(deployKeyName, pair.key);
    variables.push({ name: publicKeyName, value: pair.publicKey });
  }
  const wish: EnvironmentWish = {
    name,
    refs,
    reviewers: stage.rule.production && reviewers.length > 0 ? reviewers : undefined,
    secrets: wantedNames.map((secret) => ({
      name: secret,
      value: compared.has(secret) ? "here" : values.has(secret) ? "made" : "none",
    })),
    fingerprint: canHaveFingerprint(compared),
    variables,
  };
  return {
    wish,
    values,
    newKey: pair?.publicKey,
    survey: {
      name,
      secrets: judgeSecrets(wish, there, compared),
      missingVariables: known.text === "" && !pinned ? [knownHostsName] : [],
      extraRefs: (there?.policies ?? [])
        .filter((one) => refs?.every((ref) => ref.type !== one.type || ref.name !== one.name) === true)
        .map((one) => `${one.type} ${one.name}`),
    },
  };
}

async function keyPair(ctx: Context, comment: string, how: SurveyOptions["makeKeys"]): Promise<KeyPair | undefined> {
  if (how === "announce") return { key: new Secret(""), publicKey: "(of a key that will be made)" };
  return how === "make" ? makeDeployKey(ctx, comment) : undefined;
}

function possible(environment: string, name: string, notes: string[]): boolean {
  if (secretName.test(name)) return true;
  notes.push(`${environment}: GitHub takes no secret with the name ${name}: letters, digits and _, and not GITHUB_`);
  return false;
}

/** A variable of this process does not say whose value it is: previews, which anybody who pushes can read, get none. */
function withOwnValues(settings: Settings): Settings {
  if (settings.preview === undefined) return settings;
  return {
    ...settings,
    secretsFrom: settings.secretsFrom.filter(({ kind }) => kind !== "environment" && kind !== "github"),
  };
}

/** What a deployment from here would get. A source that does not open leaves its values unknown. */
async function valuesHere(
  ctx: Context,
  settings: readonly Settings[],
  wanted: readonly string[],
  notes: string[],
): Promise<Map<string, Secret>> {
  const values = new Map<string, Secret>();
  for (const one of settings) {
    const lacking = wanted.filter((name) => !values.has(name));
    try {
      for (const [name, value] of await readValues(ctx, one, lacking)) {
        if (Buffer.byteLength(value.reveal()) <= largestSecret) values.set(name, value);
        else notes.push(`${one.environment}: ${name} is larger than the 48 KB that GitHub takes`);
      }
    } catch (error) {
      if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
      notes.push(`${one.environment}: values of secrets are not known here: ${error.message}`);
    }
  }
  return values;
}

async function findReviewer(api: GitHubApi, name: string): Promise<Reviewer> {
  const [owner = "", team] = name.split("/");
  try {
    if (team === undefined) {
      const { data } = await api.request("GET /users/{username}", { username: name });
      return { type: "User", id: Number(data.id), name: data.login };
    }
    const { data } = await api.request("GET /orgs/{org}/teams/{team_slug}", { org: owner, team_slug: team });
    return { type: "Team", id: data.id, name: data.slug };
  } catch (error) {
    throw explainTrouble(error, api.place, `find the reviewer ${name}`);
  }
}
