import { createHash } from "node:crypto";
import { createTwoFilesPatch } from "diff";
import { invalidError } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** A file that Wherry wants in the user's repository. */
export interface WantedFile {
  /** Relative to the folder that is written to, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Permission bits; 0o644 if left out. */
  readonly mode?: number;
  /** `#` puts a mark in the first line, by which a later run knows whether somebody has edited the file. */
  readonly comment?: "#" | "//";
  /**
   * The content was made from what is there now (an insertion, a fix): such a change never counts as overwriting somebody's
   * edits.
   */
  readonly from?: "current";
}

/**
 * `create`: not there yet. `update`: there as Wherry wrote it, or changed in place. `same`: nothing to do.
 * `edited`: there with other people's words: left alone unless the user says otherwise.
 */
export type ChangeKind = "create" | "update" | "same" | "edited";

export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Unified diff; empty for `same`. */
  readonly diff: string;
  readonly content: string;
  readonly mode: number;
}

/** Compares what is wanted with what is there; writes nothing. `directory` is absolute. */
export async function compare(ctx: Context, directory: string, wanted: readonly WantedFile[]): Promise<Change[]> {
  return Promise.all(wanted.map((file) => compareOne(ctx, directory, file)));
}

async function compareOne(ctx: Context, directory: string, wanted: WantedFile): Promise<Change> {
  const { path, mode = 0o644 } = wanted;
  if (path.startsWith("/") || path.split("/").includes("..")) throw new Error(`${path} is outside of the repository`);
  const stat = await ctx.files.stat(`${directory}/${path}`);
  if (stat !== undefined && stat.kind !== "file") {
    throw invalidError("not-a-file", `${path} is there and is no file`, { hint: "move it away, and run it again" });
  }
  const before = await ctx.files.readText(`${directory}/${path}`);
  const content = wanted.comment === undefined ? wanted.content : mark(wanted.content, wanted.comment);
  const kind = kindOf(before, content, wanted);
  const diff =
    kind === "same"
      ? ""
      : createTwoFilesPatch(
          before === undefined ? "/dev/null" : `a/${path}`,
          `b/${path}`,
          before ?? "",
          content,
          undefined,
          undefined,
          {
            context: 3,
          },
        ).replace(/^=+\n/, "");
  return { path, kind, diff, content, mode };
}

function kindOf(before: string | undefined, content: string, { comment, from }: WantedFile): ChangeKind {
  if (before === undefined) return "create";
  if (before === content) return "same";
  if (from === "current") return "update";
  return comment !== undefined && isUntouched(before, comment) ? "update" : "edited";
}

/**
 * Writes what is new or changed. Files that somebody has edited are left alone, unless `edited` is `overwrite`.
 * @returns the paths that were written
 */
export async function apply(
  ctx: Context,
  directory: string,
  changes: readonly Change[],
  edited: "leave" | "overwrite" = "leave",
): Promise<readonly string[]> {
  const wanted = changes.filter(
    ({ kind }) => kind === "create" || kind === "update" || (kind === "edited" && edited === "overwrite"),
  );
  for (const { path, content, mode } of wanted) {
    const folder = path.split("/").slice(0, -1).join("/");
    if (folder !== "") await ctx.files.makeFolder(`${directory}/${folder}`, 0o755);
    await ctx.files.write(`${directory}/${path}`, content, mode);
  }
  return wanted.map(({ path }) => path);
}

/** `# Written by Wherry (1f0c…): as long as nobody edits this file, Wherry may write it anew.` */
function mark(content: string, comment: string): string {
  return `${comment} Written by Wherry (${fingerprint(content)}); once you have edited it, it is yours and stays as it is.\n${content}`;
}

function isUntouched(text: string, comment: string): boolean {
  const end = text.indexOf("\n");
  const first = text.slice(0, end);
  const found = /^\S+ Written by Wherry \(([0-9a-f]{12})\)/.exec(first)?.[1];
  return first.startsWith(comment) && found === fingerprint(text.slice(end + 1));
}

// Line ends may have been changed by git on the way.
function fingerprint(content: string): string {
  return createHash("sha256").update(content.replaceAll("\r\n", "\n")).digest("hex").slice(0, 12);
}
