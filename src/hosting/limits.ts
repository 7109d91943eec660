import type { Account, Limit } from "./model.ts";

/** What the account's plan has, as GitHub's price list tells it. `unknown` is tried: GitHub's answer then decides. */
export interface Abilities {
  /** Environments with secrets, variables, and rules for the refs that may be deployed. */
  readonly environments: boolean;
  readonly reviewers: boolean;
  readonly rulesets: boolean;
  /** Settings that GitHub has for public repositories alone. */
  readonly publicSettings: boolean;
}

export function abilitiesOf({ visibility, plan }: Account): Abilities {
  const open = visibility === "public";
  return {
    environments: open || plan !== "free",
    reviewers: open || plan === "enterprise" || plan === undefined,
    rulesets: open || plan !== "free",
    publicSettings: open,
  };
}

type LimitId = "environments" | "reviewers" | "rulesets" | "public settings" | "unknown plan";

/** Everything that is not to be had, with what stands in for it: the one table. */
const limits: Readonly<Record<LimitId, Limit>> = {
  environments: {
    what: "environments: their secrets, and rules for what may be deployed",
    reason: "GitHub has them for private repositories from Pro and Team on",
    instead:
      "the gate of the workflow still refuses every other branch and tag. Secrets of the repository take the place of those of an environment, where the app has one environment alone: gh secret set WHERRY_SSH_KEY",
  },
  reviewers: {
    what: "required reviewers: somebody who says yes before a deployment begins",
    reason: "GitHub has them for private repositories with Enterprise alone",
    instead:
      "only those who may release can make the tag that is deployed; agree that two look at it: wherry release --plan",
  },
  rulesets: {
    what: "rulesets: branches that nobody forces, tags that nobody moves",
    reason: "GitHub has them for private repositories from Pro and Team on",
    instead:
      "the gate of the workflow refuses a tag that is not in the history of the release branch, and one that was moved while the job waited",
  },
  "public settings": {
    what: "secret scanning, private reports of weaknesses, approval of what forks run",
    reason: "GitHub has them for public repositories alone, or for money",
    instead: "wherry check and wherry assess look for secrets in the files; name an address for reports in SECURITY.md",
  },
  "unknown plan": {
    what: "the plan of the account",
    reason: "the token does not show it",
    instead: "everything is tried, and GitHub says what it does not have",
  },
};

/** What cannot be had with this account, before anything is asked for. */
export function limitsOf(account: Account): readonly Limit[] {
  const can = abilitiesOf(account);
  const unknown = account.visibility === "private" && account.plan === undefined;
  const missing: readonly LimitId[] = [
    ...(unknown ? (["unknown plan"] as const) : []),
    ...(can.environments ? [] : (["environments"] as const)),
    ...(can.reviewers ? [] : (["reviewers"] as const)),
    ...(can.rulesets ? [] : (["rulesets"] as const)),
    ...(can.publicSettings ? [] : (["public settings"] as const)),
  ];
  return missing.map((id) => limits[id]);
}
