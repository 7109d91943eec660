import { relative } from "node:path";
import type { Context } from "../system/index.ts";
import { git } from "./run.ts";

/**
 * Files as they were at a revision, by the paths given (absolute); those that were not there are left out. Undefined
 * outside a git repository, and where there is no such revision.
 */
export async function filesAt(
  ctx: Context,
  directory: string,
  revision: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const commit = await git(ctx, directory, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]);
  if (commit === undefined) return undefined;
  const found = await Promise.all(
    paths.map(async (path) => {
      const text = await git(ctx, directory, ["show", `${commit.trim()}:./${relative(directory, path)}`]);
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  return new Map(found.flat());
}
