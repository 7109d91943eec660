import * as z from "zod";
import { cronProblem } from "./cron.ts";
import { aroundVersion, isRefName, matchesBranch } from "./ref-pattern.ts";
import { parseVersion } from "./version.ts";
import type { Version } from "./version.ts";

/** Which git ref goes to which environment: the release rules. */

const branchPattern = z
  .string()
  .refine(
    (text) => isRefName(text.replaceAll("*", "x")),
    "a branch, or a pattern: * stands for anything but /, ** for anything",
  );

const tagPattern = z
  .string()
  .refine((text) => isRefName(text.replaceAll("*", "1.0.0")), "a tag, or a pattern such as PROD-*")
  .refine((text) => text.split("*").length <= 2, "a tag has one * at most, which stands for the version: PROD-*");

export const deployOn = z
  .strictObject({
    branch: branchPattern
      .optional()
      .describe("Branch whose pushes are deployed here, or a pattern: * stands for anything but /, ** for anything."),
    tag: tagPattern
      .optional()
      .describe(
        "Tag whose pushes are deployed here. One * stands for the version, such as 1.2.3: PROD-*. Outside of production it may be a pre-release: 1.2.3-rc.1.",
      ),
    manual: z.literal(true, "manual is true, or left out").optional().describe("true: only by hand."),
    schedule: z
      .string()
      .superRefine((text, context) => {
        const message = cronProblem(text);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      })
      .optional()
      .describe("When the default branch is deployed here, as cron has it, in UTC: 0 6 * * 1-5."),
    two_people: z
      .literal(true, "two_people is true, or left out")
      .optional()
      .describe(
        "true: a pipeline refuses what the same person deployed to the stage before (for production, the environment by versions before it). Default: one person may do both",
      ),
  })
  .refine(
    ({ branch, tag, manual, schedule }) =>
      [branch ?? tag, manual, schedule].filter((one) => one !== undefined).length <= 1,
    "one of branch or tag, manual, schedule; branch and tag may stand together",
  )
  .refine(
    ({ schedule, two_people: two }) => schedule === undefined || two === undefined,
    "two_people: nobody asks for what a schedule starts",
  );

export type DeployOn = z.infer<typeof deployOn>;

export type DeployRule =
  | { readonly kind: "branch"; readonly pattern: string }
  | { readonly kind: "tag"; readonly pattern: string }
  | { readonly kind: "schedule"; readonly cron: string };

/** When a pipeline deploys to one environment. */
export interface EnvironmentRule {
  readonly environment: string;
  /** Takes full versions only. */
  readonly production: boolean;
  /** Empty: only by hand. */
  readonly rules: readonly DeployRule[];
  /** `default`: by the name of the environment. `none`: nothing is written, and its name says nothing. */
  readonly from: "wherry.yaml" | "default" | "none";
  /** Somebody else has deployed the commit to the stage before. */
  readonly twoPeople?: true;
}

/** What environments of these names do where they say nothing. */
const usual: Readonly<Record<string, DeployRule>> = {
  development: { kind: "branch", pattern: "develop" },
  uat: { kind: "tag", pattern: "UAT-*" },
  production: { kind: "tag", pattern: "PROD-*" },
};

/** The rule of one environment, as it is written or by its name. */
export function ruleOf(environment: string, written: DeployOn | undefined): EnvironmentRule {
  const production = /^(?:prod|production|live)(?:-|$)/.test(environment);
  const { branch, tag, manual, schedule, two_people: two } = written ?? {};
  const people = two === true ? ({ twoPeople: true } as const) : {};
  const rules: readonly DeployRule[] = [
    ...(branch === undefined ? [] : [{ kind: "branch", pattern: branch } as const]),
    ...(tag === undefined ? [] : [{ kind: "tag", pattern: tag } as const]),
    ...(schedule === undefined ? [] : [{ kind: "schedule", cron: schedule.trim() } as const]),
  ];
  if (rules.length > 0 || manual === true) return { environment, production, rules, from: "wherry.yaml", ...people };
  const rule = Object.hasOwn(usual, environment) ? usual[environment] : undefined;
  return {
    environment,
    production,
    rules: rule === undefined ? [] : [rule],
    from: rule === undefined ? "none" : "default",
    ...people,
  };
}

export interface GitRef {
  readonly kind: "branch" | "tag";
  readonly name: string;
}

export type RefDecision =
  | {
      readonly environment: string;
      readonly ref: GitRef;
      readonly rule: DeployRule;
      /** Undefined for branches, and for tags without one in their pattern. */
      readonly version: Version | undefined;
      /** Why, as one clause for people. */
      readonly reason: string;
    }
  | {
      readonly environment: undefined;
      readonly ref: GitRef | undefined;
      readonly reason: string;
      /** The environment that it was probably meant for; undefined where it looks like none. */
      readonly meant: string | undefined;
    };

/**
 * The environment that a git ref is deployed to, or the reason why it goes to none. Pure, and the only place that decides
 * it: pipelines, their explanation and the gate in front of a deployment ask here.
 * @param ref as git and GitHub write it: `refs/heads/develop`, `refs/tags/PROD-1.2.3`
 */
export function environmentOf(ref: string, environments: readonly EnvironmentRule[]): RefDecision {
  const read = parseRef(ref);
  if (typeof read === "string") return { environment: undefined, ref: undefined, reason: read, meant: undefined };
  const found = environments.flatMap((one) =>
    one.rules.map((rule) => ({ one, rule, claim: claimOf(read, one, rule) })),
  );
  const claims = found.filter(({ claim }) => claim.kind === "yes");
  const [first, second] = claims;
  if (first !== undefined && second !== undefined && first.one !== second.one)
    throw new Error(`${ref} is claimed by ${first.one.environment} and ${second.one.environment}`);
  if (first !== undefined && first.claim.kind === "yes") {
    const { one, rule, claim } = first;
    const how = one.from === "default" ? "as environments of this name do by default" : "by deploy_on in wherry.yaml";
    const pattern = rule.kind === "schedule" ? "" : rule.pattern;
    return {
      environment: one.environment,
      ref: read,
      rule,
      version: claim.version,
      reason: `${one.environment} takes the ${rule.kind} ${pattern}, ${how}`,
    };
  }
  const near = found.find(({ claim }) => claim.kind === "near");
  const reason = near?.claim.kind === "near" ? near.claim.reason : `no environment takes the ${read.kind} ${read.name}`;
  return { environment: undefined, ref: read, reason, meant: near?.one.environment };
}

function parseRef(ref: string): GitRef | string {
  const shown = JSON.stringify(ref);
  const [, kind, name = ""] = /^refs\/(heads|tags)\/([^]*)$/.exec(ref) ?? [];
  if (kind === undefined) return `${shown} is no ref of a branch or tag: refs/heads/NAME, refs/tags/NAME`;
  if (/[\r\n]/.test(name)) return `${shown} has a line break in it`;
  if (!isRefName(name)) return `${shown} is no name that git accepts`;
  return { kind: kind === "heads" ? "branch" : "tag", name };
}

type Claim =
  | { readonly kind: "yes"; readonly version: Version | undefined }
  | { readonly kind: "near"; readonly reason: string }
  | { readonly kind: "no" };

function claimOf({ kind, name }: GitRef, { environment, production }: EnvironmentRule, rule: DeployRule): Claim {
  if (rule.kind === "schedule" || rule.kind !== kind) return { kind: "no" };
  if (rule.kind === "branch")
    return matchesBranch(rule.pattern, name) ? { kind: "yes", version: undefined } : { kind: "no" };
  const around = aroundVersion(rule.pattern);
  if (around === undefined) return name === rule.pattern ? { kind: "yes", version: undefined } : { kind: "no" };
  const { before, behind } = around;
  const fits = (text: string, start: string, end: string): boolean =>
    text.length > start.length + end.length && text.startsWith(start) && text.endsWith(end);
  const near = (reason: string): Claim => ({
    kind: "near",
    reason: `${environment} does not take the tag ${name}: ${reason}`,
  });
  if (!fits(name, before, behind)) {
    const lower = fits(name.toLowerCase(), before.toLowerCase(), behind.toLowerCase());
    return lower ? near(`capital letters count, its tags look like ${example(rule.pattern)}`) : { kind: "no" };
  }
  const read = parseVersion(name.slice(before.length, name.length - behind.length));
  if (!read.ok) return before === "" && behind === "" ? { kind: "no" } : near(read.reason);
  if (production && read.version.prerelease.length > 0)
    return near(`${read.version.text} is a pre-release, and production takes full versions only`);
  return { kind: "yes", version: read.version };
}

/** A tag as it would be: `PROD-1.2.3`. */
export function example(pattern: string): string {
  return pattern.replace("*", "1.2.3");
}
