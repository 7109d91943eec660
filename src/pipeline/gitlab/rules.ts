import { aroundVersion, environmentOf } from "../../config/index.ts";
import type { EnvironmentRule } from "../../config/index.ts";
import type { EnvironmentStage, Pipeline } from "../model.ts";

/**
 * Release rules as conditions of GitLab. They only choose which jobs there are; whether something may be deployed is for the
 * gate to say, so they also take tags that merely look like releases: those should fail with the reason.
 */

export interface Condition {
  readonly if: string;
}

export const mergeRequest: Condition = { if: '$CI_PIPELINE_SOURCE == "merge_request_event"' };

/** When an environment is deployed by itself; empty where that is by hand alone. */
export function conditionsOf({ environment, rules }: EnvironmentRule): readonly Condition[] {
  return rules.map((rule) => {
    // GitLab keeps the times of a schedule in its settings, and runs know the schedule by its description.
    if (rule.kind === "schedule")
      return { if: `$CI_PIPELINE_SOURCE == "schedule" && $CI_PIPELINE_SCHEDULE_DESCRIPTION == "${environment}"` };
    const [variable, pattern] =
      rule.kind === "tag"
        ? (["CI_COMMIT_TAG", tagPattern(rule.pattern)] as const)
        : (["CI_COMMIT_BRANCH", branchPattern(rule.pattern)] as const);
    return { if: `$CI_PIPELINE_SOURCE != "schedule" && $${variable} =~ ${pattern}` };
  });
}

/** Branch whose pipelines only look at things, unless an environment takes it. */
export function releaseBranchCondition({ releaseBranch }: Pipeline): Condition {
  return { if: `$CI_PIPELINE_SOURCE != "schedule" && $CI_COMMIT_BRANCH =~ ${branchPattern(releaseBranch)}` };
}

/** By hand: pipelines that somebody starts on a branch, and those of the release branch where no environment takes it. */
export function byHandConditions(pipeline: Pipeline): readonly Condition[] {
  const claimed = environmentOf(
    `refs/heads/${pipeline.releaseBranch}`,
    pipeline.environments.map(({ rule }) => rule),
  );
  return [
    { if: '$CI_PIPELINE_SOURCE == "web" && $CI_COMMIT_BRANCH' },
    ...(claimed.environment === undefined ? [releaseBranchCondition(pipeline)] : []),
  ];
}

/** Has it no rule but a schedule? Then it is deployed by hand as well. */
export function isByHand({ rules }: EnvironmentRule): boolean {
  return rules.every(({ kind }) => kind === "schedule");
}

export function deployConditions(environments: readonly EnvironmentStage[]): readonly Condition[] {
  return environments.flatMap(({ rule }) => conditionsOf(rule));
}

function tagPattern(pattern: string): string {
  const around = aroundVersion(pattern);
  if (around === undefined) return `/^${escape(pattern)}$/`;
  return around.before === ""
    ? `/^[0-9].*${escape(around.behind)}$/`
    : `/^${escape(around.before)}.*${escape(around.behind)}$/`;
}

/** `*` is anything but `/`, `**` anything: the same as everywhere in Wherry. */
function branchPattern(pattern: string): string {
  const parts = pattern.match(/\*\*|\*|[^*]+/g) ?? [];
  return `/^${parts.map((part) => (part === "**" ? ".*" : part === "*" ? String.raw`[^\/]*` : escape(part))).join("")}$/`;
}

/** For RE2 between slashes. */
function escape(text: string): string {
  return text.replaceAll(/[^\w\u0080-\uffff-]/g, String.raw`\$&`);
}
