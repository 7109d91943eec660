import { relative } from "node:path";
import type { Context } from "../system/index.ts";
import { git } from "./run.ts";

/**
 * Files below the given paths that belong to the project: tracked, or untracked and not ignored; relative to
 * `directory`. Undefined outside a git repository.
 */
export async function listProjectFiles(
  ctx: Context,
  directory: string,
  paths: readonly string[],
): Promise<readonly string[] | undefined> {
  const pathspecs = paths.map((path) => `:(literal)${relative(directory, path) || "."}`);
  const listed = await git(ctx, directory, [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    ...pathspecs,
  ]);
  return listed
    ?.split("\0")
    .filter((path) => path !== "")
    .toSorted();
}

/** Which of the given paths are tracked; none outside a git repository. */
export async function trackedFiles(
  ctx: Context,
  directory: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const pathspecs = paths.map((path) => `:(literal)${relative(directory, path) || "."}`);
  const listed = await git(ctx, directory, ["ls-files", "-z", "--cached", "--", ...pathspecs]);
  return listed?.split("\0").filter((path) => path !== "") ?? [];
}
