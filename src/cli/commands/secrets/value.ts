import { buffer } from "node:stream/consumers";
import { usageError, WherryError } from "../../../core/index.ts";
import type { Secret } from "../../../core/index.ts";
import { secretName, valueFromBytes } from "../../../secrets/index.ts";
import type { CommandContext } from "../../definition.ts";

/** For `parse`: the name of a secret. Its words do not repeat what was written, which may be a value. */
export function parseName(text: string): string {
  if (text.includes("="))
    throw new Error("only the name is written here: the value is asked for, or read from standard input");
  if (!secretName.test(text)) throw new Error("expected a name such as DB_PASSWORD");
  return text;
}

/** A value from standard input, or typed without being shown. Never from an argument, which all users of a machine can see. */
export async function readValue(ctx: CommandContext, name: string): Promise<Secret> {
  if (ctx.stdin.isTTY !== true) return valueFromBytes(name, await buffer(ctx.stdin));
  if (ctx.stderr.isTTY !== true) {
    throw usageError("no-value", `there is no terminal to ask for the value of ${name} on`, {
      hint: "pipe it in: wherry secrets set NAME < FILE",
    });
  }
  const clack = await import("@clack/prompts");
  const answer = await clack.password({
    message: `Value of ${name} (it is not shown)`,
    input: ctx.stdin,
    output: ctx.stderr,
    signal: ctx.signal,
  });
  if (typeof answer !== "string") throw new WherryError("interrupted", "not-confirmed", "nothing was changed");
  return valueFromBytes(name, Buffer.from(answer));
}
