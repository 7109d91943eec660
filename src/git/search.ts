import type { Context } from "../system/index.ts";
import { git } from "./run.ts";

export interface TrackedLine {
  /** Relative to `directory`. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Lines of tracked text files, as they lie in the work tree, that one of the extended regular expressions fits.
 * Undefined outside a git repository.
 */
export async function searchTracked(
  ctx: Context,
  directory: string,
  patterns: readonly string[],
): Promise<readonly TrackedLine[] | undefined> {
  // `--` and nothing: all below the folder. git grep says 1 where it finds nothing.
  if ((await git(ctx, directory, ["rev-parse", "--git-dir"])) === undefined) return undefined;
  const expressions = patterns.flatMap((pattern) => ["-e", pattern]);
  const found = await git(ctx, directory, ["grep", "-I", "-n", "-z", "--no-color", "-E", ...expressions, "--"]);
  return (found ?? "").split("\n").flatMap((entry) => {
    const [path = "", line = "", ...text] = entry.split("\0");
    return /^\d+$/.test(line) ? [{ path, line: Number(line), text: text.join("\0") }] : [];
  });
}
