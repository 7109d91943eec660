import { refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** Output of a git command; undefined where it fails, for example outside a repository. */
export async function git(ctx: Context, directory: string, args: readonly string[]): Promise<string | undefined> {
  const result = await ctx.processes.run(["git", "-C", directory, ...args], {
    env: gitEnvironment(ctx),
    timeout: 60_000,
  });
  if (result.exitCode === 127) {
    throw refusedError("no-git", "git is needed on this machine, and is not there", { hint: "install git" });
  }
  // Owned by somebody else: in CI the checkout often is, and git then refuses to read it at all.
  if (/detected dubious ownership/.test(result.stderr)) {
    throw refusedError("git-ownership", `git refuses to read ${directory}, which belongs to another user`, {
      hint: `git config --global --add safe.directory ${directory}`,
    });
  }
  return result.exitCode === 0 ? result.stdout : undefined;
}

/** GIT_DIR and the like point at another repository when git itself started us, as in a hook. */
export function gitEnvironment(ctx: Context): Readonly<Record<string, string | undefined>> {
  const own = Object.entries(ctx.env).filter(
    ([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|NAMESPACE)$/.test(name),
  );
  return { ...Object.fromEntries(own), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
}
