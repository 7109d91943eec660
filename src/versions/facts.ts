import * as z from "zod";
import { openGitHub, repositoryOn } from "../github/index.ts";
import type { GateCheck } from "../pipeline/index.ts";
import type { Context } from "../system/index.ts";

const CheckRuns = z.object({
  total_count: z.number(),
  check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() })),
});

/** Did the pipeline say yes to this commit? What cannot be asked is unknown, and no pass. */
export async function askChecks(ctx: Context, repository: string | undefined, commit: string): Promise<GateCheck> {
  const what = "pipeline";
  const unknown = (reason: string): GateCheck => ({ what, verdict: "unknown", reason });
  const place = repository === undefined ? undefined : repositoryOn(ctx, repository);
  if (place === undefined) return unknown("only GitHub can be asked, and origin is not there");
  const github = await openGitHub(ctx, place);
  if (github === undefined) return unknown("there is no token: gh auth login, or GITHUB_TOKEN");
  const answer = await github.ask(`/commits/${commit}/check-runs?per_page=100`);
  if (!answer.ok) return unknown(`GitHub does not say: ${answer.reason}`);
  const read = CheckRuns.safeParse(answer.body);
  if (!read.success) return unknown("GitHub answers something else than checks");
  const { total_count: total, check_runs: runs } = read.data;
  if (total === 0) return unknown(`no check has run for ${commit.slice(0, 12)}`);
  if (total > runs.length) return unknown(`there are ${total} checks, and ${runs.length} were read`);
  const running = runs.find(({ status }) => status !== "completed");
  if (running !== undefined) return { what, verdict: "failed", reason: `${running.name} is not through yet` };
  const bad = runs.find(({ conclusion }) => !["success", "neutral", "skipped"].includes(conclusion ?? ""));
  return bad === undefined
    ? { what, verdict: "passed", reason: `all ${total} checks of ${commit.slice(0, 12)} succeeded` }
    : { what, verdict: "failed", reason: `${bad.name}: ${bad.conclusion ?? "no result"}` };
}
