import { subjectsBetween } from "../git/index.ts";
import { loadReleaseRules } from "../config/index.ts";
import { originText, readHistory } from "../release/index.ts";
import type { LedgerLine } from "../release/index.ts";
import type { Context } from "../system/index.ts";

/** What a deployment changed and how to go back, for the page of a pipeline's run. */
export interface DeploymentSummary {
  readonly environment: string;
  readonly stack: string | undefined;
  /** The newest line of the ledger; undefined where nothing was deployed yet. */
  readonly line: LedgerLine | undefined;
  /** Commits that came with it, newest first; undefined where git cannot tell. */
  readonly commits: readonly string[] | undefined;
  /** How to go back where this is shown: the words behind "To go back:". */
  readonly back: string;
}

/** More would be a page that nobody reads. */
const commitLimit = 50;

/** Of each stack. */
export async function summarize(
  ctx: Context,
  options: { readonly directory: string | undefined; readonly environment: string },
): Promise<readonly DeploymentSummary[]> {
  const { directory, stacks } = await loadReleaseRules(ctx, options);
  const back =
    ctx.env["GITLAB_CI"] === undefined
      ? `start the workflow **Roll back** with the environment ${options.environment}`
      : `press **rollback-${options.environment}** in this pipeline`;
  const names = stacks.length === 0 ? [undefined] : stacks;
  return Promise.all(
    names.map(async (stack) => {
      const [line] = await readHistory(ctx, { directory, environment: options.environment, stack, last: 1 });
      const { commit = null, previousCommit = null } = line ?? {};
      const commits =
        commit === null || previousCommit === null
          ? undefined
          : await subjectsBetween(ctx, directory, { from: previousCommit, to: commit, limit: commitLimit });
      return { environment: options.environment, stack, line, commits, back };
    }),
  );
}

/** As Markdown. Words of others stand indented, where Markdown takes them as they are. */
export function summaryText({ environment, stack, line, commits, back }: DeploymentSummary): readonly string[] {
  const title = `## ${environment}${stack === undefined ? "" : `, ${stack}`}`;
  if (line === undefined) return [title, "", "Nothing was deployed here yet."];
  const { release, outcome, kind, previous, commit, failedStep, started, finished } = line;
  const seconds = Math.round((Date.parse(finished) - Date.parse(started)) / 1000);
  const good = outcome === "succeeded";
  return [
    title,
    "",
    `- **${good ? "Live" : outcome.replaceAll("_", " ")}**: release \`${release}\` (${kind})${Number.isFinite(seconds) ? `, ${seconds} s` : ""}`,
    ...(commit === null ? [] : [`- Commit \`${commit}\``]),
    ...(line.images === undefined ? [] : [`- Images: ${originText(line.images)}`]),
    ...(previous === null ? [] : [`- Before: release \`${previous}\``]),
    ...(failedStep === null ? [] : [`- Failed at: \`${failedStep.replaceAll("`", "'")}\``]),
    "",
    ...(commits === undefined ? [] : changes(commits)),
    ...(good && previous !== null
      ? [`To go back: ${back}, or run`, "", `    wherry rollback -e ${environment} --to ${previous}`, ""]
      : []),
  ];
}

function changes(commits: readonly string[]): readonly string[] {
  if (commits.length === 0) return ["No commits more than before.", ""];
  // oxlint-disable-next-line no-control-regex -- what would end the line, or colour it
  const plain = commits.map((line) => `    ${line.replaceAll(/[\x00-\x1f\x7f]/g, " ")}`);
  return [
    commits.length < commitLimit ? "What came with it:" : `What came with it (the last ${commitLimit} commits):`,
    "",
    ...plain,
    "",
  ];
}
