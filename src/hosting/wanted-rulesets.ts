import type { EnvironmentRule } from "../config/index.ts";
import type { Account, BypassActor, Rule, Ruleset } from "./model.ts";

/** Wherry knows its own rulesets by this word, and touches no other. */
export const ownPrefix = "wherry: ";

/** GitHub's numbers for the roles of a repository. */
const roles = { maintain: 2, write: 4, admin: 5 } as const;

/** The app of GitHub Actions: a check of the same name from another app does not count. */
const actionsApp = 15368;

interface RulesetInput {
  readonly account: Account;
  readonly releaseBranch: string;
  readonly environments: readonly EnvironmentRule[];
  /** Names of the checks of ci.yml; empty where there are none yet. */
  readonly checks: readonly string[];
}

/** Rules for the branches and tags that are deployed. Pure. */
export function wantedRulesets({ account, releaseBranch, environments, checks }: RulesetInput): readonly Ruleset[] {
  const patterns = (kind: "branch" | "tag", of = environments): readonly string[] => [
    ...new Set(of.flatMap(({ rules }) => rules.flatMap((rule) => (rule.kind === kind ? [rule.pattern] : [])))),
  ];
  // Branches by a pattern are those of a day's work: there a force push is usual.
  const deployed = patterns("branch").filter((name) => !name.includes("*") && name !== releaseBranch);
  const production = environments.filter((one) => one.production);
  const finalTags = patterns("tag", production);
  const otherTags = patterns("tag").filter((tag) => !finalTags.includes(tag));
  const standing: readonly Rule[] = [{ type: "deletion" }, { type: "non_fast_forward" }];
  return [
    ruleset("release branch", "branch", [releaseBranch], {
      rules: [...standing, pullRequest, ...(checks.length === 0 ? [] : [requiredChecks(checks, account)])],
      // With two people one may be away: an administrator can merge alone, but never push past the request.
      bypass: [role("admin", "pull_request")],
    }),
    ...(deployed.length === 0 ? [] : [ruleset("deployed branches", "branch", deployed, { rules: standing })]),
    ...([...finalTags, ...otherTags].length === 0
      ? []
      : [
          ruleset("release tags stay", "tag", [...finalTags, ...otherTags], {
            rules: [{ type: "deletion" }, { type: "update" }],
          }),
        ]),
    ...(finalTags.length === 0
      ? []
      : [
          ruleset("who releases to production", "tag", finalTags, {
            rules: [{ type: "creation" }],
            bypass: account.owner === "organization" ? [role("maintain"), role("admin")] : [role("admin")],
          }),
        ]),
    ...(otherTags.length === 0
      ? []
      : [
          ruleset("who releases for tests", "tag", otherTags, {
            rules: [{ type: "creation" }],
            // People, in other words: the token of a workflow has no role.
            bypass:
              account.owner === "organization"
                ? [role("maintain"), role("write"), role("admin")]
                : [role("write"), role("admin")],
          }),
        ]),
  ];
}

const pullRequest: Rule = {
  type: "pull_request",
  parameters: {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: true,
  },
};

function requiredChecks(checks: readonly string[], { githubCom }: Account): Rule {
  return {
    type: "required_status_checks",
    parameters: {
      strict_required_status_checks_policy: false,
      required_status_checks: checks
        .toSorted()
        .map((context) => ({ context, ...(githubCom ? { integration_id: actionsApp } : {}) })),
    },
  };
}

function role(name: keyof typeof roles, mode = "always"): BypassActor {
  return { actor_type: "RepositoryRole", actor_id: roles[name], bypass_mode: mode };
}

function ruleset(
  name: string,
  target: Ruleset["target"],
  names: readonly string[],
  { rules, bypass = [] }: { readonly rules: readonly Rule[]; readonly bypass?: readonly BypassActor[] },
): Ruleset {
  const folder = target === "branch" ? "refs/heads/" : "refs/tags/";
  return {
    name: `${ownPrefix}${name}`,
    target,
    enforcement: "active",
    include: names.map((one) => folder + one).toSorted(),
    exclude: [],
    bypass,
    rules,
  };
}
