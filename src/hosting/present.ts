import type { GitHubApi } from "../github/index.ts";
import { explainTrouble, refusalOf } from "../github/index.ts";
import { refusedError } from "../core/index.ts";
import type {
  Account,
  BypassActor,
  Present,
  PresentEnvironment,
  PresentRuleset,
  Reviewer,
  Rule,
  SettingWish,
} from "./model.ts";
import { names, settingOf } from "./settings.ts";
import type { RepositoryAnswer } from "./settings.ts";
import { ownPrefix } from "./wanted-rulesets.ts";

/** A repository, and who pays for it. */
export interface Repository {
  readonly account: Account;
  readonly defaultBranch: string;
  readonly answer: RepositoryAnswer;
}

/**
 * What the repository is, and what its account can have.
 * @throws WherryError where it is not there, or the token's user does not run it
 */
export async function readRepository(api: GitHubApi): Promise<Repository> {
  const { place } = api;
  const shown = `${place.owner}/${place.name}`;
  const { data } = await said(api, `read ${shown}`, () => api.request("GET /repos/{owner}/{repo}", names(api)));
  if (!api.installation && data.permissions?.admin === false) {
    throw refusedError("not-an-administrator", `the token's user is no administrator of ${shown}`, {
      hint: "environments, secrets and rules are for administrators: ask one to run this, or to give you the role",
    });
  }
  const owner = data.owner.type === "Organization" ? "organization" : "user";
  const visibility = data.private ? "private" : "public";
  return {
    account: {
      visibility,
      owner,
      plan: visibility === "public" ? undefined : await planOf(api, owner),
      githubCom: place.host === "github.com",
    },
    defaultBranch: data.default_branch,
    answer: data,
  };
}

/** GitHub shows the plan to those who pay for it. */
async function planOf(api: GitHubApi, owner: Account["owner"]): Promise<Account["plan"]> {
  const { owner: login } = api.place;
  try {
    if (owner === "organization")
      return planWord((await api.request("GET /orgs/{org}", { org: login })).data.plan?.name);
    const { data } = await api.request("GET /user");
    if (data.login.toLowerCase() !== login.toLowerCase() || !("plan" in data)) return undefined;
    return planWord(data.plan?.name);
  } catch (error) {
    if (refusalOf(error) !== undefined) return undefined;
    throw explainTrouble(error, api.place, "read the plan of the account");
  }
}

function planWord(name: string | undefined): Account["plan"] {
  const word = name?.toLowerCase();
  if (word === "free" || word === "pro" || word === "team") return word;
  return word?.startsWith("enterprise") === true || word === "business_plus" ? "enterprise" : undefined;
}

/** Everything that is compared with what is wanted. What the plan does not have is not asked for. */
export async function readPresent(
  api: GitHubApi,
  repository: Repository,
  wanted: {
    readonly settings: readonly SettingWish[];
    readonly environments: readonly string[];
    readonly rulesets: boolean;
  },
): Promise<{ readonly present: Present; readonly unreadable: ReadonlyMap<string, string> }> {
  const settings = new Map<string, string>();
  const unreadable = new Map<string, string>();
  for (const { id } of wanted.settings) {
    const { title, read } = settingOf(id);
    try {
      settings.set(id, await read(api, repository.answer));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw explainTrouble(error, api.place, `read whether ${title}`);
      unreadable.set(id, refusal.message);
    }
  }
  const labels = await said(api, "read the labels", () =>
    all((page) => api.request("GET /repos/{owner}/{repo}/labels", { ...names(api), ...page }).then(({ data }) => data)),
  );
  return {
    present: {
      settings,
      labels: labels.map(({ name }) => name),
      environments: wanted.environments.length === 0 ? [] : await readEnvironments(api, wanted.environments),
      rulesets: wanted.rulesets ? await readRulesets(api) : [],
    },
    unreadable,
  };
}

async function readEnvironments(api: GitHubApi, wanted: readonly string[]): Promise<readonly PresentEnvironment[]> {
  const list = await said(api, "read the environments", () =>
    all((page) =>
      api
        .request("GET /repos/{owner}/{repo}/environments", { ...names(api), ...page })
        .then(({ data }) => data.environments ?? []),
    ),
  );
  const ours = list.filter(({ name }) => wanted.includes(name));
  return Promise.all(
    ours.map(async ({ name, protection_rules: protection = [], deployment_branch_policy: policy }) => {
      const at = { ...names(api), environment_name: name };
      const base = "/repos/{owner}/{repo}/environments/{environment_name}" as const;
      const custom = policy?.custom_branch_policies === true;
      const [policies, secrets, variables] = await said(api, `read the environment ${name}`, () =>
        Promise.all([
          custom
            ? all((page) =>
                api
                  .request(`GET ${base}/deployment-branch-policies`, { ...at, ...page })
                  .then(({ data }) => data.branch_policies),
              )
            : [],
          all((page) => api.request(`GET ${base}/secrets`, { ...at, ...page }).then(({ data }) => data.secrets)),
          all(
            (page) => api.request(`GET ${base}/variables`, { ...at, ...page }).then(({ data }) => data.variables),
            30,
          ),
        ]),
      );
      const reviewers = protection.find((rule) => rule.type === "required_reviewers");
      const timer = protection.find((rule) => rule.type === "wait_timer");
      return {
        name,
        waitMinutes: timer !== undefined && "wait_timer" in timer ? (timer.wait_timer ?? 0) : 0,
        preventSelfReview:
          reviewers !== undefined && "prevent_self_review" in reviewers && (reviewers.prevent_self_review ?? false),
        reviewers:
          reviewers !== undefined && "reviewers" in reviewers ? (reviewers.reviewers ?? []).flatMap(reviewerOf) : [],
        refs: policy == null ? "any" : custom ? "custom" : "protected",
        policies: policies.map(({ name: pattern = "", type = "branch" }) => ({ type, name: pattern })),
        secrets: secrets.map((secret) => ({ name: secret.name, updatedAt: secret.updated_at })),
        variables: variables.map((one) => ({ name: one.name, value: one.value, updatedAt: one.updated_at })),
      } satisfies PresentEnvironment;
    }),
  );
}

function reviewerOf(one: { readonly type?: string; readonly reviewer?: object }): readonly Reviewer[] {
  const { type, reviewer } = one;
  if (reviewer === undefined || !("id" in reviewer) || typeof reviewer.id !== "number") return [];
  const name = "login" in reviewer ? reviewer.login : "slug" in reviewer ? reviewer.slug : reviewer.id;
  return [{ type: type === "Team" ? "Team" : "User", id: reviewer.id, name: String(name) }];
}

/** Ours alone, each with its rules: the list does not tell them. */
async function readRulesets(api: GitHubApi): Promise<readonly PresentRuleset[]> {
  const list = await said(api, "read the rulesets", async () => {
    try {
      return await all((page) =>
        api
          .request("GET /repos/{owner}/{repo}/rulesets", { ...names(api), includes_parents: false, ...page })
          .then(({ data }) => data),
      );
    } catch (error) {
      // An account without rulesets: making one says so in better words.
      if (refusalOf(error) !== undefined) return [];
      throw error;
    }
  });
  const ours = list.filter(({ name }) => name.startsWith(ownPrefix));
  return Promise.all(
    ours.map(async ({ id, name }) => {
      const { data } = await said(api, `read the ruleset ${name}`, () =>
        api.request("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", { ...names(api), ruleset_id: id }),
      );
      const refs = data.conditions != null && "ref_name" in data.conditions ? data.conditions.ref_name : undefined;
      return {
        id,
        name,
        target: data.target === "tag" ? "tag" : "branch",
        enforcement: data.enforcement,
        include: refs?.include ?? [],
        exclude: refs?.exclude ?? [],
        bypass: (data.bypass_actors ?? []).map((actor): BypassActor => ({
          actor_type: actor.actor_type,
          actor_id: actor.actor_id ?? null,
          bypass_mode: actor.bypass_mode ?? "always",
        })),
        rules: (data.rules ?? []) as readonly Rule[],
      } satisfies PresentRuleset;
    }),
  );
}

/** Every page of a list. */
async function all<T>(
  read: (page: { readonly per_page: number; readonly page: number }) => Promise<readonly T[]>,
  perPage = 100,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; ; page += 1) {
    const some = await read({ per_page: perPage, page });
    found.push(...some);
    if (some.length < perPage) return found;
  }
}

/** Trouble says what was under way. */
async function said<T>(api: GitHubApi, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainTrouble(error, api.place, doing);
  }
}
