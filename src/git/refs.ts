import type { Context } from "../system/index.ts";
import { git } from "./run.ts";

/** The commit that a ref or revision stands for, annotated tags followed; undefined where there is none. */
export async function commitOf(ctx: Context, directory: string, revision: string): Promise<string | undefined> {
  const found = await git(ctx, directory, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]);
  return found?.trim();
}

/** Names of all tags that are here; with `at`, those that stand at this commit. */
export async function tagNames(ctx: Context, directory: string, at?: string): Promise<readonly string[]> {
  const where = at === undefined ? [] : [`--points-at=${at}`];
  const found = await git(ctx, directory, ["for-each-ref", "--format=%(refname:strip=2)", ...where, "refs/tags"]);
  return (found ?? "").split("\n").filter((name) => name !== "");
}

/**
 * Is a commit part of the history of a branch, as the remote `origin` has it, or else as it is here? Undefined where there
 * is no such branch, and where the history is cut off and so cannot tell.
 */
export async function isOnBranch(
  ctx: Context,
  directory: string,
  commit: string,
  branch: string,
): Promise<boolean | undefined> {
  const places = [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`];
  for (const place of places) {
    if ((await commitOf(ctx, directory, place)) === undefined) continue;
    const base = await git(ctx, directory, ["merge-base", "--is-ancestor", "--end-of-options", commit, place]);
    if (base !== undefined) return true;
    const shallow = await git(ctx, directory, ["rev-parse", "--is-shallow-repository"]);
    return shallow?.trim() === "false" ? false : undefined;
  }
  return undefined;
}

/** The branch that a clone checks out by itself, as the remote says; undefined where that is not known here. */
export async function defaultBranch(ctx: Context, directory: string): Promise<string | undefined> {
  const found = await git(ctx, directory, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
  return found?.trim().replace(/^origin\//, "");
}

/** Subjects of the commits after one and up to another, newest first, at most `limit`; undefined where git cannot tell. */
export async function subjectsBetween(
  ctx: Context,
  directory: string,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<readonly string[] | undefined> {
  const range = ["--end-of-options", `${from}..${to}`, "--"];
  const found = await git(ctx, directory, [
    "log",
    "--no-show-signature",
    `--max-count=${limit}`,
    "--format=%h %s",
    ...range,
  ]);
  return found?.split("\n").filter((line) => line !== "");
}

/** Absolute path of the top of the working tree; undefined outside a repository. */
export async function topFolder(ctx: Context, directory: string): Promise<string | undefined> {
  return (await git(ctx, directory, ["rev-parse", "--show-toplevel"]))?.replace(/\n$/, "");
}
