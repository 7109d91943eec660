import { loadSettings } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { readHistory } from "./history.ts";
import type { LedgerLine } from "./ledger.ts";
import type { Author } from "./ledger-line.ts";

/** A deployment that another environment may take its images from, or why there is none. */
export type Verified =
  | { readonly ok: true; readonly line: LedgerLine }
  | { readonly ok: false; readonly reason: string };

/** Lines of a ledger that are looked through: years of a small team. */
export const ledgerDepth = 1000;

/**
 * The last deployment of a commit to an environment that succeeded. There is none where nobody could have seen it work:
 * all of them failed, files outside the commit were in it, or the environment went back from it since. Pure.
 * @param lines of that environment's ledger, newest first
 */
export function verifiedDeployment(environment: string, lines: readonly LedgerLine[], commit: string): Verified {
  const short = commit.slice(0, 12);
  const no = (reason: string): Verified => ({ ok: false, reason });
  const own = lines.filter((line) => line.commit === commit);
  const good = own.find(({ outcome }) => outcome === "succeeded");
  if (good === undefined) {
    const [last] = own;
    if (last === undefined) return no(`${short} was never deployed to ${environment}`);
    const why = last.reason === null ? "" : `: ${last.reason}`;
    return no(`the deployment of ${short} to ${environment} did not succeed (${words(last.outcome)}${why})`);
  }
  const back = lines
    .slice(0, lines.indexOf(good))
    .find((line) => line.outcome === "succeeded" && line.rollbackOf === good.release);
  if (back !== undefined)
    return no(`${environment} went back from ${good.release}, which has ${short}, at ${back.finished}`);
  if (good.dirty === true) return no(`${good.release} of ${environment} has files in it that are not in ${short}`);
  return { ok: true, line: good };
}

function words(outcome: LedgerLine["outcome"]): string {
  return outcome.replaceAll("_", " ");
}

/** What an environment's ledgers say of a commit: `deployments` has one id for each stack, and `by` who made it. */
export type Proof =
  | {
      readonly verdict: "passed";
      readonly reason: string;
      readonly deployments: readonly string[];
      readonly by: readonly Author[];
    }
  | { readonly verdict: "failed" | "unknown"; readonly reason: string };

/** Asks the servers of an environment, of each stack, whether a commit was deployed there with success. */
export async function askVerified(
  ctx: Context,
  {
    directory,
    environment,
    stacks,
    commit,
  }: {
    readonly directory: string;
    readonly environment: string;
    /** Empty where the app has none. */
    readonly stacks: readonly string[];
    readonly commit: string;
  },
): Promise<Proof> {
  try {
    const names = stacks.length === 0 ? [undefined] : stacks;
    const found = await Promise.all(
      names.map(async (stack) => {
        const settings = await loadSettings(ctx, { directory, environment, stack });
        const lines = await readHistory(ctx, { directory, environment, stack, last: ledgerDepth });
        return { stack: settings.stack, verified: verifiedDeployment(environment, lines, commit) };
      }),
    );
    const lines = found.flatMap(({ verified }) => (verified.ok ? [verified.line] : []));
    for (const { stack, verified } of found) {
      if (!verified.ok)
        return { verdict: "failed", reason: stacks.length === 0 ? verified.reason : `${stack}: ${verified.reason}` };
    }
    const releases = [...new Set(lines.map(({ release }) => release))].join(", ");
    return {
      verdict: "passed",
      reason: `${commit.slice(0, 12)} was deployed to ${environment} as ${releases}, and it succeeded`,
      deployments: lines.map(({ id }) => id),
      by: lines.map(({ who, from }) => ({ ...who, from })),
    };
  } catch (error) {
    if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
    return { verdict: "unknown", reason: `the server of ${environment} was not asked: ${error.message}` };
  }
}
