import { randomInt } from "node:crypto";
import { invalidError, refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { git, gitEnvironment } from "./run.ts";

/**
 * Writes the files of `directory` as they are in `commit` into the folder `into`, which must exist. What is not
 * committed is not there: this is what makes a release repeatable. Files get the time of now with a fraction of the
 * second that is drawn for each tree: BuildKit takes a file of the same path, size and time for one that it has from
 * another folder of the same name. The archive's whole seconds would let one app be built from the files of another, and
 * so would the clock of a file system, which goes on by milliseconds only.
 */
export async function exportTree(ctx: Context, directory: string, commit: string, into: string): Promise<void> {
  await refuseSubmodules(ctx, directory, commit);
  const [prefix = "", top = directory] = (
    (await git(ctx, directory, ["rev-parse", "--show-prefix", "--show-toplevel"])) ?? ""
  ).split("\n");
  await ctx.files.withTemporaryFolder(async (folder) => {
    const file = `${folder}/tree.tar`;
    const time = ctx.clock
      .now()
      .toISOString()
      .replace(/\d{3}Z$/, `${String(randomInt(1e9)).padStart(9, "0")}Z`);
    // A file between the two, not a pipe: what a process prints is kept in memory.
    for (const argv of [
      ["git", "-C", top, "archive", "--format=tar", `--output=${file}`, `${commit}:${prefix}`],
      ["tar", "-xf", file, "-C", into],
      ["find", into, "-type", "f", "-exec", "touch", "-d", time, "{}", "+"],
    ]) {
      const result = await ctx.processes.run(argv, { env: gitEnvironment(ctx) });
      if (result.exitCode === 0) continue;
      throw refusedError(
        "cannot-export",
        `the files of commit ${commit.slice(0, 12)} cannot be written out: ${result.stderr.trim()}`,
      );
    }
  });
}

async function refuseSubmodules(ctx: Context, directory: string, commit: string): Promise<void> {
  const tree = (await git(ctx, directory, ["ls-tree", "-r", "-z", commit])) ?? "";
  const submodules = tree
    .split("\0")
    .flatMap((entry) => (entry.startsWith("160000 ") ? entry.slice(entry.indexOf("\t") + 1) : []));
  if (submodules.length === 0) return;
  throw invalidError("submodules", `submodules are not in the committed tree: ${submodules.join(", ")}`, {
    hint: "deploy with --dirty to take the files as they lie here",
  });
}
