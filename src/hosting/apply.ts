import { WherryError } from "../core/index.ts";
import type { Report, Secret } from "../core/index.ts";
import { explainTrouble, refusalOf, refusedByPlan, seal } from "../github/index.ts";
import type { GitHubApi } from "../github/index.ts";
import { timedStep } from "../system/index.ts";
import type { Context } from "../system/index.ts";
import { fingerprintName, fingerprintOf, writeFingerprint } from "./fingerprint.ts";
import type { Change, Ruleset } from "./model.ts";
import { names, settingOf } from "./settings.ts";

type Values = ReadonlyMap<string, ReadonlyMap<string, Secret>>;

export interface Applied {
  readonly change: Change;
  /** Undefined: done. Else GitHub's words. */
  readonly refused: string | undefined;
}

/** Where the work ended before its end. */
export interface Stopped {
  readonly done: readonly Applied[];
  readonly error: WherryError | undefined;
}

/**
 * Makes the changes one after another. What GitHub refuses because of the account's plan is skipped, with all that depends
 * on it; any other trouble ends the work. What is done stays done: the next run sees it and goes on.
 * @param values by environment and name
 */
export async function applyChanges(
  ctx: Context,
  api: GitHubApi,
  changes: readonly Change[],
  values: Values,
  report: Report,
): Promise<Stopped> {
  const done: Applied[] = [];
  const without = new Set<string>();
  const keys = new Map<string, { readonly key_id: string; readonly key: string }>();
  for (const [index, change] of changes.entries()) {
    const environment = "environment" in change ? change.environment : undefined;
    if (environment !== undefined && without.has(environment)) continue;
    const title = `${change.verb} ${change.title}`;
    try {
      await timedStep(ctx, report, { id: `${index}`, title }, () => perform(api, change, values, keys));
      done.push({ change, refused: undefined });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined && (refusedByPlan(refusal) || change.kind === "setting")) {
        if (change.kind === "environment" && environment !== undefined) without.add(environment);
        done.push({ change, refused: refusal.message });
        continue;
      }
      return { done, error: troubleOf(explainTrouble(error, api.place, title), done) };
    }
  }
  return { done, error: undefined };
}

/** Exit code 4 promises that nothing was changed. */
function troubleOf(error: unknown, done: readonly Applied[]): WherryError {
  if (!(error instanceof WherryError)) throw error;
  const made = done.filter(({ refused }) => refused === undefined).length;
  if (made === 0) return error;
  return new WherryError("failed", error.code, `${error.message}; ${made} changes before it were made`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error.cause,
  });
}

async function perform(
  api: GitHubApi,
  change: Change,
  values: Values,
  keys: Map<string, { readonly key_id: string; readonly key: string }>,
): Promise<void> {
  const at = names(api);
  switch (change.kind) {
    case "setting":
      await settingOf(change.id).write(api);
      return;
    case "label":
      await api.request("POST /repos/{owner}/{repo}/labels", { ...at, ...change.label });
      return;
    case "environment": {
      const { waitMinutes, reviewers, preventSelfReview, refs } = change.protection;
      await api.request("PUT /repos/{owner}/{repo}/environments/{environment_name}", {
        ...at,
        environment_name: change.environment,
        // What a plan does not have is refused even where it says nothing: so it is not said.
        ...(waitMinutes === 0 ? {} : { wait_timer: waitMinutes }),
        ...(reviewers.length === 0 ? {} : { reviewers: reviewers.map(({ type, id }) => ({ type, id })) }),
        ...(preventSelfReview ? { prevent_self_review: true } : {}),
        deployment_branch_policy:
          refs === "any"
            ? null
            : { protected_branches: refs === "protected", custom_branch_policies: refs === "custom" },
      });
      return;
    }
    case "policy":
      await api.request("POST /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies", {
        ...at,
        environment_name: change.environment,
        ...change.policy,
      });
      return;
    case "variable":
      await putVariable(api, change.environment, change.name, change.value, change.verb);
      return;
    case "secret": {
      const value = values.get(change.environment)?.get(change.name);
      if (value === undefined) throw new Error(`no value for ${change.title}`);
      const where = { ...at, environment_name: change.environment };
      const base = "/repos/{owner}/{repo}/environments/{environment_name}/secrets" as const;
      const key = keys.get(change.environment) ?? (await api.request(`GET ${base}/public-key`, where)).data;
      keys.set(change.environment, key);
      await api.request(`PUT ${base}/{secret_name}`, {
        ...where,
        secret_name: change.name,
        encrypted_value: seal(value, key.key),
        key_id: key.key_id,
      });
      return;
    }
    case "fingerprint": {
      const all = values.get(change.environment) ?? new Map<string, Secret>();
      const fingerprint = fingerprintOf(new Map([...all].filter(([name]) => change.names.includes(name))));
      await putVariable(api, change.environment, fingerprintName, writeFingerprint(fingerprint), change.verb);
      return;
    }
    default:
      await putRuleset(api, change.id, change.ruleset);
  }
}

async function putVariable(
  api: GitHubApi,
  environment: string,
  name: string,
  value: string,
  verb: Change["verb"],
): Promise<void> {
  const at = { ...names(api), environment_name: environment, name, value };
  const base = "/repos/{owner}/{repo}/environments/{environment_name}/variables" as const;
  await (verb === "create" ? api.request(`POST ${base}`, at) : api.request(`PATCH ${base}/{name}`, at));
}

async function putRuleset(api: GitHubApi, id: number | undefined, ruleset: Ruleset): Promise<void> {
  const { name, target, enforcement, include, exclude, bypass, rules } = ruleset;
  const body = {
    ...names(api),
    name,
    target,
    enforcement,
    conditions: { ref_name: { include: [...include], exclude: [...exclude] } },
    bypass_actors: bypass.map((actor) => ({ ...actor })) as never[],
    rules: rules.map((rule) => ({ ...rule })) as never[],
  };
  await (id === undefined
    ? api.request("POST /repos/{owner}/{repo}/rulesets", body)
    : api.request("PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}", { ...body, ruleset_id: id }));
}
