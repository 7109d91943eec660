import { loadReleaseRules, stageBefore } from "../config/index.ts";
import { usageError } from "../core/index.ts";
import { commitOf, isOnBranch, tagNames } from "../git/index.ts";
import { askVerified, pipelineAuthor, readHistory } from "../release/index.ts";
import type { LedgerLine, Proof } from "../release/index.ts";
import type { Context } from "../system/index.ts";
import { branchesToAsk, decideGate } from "./gate.ts";
import type { GateFacts, GateResult } from "./gate.ts";

export interface GateOptions {
  readonly directory: string | undefined;
  readonly ref: string;
  /** The commit that is checked out where it is left out. */
  readonly commit: string | undefined;
  readonly asked: string | undefined;
  readonly schedule: string | undefined;
  readonly releaseBranch: string;
  /** An earlier version may go in place of a later one. */
  readonly allowRollback: boolean;
  /** Also ask the servers: what the asked environment serves, and whether the one before has had this commit. */
  readonly live: boolean;
}

/** Asks git, and the server where that is wanted, and decides. */
export async function askGate(ctx: Context, options: GateOptions): Promise<GateResult> {
  const { ref, asked, schedule, releaseBranch, allowRollback, live } = options;
  const { directory, environments, imagesFrom, stacks } = await loadReleaseRules(ctx, options);
  const commit = await commitOf(ctx, directory, options.commit ?? "HEAD");
  if (commit === undefined)
    throw usageError("no-commit", `there is no commit ${options.commit ?? "HEAD"} in ${directory}`, {
      hint: "check out the whole history: fetch-depth: 0",
    });
  if (live && asked === undefined)
    throw usageError("live-of-what", "--live needs --for ENVIRONMENT, whose servers are asked");
  const branches = branchesToAsk(releaseBranch, environments);
  const [refCommit, tags, tagsHere, ...onBranch] = await Promise.all([
    ref.startsWith("refs/") ? commitOf(ctx, directory, ref) : undefined,
    tagNames(ctx, directory),
    tagNames(ctx, directory, commit),
    ...branches.map((branch) => isOnBranch(ctx, directory, commit, branch)),
  ]);
  const source = asked === undefined ? undefined : imagesFrom.get(asked);
  const rule = environments.find(({ environment }) => environment === asked);
  const before = rule?.twoPeople === true ? stageBefore(rule, environments) : undefined;
  const proofOf = async (environment: string | undefined): Promise<Proof | undefined> =>
    environment === undefined ? undefined : askVerified(ctx, { directory, environment, stacks, commit });
  const [ledgers, images, tried] = live
    ? await Promise.all([
        ledgersOf(ctx, { directory, environment: asked, stacks }),
        proofOf(source),
        // Mostly the two are one, and asked once.
        before === source ? undefined : proofOf(before),
      ])
    : [];
  const known = before === source ? images : tried;
  const facts: GateFacts = {
    refCommit,
    tags,
    tagsHere,
    onBranch: new Map(branches.map((branch, index) => [branch, onBranch[index]])),
    live: ledgers === undefined ? undefined : await liveReleases(ctx, directory, ledgers),
    deployed: ledgers?.flat().map(({ tag, commit: from }) => ({ tag, commit: from })),
    images,
    people: before === undefined || known === undefined ? undefined : { tried: known, asker: pipelineAuthor(ctx) },
  };
  return decideGate({ ref, commit, environments, asked, schedule, releaseBranch, allowRollback, facts });
}

type Ledgers = readonly (readonly LedgerLine[])[];

/** One for each stack, newest line first. */
function ledgersOf(
  ctx: Context,
  {
    directory,
    environment,
    stacks,
  }: { readonly directory: string; readonly environment: string | undefined; readonly stacks: readonly string[] },
): Promise<Ledgers> {
  const names = stacks.length === 0 ? [undefined] : stacks;
  return Promise.all(names.map((stack) => readHistory(ctx, { directory, environment, stack, last: 200 })));
}

/** The last deployment of each stack that succeeded, which is what it serves. */
async function liveReleases(ctx: Context, directory: string, ledgers: Ledgers): Promise<GateFacts["live"]> {
  const found = ledgers.flatMap((lines) => lines.find(({ outcome }) => outcome === "succeeded") ?? []);
  return Promise.all(
    found.map(async ({ tag, commit }) => {
      // The ledger has one tag, and a commit may have several: that of uat, and that of production.
      const here = commit === null ? [] : await tagNames(ctx, directory, commit);
      return { tags: [...new Set([...(tag === null ? [] : [tag]), ...here])], commit };
    }),
  );
}
