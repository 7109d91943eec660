import type { Context } from "../system/index.ts";
import { gitEnvironment } from "./run.ts";

/** A repository as its history tells it, bounded: no question grows with the size of the history. */
export interface HistorySummary {
  /** The top folder. */
  readonly top: string;
  /** A shallow clone lacks its older commits: their number, authors and what they held are not known. */
  readonly shallow: boolean;
  /** Newest first; at most `commitLimit`. */
  readonly commits: readonly CommitSummary[];
  /** Names of remotes. */
  readonly remotes: readonly string[];
  readonly branches: readonly BranchSummary[];
  /** Newest first, at most 100. */
  readonly tags: readonly string[];
}

export interface CommitSummary {
  readonly commit: string;
  readonly parents: number;
  /** ISO 8601, when it was written. */
  readonly date: string;
  /** Tells authors apart without naming anybody. */
  readonly author: number;
  readonly subject: string;
  readonly body: string;
}

export interface BranchSummary {
  readonly name: string;
  /** ISO 8601, its newest commit. */
  readonly date: string;
  /** Does the checked out commit hold all of it? */
  readonly merged: boolean;
}

/** How far back one looks. */
export const commitLimit = 500;

const timeout = 20_000;

/** Why there is no history to tell of. */
export type NoHistory = "no-git" | "no-repository" | "no-commits" | "refused";

/**
 * What the history of the repository around `directory` tells. Never throws: without git, outside of a repository, before
 * its first commit, and where git refuses to read a folder of another user, it says so.
 */
export async function summarizeHistory(
  ctx: Context,
  directory: string,
): Promise<{ readonly top: string | undefined; readonly history: HistorySummary | NoHistory }> {
  const inside = await ask(ctx, directory, ["rev-parse", "--show-toplevel"]);
  if (inside.exitCode === 127) return { top: undefined, history: "no-git" };
  if (/dubious ownership/.test(inside.stderr)) return { top: undefined, history: "refused" };
  // A bare repository has no folder of files to speak of.
  if (inside.exitCode !== 0 || inside.stdout.trim() === "") return { top: undefined, history: "no-repository" };
  const top = inside.stdout.replace(/\r?\n$/, "");
  const format = "%H%x00%P%x00%aI%x00%ae%x00%s%x00%b%x00%x1e";
  const [log, shallow, remotes, branches, tags] = await Promise.all([
    ask(ctx, top, ["log", `--max-count=${commitLimit}`, `--format=${format}`, "HEAD", "--"]),
    ask(ctx, top, ["rev-parse", "--is-shallow-repository"]),
    ask(ctx, top, ["remote"]),
    branchesOf(ctx, top),
    ask(ctx, top, ["for-each-ref", "--count=100", "--sort=-creatordate", "--format=%(refname:short)", "refs/tags"]),
  ]);
  if (log.exitCode !== 0) return { top, history: "no-commits" };
  return {
    top,
    history: {
      top,
      shallow: shallow.stdout.trim() === "true",
      commits: parseLog(log.stdout),
      remotes: linesOf(remotes.stdout),
      branches,
      tags: linesOf(tags.stdout),
    },
  };
}

function parseLog(text: string): readonly CommitSummary[] {
  const authors = new Map<string, number>();
  return text.split("\0\u001E").flatMap((entry) => {
    const [commit = "", parents = "", date = "", email = "", subject = "", body = ""] = entry
      .replace(/^\n/, "")
      .split("\0");
    if (!/^[0-9a-f]{40,64}$/.test(commit)) return [];
    const who = email.toLowerCase();
    if (!authors.has(who)) authors.set(who, authors.size + 1);
    return [
      {
        commit,
        parents: parents.split(" ").filter((parent) => parent !== "").length,
        date,
        author: authors.get(who) ?? 0,
        subject,
        body,
      },
    ];
  });
}

async function branchesOf(ctx: Context, top: string): Promise<readonly BranchSummary[]> {
  const list = (merged: string) =>
    ask(ctx, top, [
      "for-each-ref",
      "--count=200",
      "--sort=-committerdate",
      merged,
      "--format=%(refname)%09%(committerdate:iso-strict)",
      "refs/heads",
      "refs/remotes",
    ]);
  const [merged, open] = await Promise.all([list("--merged=HEAD"), list("--no-merged=HEAD")]);
  const parse = (text: string, isMerged: boolean): readonly BranchSummary[] =>
    linesOf(text)
      .map((line) => line.split("\t"))
      .filter(([name = ""]) => !name.endsWith("/HEAD"))
      .map(([name = "", date = ""]) => ({
        name: name.replace(/^refs\/(?:heads|remotes)\//, ""),
        date,
        merged: isMerged,
      }));
  return [...parse(merged.stdout, true), ...parse(open.stdout, false)];
}

/** Where a file was added once, whether or not it is still there. */
export interface AddedFile {
  readonly path: string;
  readonly commit: string;
}

/**
 * Files of these names that any commit of any branch has added; newest first, at most 200. Undefined where git could not say
 * in time: then nobody knows.
 * @param patterns pathspecs of git, such as `:(glob)**\/*.pem`
 */
export async function everAdded(
  ctx: Context,
  top: string,
  patterns: readonly string[],
): Promise<readonly AddedFile[] | undefined> {
  const args = ["log", "--all", "--diff-filter=A", "--max-count=200", "--no-renames", "-z", "--name-only"];
  const result = await ask(ctx, top, [...args, "--format=%x1e%H", "--", ...patterns]);
  if (result.exitCode !== 0) return undefined;
  return result.stdout.split("\u001E").flatMap((entry) => {
    const [commit = "", ...paths] = entry.split("\0").map((part) => part.replace(/^\n+/, ""));
    return paths.filter((path) => path !== "").map((path) => ({ path, commit: commit.trim() }));
  });
}

/** Which rule of which ignore file covers a path: `.gitignore:3`; undefined where none does. */
export async function ignoredBy(ctx: Context, top: string, path: string): Promise<string | undefined> {
  const result = await ask(ctx, top, ["check-ignore", "--verbose", "--no-index", "--", path]);
  const [, rule, pattern = ""] = /^(.*:\d+):([^\t]*)\t/.exec(result.stdout) ?? [];
  return result.exitCode === 0 && !pattern.startsWith("!") ? rule : undefined;
}

/** When the newest commit that touched these paths was made, and which it is; undefined where none did. */
export async function lastTouched(
  ctx: Context,
  top: string,
  patterns: readonly string[],
): Promise<{ readonly commit: string; readonly date: string } | undefined> {
  const result = await ask(ctx, top, ["log", "--max-count=1", "--format=%H %cI", "HEAD", "--", ...patterns]);
  const [commit, date] = result.stdout.trim().split(" ");
  return result.exitCode === 0 && commit !== undefined && date !== undefined ? { commit, date } : undefined;
}

async function ask(ctx: Context, directory: string, args: readonly string[]) {
  const env = { ...gitEnvironment(ctx), GIT_TERMINAL_PROMPT: "0" };
  // quotepath: names come as they are, not as octal escapes.
  return ctx.processes.run(["git", "-C", directory, "-c", "core.quotepath=off", ...args], { env, timeout });
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
