import { compareVersions, environmentOf, stageBefore } from "../config/index.ts";
import type { EnvironmentRule, GitRef, Version } from "../config/index.ts";
import type { Author, Proof } from "../release/index.ts";
import { twoPeopleCheck } from "./two-people.ts";

/**
 * The last word before a deployment by a pipeline: is this ref one that goes to an environment, and is its commit where it
 * has to be? A tag can stand at any commit, also at one that nobody has ever reviewed.
 */

export interface GateInput {
  /** `refs/tags/PROD-1.2.3` */
  readonly ref: string;
  readonly commit: string;
  readonly environments: readonly EnvironmentRule[];
  /** Somebody chose it by hand, or a job asks for its own environment. */
  readonly asked: string | undefined;
  /** The schedule that started the run. */
  readonly schedule: string | undefined;
  readonly releaseBranch: string;
  /** Somebody means it: an earlier version may go in place of a later one. */
  readonly allowRollback: boolean;
  readonly facts: GateFacts;
}

/** What git and the server said. */
export interface GateFacts {
  /** The commit that the ref stands for now; undefined where there is no such ref here. */
  readonly refCommit: string | undefined;
  /** Branch -> whether the commit is in its history; undefined where nobody can tell. */
  readonly onBranch: ReadonlyMap<string, boolean | undefined>;
  readonly tags: readonly string[];
  /** Those of them that stand at the commit. */
  readonly tagsHere: readonly string[];
  /** What each stack serves; undefined where the server was not asked. */
  readonly live: readonly { readonly tags: readonly string[]; readonly commit: string | null }[] | undefined;
  /** Tags and commits of everything that was ever deployed there; undefined where the server was not asked. */
  readonly deployed: readonly { readonly tag: string | null; readonly commit: string | null }[] | undefined;
  /** What the ledger of the environment says whose images are taken; undefined where it was not asked, or none is. */
  readonly images: Proof | undefined;
  /** Who deployed the commit to the stage before, and who asks now; undefined where no server was asked, or it does not matter. */
  readonly people: { readonly tried: Proof; readonly asker: Author | undefined } | undefined;
}

export interface GateCheck {
  readonly what: string;
  readonly verdict: "passed" | "failed" | "unknown";
  readonly reason: string;
}

export interface GateResult {
  /** Null: not to be deployed. */
  readonly environment: string | null;
  readonly version: string | null;
  readonly checks: readonly GateCheck[];
}

/** Pure. What is not known is no pass. */
export function decideGate(input: GateInput): GateResult {
  const target = targetOf(input);
  if (typeof target === "string") {
    return { environment: null, version: null, checks: [{ what: "environment", verdict: "failed", reason: target }] };
  }
  const { rule, ref, version, reason } = target;
  const checks = [
    { what: "environment", verdict: "passed", reason } as const,
    ...(ref.kind === "tag" ? [placeCheck(input)] : []),
    ...(ref.kind === "tag" || rule.production ? [historyCheck(input, rule)] : []),
    ...(version === undefined
      ? []
      : [
          orderCheck(input, rule, version),
          ...stageChecks(input, rule),
          ...liveChecks(input, rule, version),
          ...reuseChecks(input, ref),
        ]),
    ...imagesChecks(input),
    ...peopleChecks(input, rule),
  ];
  const good = checks.every(({ verdict }) => verdict === "passed");
  return { environment: good ? rule.environment : null, version: version?.text ?? null, checks };
}

/** Branches whose history may be asked for a commit: all that `decideGate` looks up. */
export function branchesToAsk(releaseBranch: string, environments: readonly EnvironmentRule[]): readonly string[] {
  const deployed = environments.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.kind === "branch" && !rule.pattern.includes("*") ? [rule.pattern] : [])),
  );
  return [...new Set([releaseBranch, ...deployed])];
}

interface Target {
  readonly rule: EnvironmentRule;
  readonly ref: GitRef;
  readonly version: Version | undefined;
  readonly reason: string;
}

function targetOf({ ref, environments, asked, schedule }: GateInput): Target | string {
  const decision = environmentOf(ref, environments);
  if (decision.ref === undefined) return decision.reason;
  const named = environments.find(({ environment }) => environment === asked);
  if (asked !== undefined && named === undefined) return `there is no environment ${JSON.stringify(asked)}`;
  if (schedule !== undefined) {
    const rule = environments.find(({ rules }) =>
      rules.some((one) => one.kind === "schedule" && one.cron === schedule),
    );
    if (rule === undefined) return `no environment has the schedule ${JSON.stringify(schedule)}`;
    if (named !== undefined && named !== rule)
      return `the schedule ${schedule} is for ${rule.environment}, not for ${named.environment}`;
    return {
      rule,
      ref: decision.ref,
      version: undefined,
      reason: `${rule.environment} is deployed at ${schedule} (UTC)`,
    };
  }
  const byHand = named !== undefined && named.rules.every(({ kind }) => kind === "schedule");
  if (byHand) {
    if (decision.environment !== undefined)
      return `${decision.ref.name} belongs to ${decision.environment}, not to ${named.environment}`;
    return { rule: named, ref: decision.ref, version: undefined, reason: `${named.environment} is deployed by hand` };
  }
  if (decision.environment === undefined) return decision.reason;
  if (named !== undefined && named.environment !== decision.environment)
    return `${decision.ref.name} belongs to ${decision.environment}, not to ${named.environment}`;
  const rule = environments.find(({ environment }) => environment === decision.environment);
  if (rule === undefined) return decision.reason;
  return { rule, ref: decision.ref, version: decision.version, reason: decision.reason };
}

function placeCheck({ ref, commit, facts }: GateInput): GateCheck {
  const what = "tag";
  const short = commit.slice(0, 12);
  if (facts.refCommit === undefined) return { what, verdict: "unknown", reason: `${ref} is not in this clone` };
  return facts.refCommit === commit
    ? { what, verdict: "passed", reason: `it stands at ${short}` }
    : {
        what,
        verdict: "failed",
        reason: `it stands at ${facts.refCommit.slice(0, 12)}, and this run is for ${short}: it was moved`,
      };
}

/** Production takes what is on the release branch; others also what is on a branch that is deployed by itself. */
function historyCheck({ facts, releaseBranch, environments }: GateInput, rule: EnvironmentRule): GateCheck {
  const what = "history";
  const branches = rule.production ? [releaseBranch] : branchesToAsk(releaseBranch, environments);
  const on = branches.find((branch) => facts.onBranch.get(branch) === true);
  if (on !== undefined) return { what, verdict: "passed", reason: `the commit is on ${on}` };
  const open = branches.filter((branch) => facts.onBranch.get(branch) === undefined);
  return open.length > 0
    ? {
        what,
        verdict: "unknown",
        reason: `git cannot tell whether the commit is on ${open.join(" or ")}: no such branch here, or a clone without its history`,
      }
    : {
        what,
        verdict: "failed",
        reason: `the commit is not on ${branches.join(" or ")}: merge it first, and tag what was merged`,
      };
}

function orderCheck(
  { facts, environments, allowRollback }: GateInput,
  { environment }: EnvironmentRule,
  version: Version,
): GateCheck {
  const what = "order";
  const later = facts.tags
    .flatMap((tag) => {
      const other = environmentOf(`refs/tags/${tag}`, environments);
      return other.environment === environment && other.version !== undefined ? [{ tag, version: other.version }] : [];
    })
    .filter((other) => compareVersions(other.version, version) > 0)
    .toSorted((a, b) => compareVersions(b.version, a.version))[0];
  if (later === undefined)
    return { what, verdict: "passed", reason: `no later version than ${version.text} is tagged` };
  return backwards(what, `${later.tag} is later than ${version.text}`, allowRollback);
}

/** Production takes what was tried out: a version of the environment before it stands at the same commit. */
function stageChecks({ facts, environments }: GateInput, rule: EnvironmentRule): readonly GateCheck[] {
  const before = stageBefore(rule, environments);
  if (before === undefined) return [];
  const tag = facts.tagsHere.find((one) => environmentOf(`refs/tags/${one}`, environments).environment === before);
  return [
    tag === undefined
      ? {
          what: before,
          verdict: "failed",
          reason: `no version of ${before} stands at this commit: production takes what was tried out there`,
        }
      : { what: before, verdict: "passed", reason: `${tag} stands at this commit` },
  ];
}

function liveChecks(
  { facts, commit, environments, allowRollback }: GateInput,
  { environment }: EnvironmentRule,
  version: Version,
): readonly GateCheck[] {
  const what = "live";
  if (facts.live === undefined) return [];
  const serving = facts.live.flatMap(({ tags, commit: live }) =>
    tags.flatMap((tag) => {
      const other = environmentOf(`refs/tags/${tag}`, environments);
      return other.environment === environment && other.version !== undefined
        ? [{ tag, version: other.version, commit: live }]
        : [];
    }),
  );
  const later = serving.find((one) => compareVersions(one.version, version) > 0);
  if (later !== undefined) return [backwards(what, `${environment} serves ${later.tag} already`, allowRollback)];
  const other = serving.find((one) => compareVersions(one.version, version) === 0 && one.commit !== commit);
  if (other !== undefined)
    return [
      {
        what,
        verdict: "failed",
        reason: `${environment} serves ${other.tag} from another commit: take the next version`,
      },
    ];
  return [{ what, verdict: "passed", reason: `${environment} serves nothing later` }];
}

/** Backwards is a rollback, or something that somebody says they want. */
function backwards(what: string, found: string, allowed: boolean): GateCheck {
  return allowed
    ? { what, verdict: "passed", reason: `${found}, and going back was asked for` }
    : { what, verdict: "failed", reason: `${found}: to go back there is wherry rollback, or --allow-rollback` };
}

/** A version is one commit for ever: also one that is no longer live. */
function reuseChecks({ facts, commit }: GateInput, { name }: GitRef): readonly GateCheck[] {
  const what = "reuse";
  if (facts.deployed === undefined) return [];
  const other = facts.deployed.find((one) => one.tag === name && one.commit !== null && one.commit !== commit);
  return [
    other === undefined
      ? { what, verdict: "passed", reason: `${name} was never deployed from another commit` }
      : {
          what,
          verdict: "failed",
          reason: `${name} was deployed from ${other.commit?.slice(0, 12) ?? ""} before: take the next version`,
        },
  ];
}

function imagesChecks({ facts: { images } }: GateInput): readonly GateCheck[] {
  return images === undefined ? [] : [{ what: "images", verdict: images.verdict, reason: images.reason }];
}

/** Only where it is wanted, and the ledger of the stage before was asked. */
function peopleChecks({ facts: { people }, environments }: GateInput, rule: EnvironmentRule): readonly GateCheck[] {
  if (rule.twoPeople !== true || people === undefined) return [];
  return [twoPeopleCheck({ ...people, before: stageBefore(rule, environments) ?? "the stage before" })];
}
