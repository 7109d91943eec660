import { compareVersions, environmentOf, loadReleaseRules, stageBefore } from "../config/index.ts";
import type { EnvironmentRule, Version } from "../config/index.ts";
import { nearest, refusedError, usageError, WherryError } from "../core/index.ts";
import {
  commitOf,
  defaultBranch,
  describeCommit,
  fetchTags,
  isOnBranch,
  makeTag,
  pushTag as push,
  subjectsBetween,
  tagNames,
} from "../git/index.ts";
import type { Context } from "../system/index.ts";
import { decideGate } from "../pipeline/index.ts";
import type { GateCheck } from "../pipeline/index.ts";
import { askVerified } from "../release/index.ts";
import type { Proof } from "../release/index.ts";
import { askChecks } from "./facts.ts";
import { notesSince, proposeVersion } from "./propose.ts";
import type { Notes } from "./propose.ts";

/** A tag that could be made, and whether it may be. */
export interface PlannedTag {
  readonly environment: string;
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
  /** The version before, as a tag; null where this is the first. */
  readonly previous: string | null;
  readonly checks: readonly GateCheck[];
  /** What the gate will want, and nobody can check from here. */
  readonly toKnow: readonly string[];
  /** Newest first. */
  readonly notes: Notes;
}

export interface TagOptions {
  readonly directory: string | undefined;
  readonly environment: string;
  /** Left out: proposed from the commits, or what was tried out in the environment before. */
  readonly version: string | undefined;
  /** Left out: the branch that a clone checks out by itself. */
  readonly releaseBranch: string | undefined;
  /** It may be earlier than one that is tagged already. */
  readonly allowRollback: boolean;
}

/** Commits that are looked through for notes; more of them is no release but a backlog. */
const notesLimit = 500;

/**
 * Says which tag a release would be, and looks at everything that speaks against it: the pipeline will look at most of it
 * again. Fetches tags and branches from `origin` first.
 */
export async function planTag(ctx: Context, options: TagOptions): Promise<PlannedTag> {
  const { directory, environments, imagesFrom, stacks } = await loadReleaseRules(ctx, options);
  const rule = chooseRule(options.environment, environments);
  const pattern = patternOf(rule);
  await fetchTags(ctx, directory);
  const releaseBranch = options.releaseBranch ?? (await defaultBranch(ctx, directory)) ?? "main";
  const [head, tags, described] = await Promise.all([
    commitOf(ctx, directory, "HEAD"),
    tagNames(ctx, directory),
    describeCommit(ctx, directory),
  ]);
  if (head === undefined) throw refusedError("no-commit", "there is no commit to release yet");
  const last = versionsOf(tags, environments, rule.environment)[0];
  const before = stageBefore(rule, environments);
  const tried = before === undefined ? [] : await taggedAt(ctx, directory, head, tags, environments, before);
  const since = last === undefined ? [] : await subjectsSince(ctx, directory, last.tag, head);
  const version = options.version ?? tried[0]?.version.text ?? proposeVersion(last?.version, since);
  const tag = pattern.replace("*", version);
  const decided = decideGate({
    ref: `refs/tags/${tag}`,
    commit: head,
    environments,
    asked: rule.environment,
    schedule: undefined,
    releaseBranch,
    allowRollback: options.allowRollback,
    facts: {
      refCommit: head,
      onBranch: new Map(
        await Promise.all(
          [releaseBranch, ...branchesOf(environments)].map(
            async (branch) => [branch, await isOnBranch(ctx, directory, head, branch)] as const,
          ),
        ),
      ),
      tags: tags.filter((name) => name !== tag),
      tagsHere: tried.map((one) => one.tag),
      live: undefined,
      deployed: undefined,
      images: undefined,
      people: undefined,
    },
  });
  const proofOf = (environment: string): Promise<Proof> =>
    askVerified(ctx, { directory, environment, stacks, commit: head });
  const source = imagesFrom.get(rule.environment);
  const verified = before === undefined ? undefined : { before, proof: await proofOf(before) };
  const checks: readonly GateCheck[] = [
    cleanCheck(described?.dirty ?? []),
    // Of the stage before, the server is asked as well, see below.
    ...decided.checks.filter(({ what }) => what !== "tag" && what !== before),
    newCheck(tag, tags),
    await askChecks(ctx, described?.repository, head),
    ...(verified === undefined
      ? []
      : [
          triedCheck(
            verified.before,
            tried.map((one) => one.tag),
            verified.proof,
          ),
        ]),
    ...(source === undefined || source === before ? [] : [{ what: "images", ...plain(await proofOf(source)) }]),
  ];
  return {
    environment: rule.environment,
    version,
    tag,
    commit: head,
    previous: last?.tag ?? null,
    checks,
    toKnow: rule.twoPeople === true && verified !== undefined ? [twoPeopleNote(rule, verified)] : [],
    notes: notesSince(since),
  };
}

/** Makes the tag, annotated and signed where git is set to sign, and pushes it: from then on the pipeline has it. */
export async function pushTag(
  ctx: Context,
  options: Pick<TagOptions, "directory">,
  planned: PlannedTag,
): Promise<void> {
  const { directory } = await loadReleaseRules(ctx, options);
  const { tag, commit, notes } = planned;
  const lines = [...notes.breaking, ...notes.features, ...notes.fixes, ...notes.others];
  await makeTag(ctx, directory, { tag, commit, message: [tag, "", ...lines.map((line) => `- ${line}`)].join("\n") });
  await push(ctx, directory, tag);
}

export interface TaggedVersion {
  readonly environment: string;
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
}

/** All versions that are tagged, of one environment or of all, the latest first. */
export async function listVersions(
  ctx: Context,
  { directory, environment }: { readonly directory: string | undefined; readonly environment: string | undefined },
): Promise<readonly TaggedVersion[]> {
  const rules = await loadReleaseRules(ctx, { directory });
  const wanted = environment === undefined ? rules.environments : [chooseRule(environment, rules.environments)];
  const tags = await tagNames(ctx, rules.directory);
  const found = wanted.flatMap((rule) =>
    versionsOf(tags, rules.environments, rule.environment).map((one) => ({ ...one, environment: rule.environment })),
  );
  return Promise.all(
    found.map(async ({ environment: name, tag, version }) => ({
      environment: name,
      version: version.text,
      tag,
      commit: (await commitOf(ctx, rules.directory, `refs/tags/${tag}`)) ?? "",
    })),
  );
}

/** What came with a version: the commits since the one before. */
export async function readNotes(
  ctx: Context,
  { directory, tag }: { readonly directory: string | undefined; readonly tag: string },
): Promise<{ readonly tag: string; readonly previous: string | null; readonly notes: Notes }> {
  const rules = await loadReleaseRules(ctx, { directory });
  const tags = await tagNames(ctx, rules.directory);
  const decision = environmentOf(`refs/tags/${tag}`, rules.environments);
  if (!tags.includes(tag) || decision.environment === undefined || decision.version === undefined) {
    const near = nearest(tag, tags);
    throw usageError("unknown-version", `there is no tag ${JSON.stringify(tag)} of a version here`, {
      hint: near === undefined ? "wherry release list shows them" : `did you mean ${near}?`,
    });
  }
  const { version } = decision;
  const earlier = versionsOf(tags, rules.environments, decision.environment).find(
    (one) => compareVersions(one.version, version) < 0,
  );
  const lines = earlier === undefined ? [] : await subjectsSince(ctx, rules.directory, earlier.tag, `refs/tags/${tag}`);
  return { tag, previous: earlier?.tag ?? null, notes: notesSince(lines) };
}

function chooseRule(wanted: string, environments: readonly EnvironmentRule[]): EnvironmentRule {
  const found = environments.find(({ environment }) => environment === wanted);
  if (found !== undefined) return found;
  const names = environments.map(({ environment }) => environment);
  const near = nearest(wanted, names);
  throw usageError(
    "unknown-environment",
    `there is no environment ${JSON.stringify(wanted)}; there is ${names.join(", ")}`,
    near === undefined ? {} : { hint: `did you mean ${near}?` },
  );
}

function patternOf({ environment, rules }: EnvironmentRule): string {
  const found = rules.find((rule) => rule.kind === "tag" && rule.pattern.includes("*"));
  if (found?.kind === "tag") return found.pattern;
  throw usageError("no-tag-rule", `${environment} is not deployed by tags with a version`, {
    hint: `deploy_on: { tag: "${environment.toUpperCase()}-*" } in wherry.yaml makes it so`,
  });
}

interface Tagged {
  readonly tag: string;
  readonly version: Version;
}

/** The latest first. */
function versionsOf(
  tags: readonly string[],
  environments: readonly EnvironmentRule[],
  environment: string,
): readonly Tagged[] {
  return tags
    .flatMap((tag) => {
      const decision = environmentOf(`refs/tags/${tag}`, environments);
      return decision.environment === environment && decision.version !== undefined
        ? [{ tag, version: decision.version }]
        : [];
    })
    .toSorted((a, b) => compareVersions(b.version, a.version));
}

async function taggedAt(
  ctx: Context,
  directory: string,
  commit: string,
  tags: readonly string[],
  environments: readonly EnvironmentRule[],
  environment: string,
): Promise<readonly Tagged[]> {
  const all = versionsOf(tags, environments, environment).filter(({ version }) => version.prerelease.length === 0);
  const commits = await Promise.all(all.map(({ tag }) => commitOf(ctx, directory, `refs/tags/${tag}`)));
  return all.filter((_, index) => commits[index] === commit);
}

function branchesOf(environments: readonly EnvironmentRule[]): readonly string[] {
  return environments.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.kind === "branch" && !rule.pattern.includes("*") ? [rule.pattern] : [])),
  );
}

async function subjectsSince(ctx: Context, directory: string, from: string, to: string): Promise<readonly string[]> {
  const found = await subjectsBetween(ctx, directory, { from: `refs/tags/${from}`, to, limit: notesLimit });
  if (found !== undefined) return found;
  throw new WherryError("refused", "no-history", `git cannot tell what came since ${from}`, {
    hint: "in a shallow clone: git fetch --unshallow",
  });
}

function cleanCheck(dirty: readonly string[]): GateCheck {
  const what = "clean";
  return dirty.length === 0
    ? { what, verdict: "passed", reason: "everything is committed" }
    : { what, verdict: "failed", reason: `not committed: ${dirty.slice(0, 5).join(", ")}` };
}

function newCheck(tag: string, tags: readonly string[]): GateCheck {
  const what = "new";
  return tags.includes(tag)
    ? { what, verdict: "failed", reason: `${tag} is there already, and a tag is never moved: take the next version` }
    : { what, verdict: "passed", reason: `there is no ${tag} yet` };
}

/** A version of the stage before stands at the commit, and was deployed there with success. */
function triedCheck(environment: string, tags: readonly string[], proof: Proof): GateCheck {
  const what = environment;
  if (tags.length === 0)
    return {
      what,
      verdict: "failed",
      reason: `no version of ${environment} stands at this commit: wherry release ${environment} first`,
    };
  return { what, ...plain(proof) };
}

/** Whose login the pipeline will see is known there alone. */
function twoPeopleNote(
  { environment }: EnvironmentRule,
  { before, proof }: { readonly before: string; readonly proof: Proof },
): string {
  const names = proof.verdict === "passed" ? [...new Set(proof.by.map(({ name }) => name))].join(", ") : "unknown here";
  return `${environment} wants two people: its gate refuses a tag that is pushed by whoever deployed this commit to ${before} (${names})`;
}

function plain({ verdict, reason }: Proof): Omit<GateCheck, "what"> {
  return { verdict, reason };
}
