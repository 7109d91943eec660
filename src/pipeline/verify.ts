import * as z from "zod";
import { openGitHub, repositoryOn } from "../github/index.ts";
import type { GitHub, GitHubAnswer } from "../github/index.ts";
import type { Context } from "../system/index.ts";
import type { PinnedAction } from "./actions.ts";

/** Do the tags and commits of the table belong together, and is what they name old enough to be trusted? */
export interface VerifiedAction {
  readonly action: string;
  readonly version: string;
  readonly commit: string;
  readonly verdict: "good" | "moved" | "too young" | "unknown";
  readonly reason: string;
  /** Days since it was published; null where that is not known. */
  readonly days: number | null;
}

const TagRef = z.object({ object: z.object({ type: z.string(), sha: z.string() }) });
const Release = z.object({ published_at: z.string().nullable() });

/**
 * Asks GitHub about each one, one after the other: the tag, what an annotated tag stands for, and its release. An action
 * that GitHub does not answer for is unknown, never good.
 * @param days how old a release has to be: a hijacked one is mostly found within days
 */
export async function verifyActions(
  ctx: Context,
  table: readonly PinnedAction[],
  days: number,
): Promise<readonly VerifiedAction[]> {
  const results: VerifiedAction[] = [];
  for (const pin of table) {
    const [owner = "", name = ""] = pin.action.split("/");
    const place = repositoryOn(ctx, `github.com/${owner}/${name}`);
    const github = place === undefined ? undefined : await openGitHub(ctx, place);
    results.push({
      action: pin.action,
      version: pin.version,
      commit: pin.commit,
      ...(await verify(ctx, github, pin, days)),
    });
  }
  return results;
}

type Verdict = Pick<VerifiedAction, "verdict" | "reason" | "days">;

async function verify(
  ctx: Context,
  github: GitHub | undefined,
  { version, commit }: PinnedAction,
  days: number,
): Promise<Verdict> {
  const unknown = (reason: string): Verdict => ({ verdict: "unknown", reason, days: null });
  if (github === undefined) return unknown("no token: set GITHUB_TOKEN, or log in with gh auth login");
  const tag = await commitOfTag(github, version);
  if (typeof tag !== "object") return unknown(tag);
  if (tag.commit !== commit) return { verdict: "moved", reason: `the tag stands at ${tag.commit}`, days: null };
  const published = await publishedAt(github, version);
  if (typeof published === "string") return unknown(`the tag is right; of its age: ${published}`);
  const age = Math.floor((ctx.clock.now().getTime() - published.getTime()) / 86_400_000);
  return age < days
    ? { verdict: "too young", reason: `published ${age} days ago, and it should be ${days}`, days: age }
    : { verdict: "good", reason: `published ${age} days ago`, days: age };
}

/** The commit, or why it is not known. */
async function commitOfTag(github: GitHub, version: string): Promise<{ readonly commit: string } | string> {
  const ref = read(await github.ask(`/git/ref/tags/${encodeURIComponent(version)}`), TagRef);
  if (typeof ref === "string") return ref;
  if (ref.object.type === "commit") return { commit: ref.object.sha };
  // An annotated tag is an object of its own, which names the commit.
  const object = read(await github.ask(`/git/tags/${ref.object.sha}`), TagRef);
  if (typeof object === "string") return object;
  return object.object.type === "commit" ? { commit: object.object.sha } : `the tag names a ${object.object.type}`;
}

/** By the release: dates of commits are what their author wrote. */
async function publishedAt(github: GitHub, version: string): Promise<Date | string> {
  const release = read(await github.ask(`/releases/tags/${encodeURIComponent(version)}`), Release);
  if (typeof release === "string") return release;
  const date = new Date(release.published_at ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "it is not published" : date;
}

function read<S extends z.ZodType>(answer: GitHubAnswer, schema: S): z.infer<S> | string {
  if (!answer.ok) return answer.reason;
  const parsed = schema.safeParse(answer.body);
  return parsed.success ? parsed.data : "the answer has another shape than the one that GitHub describes";
}
