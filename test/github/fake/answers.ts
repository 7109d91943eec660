import { example } from "./description.ts";
import { openSealed } from "./world.ts";
import type { StoredEnvironment, StoredRuleset, World } from "./world.ts";

/** What GitHub does with each request, as its documentation tells it. */

export interface Asked {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (world: World, asked: Asked) => Answer;

const repo = "/repos/{owner}/{repo}";
const environment = `${repo}/environments/{environment_name}`;

const upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature.";
const billing = (rule: string): string =>
  `Failed to create the environment protection rule. Please ensure the billing plan supports the ${rule} protection rule.`;

export const answers: Readonly<Record<string, Handler>> = {
  "GET /user": ({ account }) => {
    const user = example("private-user-response-with-public-and-private-profile-information");
    const { plan: _, ...shown } = user;
    const plan = { name: account.plan, space: 976562499, private_repos: 9999, collaborators: 0 };
    return ok({ ...shown, login: "acme", user_view_type: "private", ...(account.showsPlan ? { plan } : {}) });
  },
  "GET /users/{username}": (_, { parameters }) =>
    ok({ ...example("public-user-default-response"), login: parameters["username"], id: idOf(parameters["username"]) }),
  "GET /orgs/{org}": ({ account }, { parameters }) => {
    const { plan: _, ...organization } = example("organization-full");
    const plan = { name: account.plan, space: 1, private_repos: 1 };
    return ok({ ...organization, archived_at: null, login: parameters["org"], ...(account.showsPlan ? { plan } : {}) });
  },
  "GET /orgs/{org}/teams/{team_slug}": (_, { parameters }) => {
    const team = example("team-full");
    return ok({
      ...team,
      type: "organization",
      organization: { ...(team["organization"] as object), archived_at: null },
      slug: parameters["team_slug"],
      id: idOf(parameters["team_slug"]),
    });
  },

  [`GET ${repo}`]: ({ account, settings }, { parameters }) => {
    const { source: _, parent: __, template_repository: ___, ...whole } = example("full-repository-default-response");
    return ok({
      ...whole,
      language: null,
      name: parameters["repo"],
      full_name: `${parameters["owner"]}/${parameters["repo"]}`,
      private: account.visibility === "private",
      visibility: account.visibility,
      default_branch: "main",
      owner: { ...(whole["owner"] as object), login: parameters["owner"], type: account.owner },
      permissions: { admin: account.admin, maintain: account.admin, push: true, triage: true, pull: true },
      delete_branch_on_merge: settings.deleteBranchOnMerge,
      security_and_analysis: {
        secret_scanning: { status: status(settings.secretScanning) },
        secret_scanning_push_protection: { status: status(settings.pushProtection) },
      },
    });
  },
  [`PATCH ${repo}`]: (world, asked) => {
    const { delete_branch_on_merge: remove, security_and_analysis: security } = asked.body as {
      readonly delete_branch_on_merge?: boolean;
      readonly security_and_analysis?: Readonly<Record<string, { readonly status?: string }>>;
    };
    if (security !== undefined && world.account.visibility === "private")
      return invalid("Secret scanning is not available for this repository.");
    if (remove !== undefined) world.settings.deleteBranchOnMerge = remove;
    if (security?.["secret_scanning"]?.status === "enabled") world.settings.secretScanning = true;
    if (security?.["secret_scanning_push_protection"]?.status === "enabled") world.settings.pushProtection = true;
    return answers[`GET ${repo}`]?.(world, asked) ?? notFound();
  },
  [`GET ${repo}/actions/permissions/workflow`]: ({ settings }) => ok({ ...settings.workflow }),
  [`PUT ${repo}/actions/permissions/workflow`]: ({ settings }, { body }) => {
    Object.assign(settings.workflow, body);
    return { status: 204 };
  },
  [`GET ${repo}/actions/permissions/fork-pr-contributor-approval`]: ({ settings }) =>
    ok({ approval_policy: settings.forkApproval }),
  [`PUT ${repo}/actions/permissions/fork-pr-contributor-approval`]: ({ settings }, { body }) => {
    settings.forkApproval = String(body["approval_policy"]);
    return { status: 204 };
  },
  [`GET ${repo}/private-vulnerability-reporting`]: ({ settings }) => ok({ enabled: settings.privateReports }),
  [`PUT ${repo}/private-vulnerability-reporting`]: ({ settings }) => {
    settings.privateReports = true;
    return { status: 204 };
  },
  [`GET ${repo}/vulnerability-alerts`]: ({ settings }) => ({ status: settings.alerts ? 204 : 404 }),
  [`PUT ${repo}/vulnerability-alerts`]: ({ settings }) => {
    settings.alerts = true;
    return { status: 204 };
  },

  [`GET ${repo}/labels`]: ({ labels }, asked) => ok(page(labels.map(labelOf), asked)),
  [`POST ${repo}/labels`]: ({ labels }, { body }) => {
    const { name, color, description } = body as { readonly name: string; color: string; description: string };
    if (labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) return invalid("Validation Failed");
    labels.push({ name, color, description });
    return { status: 201, body: labelOf({ name, color, description }) };
  },

  [`GET ${repo}/rulesets`]: (world, asked) => {
    if (noPlan(world)) return { status: 403, body: { message: upgrade } };
    return ok(
      page(
        world.rulesets.map((one) => withoutRules(rulesetOf(one))),
        asked,
      ),
    );
  },
  [`GET ${repo}/rulesets/{ruleset_id}`]: ({ rulesets }, { parameters }) => {
    const found = rulesets.find(({ id }) => String(id) === parameters["ruleset_id"]);
    return found === undefined ? notFound() : ok(rulesetOf(found));
  },
  [`POST ${repo}/rulesets`]: (world, { body }) => {
    if (noPlan(world)) return { status: 403, body: { message: upgrade } };
    const ruleset = body as StoredRuleset["body"];
    if (world.rulesets.some((one) => one.body.name === ruleset.name)) return invalid("Name must be unique");
    const made = { id: world.id(), createdAt: world.tick(), body: withDefaults(ruleset) };
    world.rulesets.push(made);
    return { status: 201, body: rulesetOf(made) };
  },
  [`PUT ${repo}/rulesets/{ruleset_id}`]: ({ rulesets }, { parameters, body }) => {
    const found = rulesets.find(({ id }) => String(id) === parameters["ruleset_id"]);
    if (found === undefined) return notFound();
    found.body = withDefaults({ ...found.body, ...body });
    return ok(rulesetOf(found));
  },

  [`GET ${repo}/environments`]: ({ environments }, asked) => {
    const list = page([...environments].map(environmentOf), asked);
    return ok({ total_count: environments.size, environments: list });
  },
  [`PUT ${environment}`]: (world, { parameters, body }) => {
    if (noPlan(world)) return invalid(billing("branch policy"));
    const {
      reviewers,
      wait_timer: waitTimer,
      prevent_self_review: prevent,
      deployment_branch_policy: refs,
    } = body as {
      readonly reviewers?: StoredEnvironment["reviewers"] | null;
      readonly wait_timer?: number;
      readonly prevent_self_review?: boolean;
      readonly deployment_branch_policy?: StoredEnvironment["refs"];
    };
    const { account } = world;
    if (account.visibility === "private" && account.plan !== "enterprise") {
      if ((reviewers ?? []).length > 0) return invalid(billing("required reviewers"));
      if ((waitTimer ?? 0) > 0) return invalid(billing("wait timer"));
    }
    if (refs != null && refs.protected_branches === refs.custom_branch_policies)
      return invalid("protected_branches and custom_branch_policies cannot have the same value");
    const name = parameters["environment_name"] ?? "";
    const there = world.environments.get(name) ?? world.newEnvironment();
    // What is left out is gone: GitHub replaces.
    Object.assign(there, {
      reviewers: reviewers ?? [],
      waitTimer: waitTimer ?? 0,
      preventSelfReview: prevent ?? false,
      refs: refs ?? null,
    });
    if (there.refs?.custom_branch_policies !== true) there.policies.length = 0;
    world.environments.set(name, there);
    return ok(environmentOf([name, there]));
  },
  [`GET ${environment}/deployment-branch-policies`]: inside((_, { policies }, asked) =>
    ok({
      total_count: policies.length,
      branch_policies: page(
        policies.map((one) => ({ ...example("deployment-branch-policy-wildcard"), ...one })),
        asked,
      ),
    }),
  ),
  [`POST ${environment}/deployment-branch-policies`]: inside((world, { refs, policies }, { body }) => {
    if (refs?.custom_branch_policies !== true) return { status: 404 };
    const { name, type = "branch" } = body as { readonly name: string; readonly type?: "branch" | "tag" };
    if (policies.some((one) => one.name === name && one.type === type)) return { status: 303 };
    const made = { id: world.id(), name, type };
    policies.push(made);
    return ok({ ...example("deployment-branch-policy-wildcard"), ...made });
  }),

  [`GET ${environment}/secrets`]: inside((_, { secrets }, asked) =>
    ok({
      total_count: secrets.size,
      secrets: page(
        [...secrets].map(([name, { createdAt, updatedAt }]) => ({
          name,
          created_at: createdAt,
          updated_at: updatedAt,
        })),
        asked,
      ),
    }),
  ),
  [`GET ${environment}/secrets/public-key`]: inside((_, { keys }) =>
    ok({ key_id: keys.id, key: Buffer.from(keys.publicKey).toString("base64") }),
  ),
  [`PUT ${environment}/secrets/{secret_name}`]: inside((world, { secrets, keys }, { parameters, body }) => {
    const name = (parameters["secret_name"] ?? "").toUpperCase();
    if (!/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/.test(name)) return invalid("Secret names can only contain alphanumeric");
    if (body["key_id"] !== keys.id) return invalid("The key_id is not that of the environment");
    const value = openSealed(keys, String(body["encrypted_value"]));
    if (value === undefined) return invalid("The value was not sealed for this environment");
    if (Buffer.byteLength(value) > 48 * 1024) return invalid("The value is too large");
    const at = world.tick();
    const before = secrets.get(name);
    secrets.set(name, { value, createdAt: before?.createdAt ?? at, updatedAt: at });
    return before === undefined ? { status: 201, body: {} } : { status: 204 };
  }),
  [`DELETE ${environment}/secrets/{secret_name}`]: inside((_, { secrets }, { parameters }) =>
    secrets.delete((parameters["secret_name"] ?? "").toUpperCase())
      ? { status: 204 }
      : { status: 404, body: { message: "Not Found" } },
  ),
  [`GET ${environment}/variables`]: inside((_, { variables }, asked) =>
    ok({
      total_count: variables.size,
      variables: page(
        [...variables].map(([name, { value, createdAt, updatedAt }]) => ({
          name,
          value,
          created_at: createdAt,
          updated_at: updatedAt,
        })),
        asked,
        30,
      ),
    }),
  ),
  [`POST ${environment}/variables`]: inside((world, { variables }, { body }) => {
    const { name, value } = body as { readonly name: string; readonly value: string };
    if (variables.has(name)) return { status: 409, body: { message: "Already exists" } };
    const at = world.tick();
    variables.set(name, { value, createdAt: at, updatedAt: at });
    return { status: 201, body: {} };
  }),
  [`PATCH ${environment}/variables/{name}`]: inside((world, { variables }, { parameters, body }) => {
    // GitHub takes the new name from the body, and the old one from the path.
    const name = parameters["name"] ?? "";
    const before = variables.get(name);
    if (before === undefined) return notFound();
    variables.set(name, { ...before, value: String(body["value"]), updatedAt: world.tick() });
    return { status: 204 };
  }),
};

function inside(handle: (world: World, environment: StoredEnvironment, asked: Asked) => Answer): Handler {
  return (world, asked) => {
    const found = world.environments.get(asked.parameters["environment_name"] ?? "");
    return found === undefined ? notFound() : handle(world, found, asked);
  };
}

function noPlan({ account }: World): boolean {
  return account.visibility === "private" && account.plan === "free";
}

function environmentOf([name, stored]: readonly [string, StoredEnvironment]): unknown {
  const { id, waitTimer, reviewers, preventSelfReview, refs, createdAt } = stored;
  const whole = example("environment") as { readonly protection_rules: readonly { readonly type: string }[] };
  const rule = (type: string) => whole.protection_rules.find((one) => one.type === type);
  const people = (
    rule("required_reviewers") as unknown as {
      readonly reviewers: readonly { readonly type: string; readonly reviewer: object }[];
    }
  ).reviewers;
  return {
    ...whole,
    id,
    name,
    created_at: createdAt,
    updated_at: createdAt,
    protection_rules: [
      ...(waitTimer === 0 ? [] : [{ ...rule("wait_timer"), wait_timer: waitTimer }]),
      ...(reviewers.length === 0
        ? []
        : [
            {
              ...rule("required_reviewers"),
              prevent_self_review: preventSelfReview,
              reviewers: reviewers.map(({ type, id: reviewer }) => ({
                type,
                reviewer: { ...people.find((one) => one.type === type)?.reviewer, id: reviewer },
              })),
            },
          ]),
      ...(refs === null ? [] : [rule("branch_policy")]),
    ],
    deployment_branch_policy: refs,
  };
}

function rulesetOf({ id, createdAt, body }: StoredRuleset): Readonly<Record<string, unknown>> {
  return {
    ...example("repository-ruleset"),
    id,
    source_type: "Repository",
    created_at: createdAt,
    bypass_actors: [],
    conditions: {},
    ...body,
  };
}

/** What GitHub writes into a rule by itself. */
function withDefaults(body: StoredRuleset["body"]): StoredRuleset["body"] {
  const defaults: Readonly<Record<string, object>> = {
    pull_request: { allowed_merge_methods: ["merge", "squash", "rebase"], required_reviewers: [] },
    required_status_checks: { do_not_enforce_on_create: false },
    update: { update_allows_fetch_and_merge: false },
  };
  const rules = (body["rules"] ?? []) as readonly { readonly type: string; readonly parameters?: object }[];
  return {
    ...body,
    rules: rules.map(({ type, parameters }) => {
      const all = { ...defaults[type], ...parameters };
      return Object.keys(all).length === 0 ? { type } : { type, parameters: all };
    }),
  };
}

function withoutRules(ruleset: Readonly<Record<string, unknown>>): unknown {
  const { rules: _, conditions: __, bypass_actors: ___, ...rest } = ruleset;
  return rest;
}

function labelOf(label: World["labels"][number]): unknown {
  return { ...example("label"), ...label };
}

function page<T>(list: readonly T[], { query }: Asked, most = 100): readonly T[] {
  const size = Math.min(Number(query.get("per_page") ?? 30), most);
  const start = (Number(query.get("page") ?? 1) - 1) * size;
  return list.slice(start, start + size);
}

function status(on: boolean): string {
  return on ? "enabled" : "disabled";
}

/** The same number for the same name. */
function idOf(name = ""): number {
  return Buffer.from(name).reduce((sum, byte) => sum * 31 + byte, 7) % 1_000_000;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function notFound(): Answer {
  return { status: 404, body: { message: "Not Found" } };
}

function invalid(message: string): Answer {
  return { status: 422, body: { message, documentation_url: "https://docs.github.com/rest" } };
}
