import { refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { gitEnvironment } from "./run.ts";

/** Brings the tags and branches of `origin` here: what others have tagged meanwhile counts. */
export async function fetchTags(ctx: Context, directory: string): Promise<void> {
  await must(ctx, directory, ["fetch", "--quiet", "--tags", "origin"], {
    code: "no-fetch",
    message: "the tags of origin cannot be fetched",
    hint: "a release is pushed to origin: git remote -v says what that is",
  });
}

/** An annotated tag; signed where git is set to sign tags. The message travels on standard input. */
export async function makeTag(
  ctx: Context,
  directory: string,
  { tag, commit, message }: { readonly tag: string; readonly commit: string; readonly message: string },
): Promise<void> {
  const args = ["tag", "--annotate", "--cleanup=verbatim", "--file=-", "--end-of-options", tag, commit];
  await must(ctx, directory, args, { code: "no-tag", message: `git does not make the tag ${tag}`, input: message });
}

/** @throws WherryError `not-pushed`; the tag is taken back here then, so that nothing is half done */
export async function pushTag(ctx: Context, directory: string, tag: string): Promise<void> {
  try {
    await must(ctx, directory, ["push", "--quiet", "origin", `refs/tags/${tag}`], {
      code: "not-pushed",
      message: `origin does not take the tag ${tag}`,
      hint: "you may not be allowed to push tags; nothing was released",
    });
  } catch (error) {
    await run(ctx, directory, ["tag", "--delete", tag]);
    throw error;
  }
}

interface Wish {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly input?: string;
}

async function must(ctx: Context, directory: string, args: readonly string[], wish: Wish): Promise<void> {
  const { exitCode, stderr } = await run(ctx, directory, args, wish.input);
  if (exitCode === 0) return;
  const context = stderr.trim().split("\n").slice(-5);
  throw refusedError(wish.code, wish.message, { context, ...(wish.hint === undefined ? {} : { hint: wish.hint }) });
}

function run(ctx: Context, directory: string, args: readonly string[], input?: string) {
  return ctx.processes.run(["git", "-C", directory, ...args], {
    env: gitEnvironment(ctx),
    timeout: 120_000,
    ...(input === undefined ? {} : { input }),
  });
}
