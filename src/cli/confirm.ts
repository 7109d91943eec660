import { usageError, WherryError } from "../core/index.ts";
import type { CommandContext } from "./definition.ts";

interface Question {
  /** What will be gone, as a question: `Remove shop from production?` */
  readonly question: string;
  /** The user has said --yes. */
  readonly yes: boolean;
  /** For what cannot be undone: the word that has to be typed; --yes does not stand for it. */
  readonly typed?: string;
}

/** The gate before anything destructive: returns when the user wants it, throws otherwise. */
export async function confirm(ctx: CommandContext, { question, yes, typed }: Question): Promise<void> {
  if (yes && typed === undefined) return;
  if (ctx.stdin.isTTY !== true || ctx.stderr.isTTY !== true) {
    throw usageError("not-confirmed", `${question} There is no terminal to ask on`, {
      hint: typed === undefined ? "say --yes" : `this has to be confirmed on a terminal by typing ${typed}`,
    });
  }
  const clack = await import("@clack/prompts");
  const streams = { input: ctx.stdin, output: ctx.stderr, signal: ctx.signal };
  const answer =
    typed === undefined
      ? await clack.confirm({ message: question, initialValue: false, ...streams })
      : await clack.text({ message: `${question} Type ${typed} to go on`, ...streams });
  if (answer !== (typed ?? true)) throw new WherryError("interrupted", "not-confirmed", "nothing was changed");
}
