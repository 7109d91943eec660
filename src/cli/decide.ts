import { WherryError } from "../core/index.ts";
import { abort, promote } from "../release/index.ts";
import type { DeploymentResult } from "../release/index.ts";
import type { CommandContext } from "./definition.ts";

interface Where {
  readonly environment: string | undefined;
  readonly directory: string | undefined;
  readonly server: string | undefined;
  readonly stack: string | undefined;
}

/** A watch that could not tell: on a terminal the user decides now, elsewhere the release stays at its share. */
export async function decide(ctx: CommandContext, where: Where, result: DeploymentResult): Promise<DeploymentResult> {
  const { failure } = result;
  if (failure?.code !== "inconclusive" || ctx.stdin.isTTY !== true || ctx.stderr.isTTY !== true) return result;
  const clack = await import("@clack/prompts");
  const answer = await clack.select({
    message: `${failure.message}. What now?`,
    options: [
      { value: "leave", label: "leave it as it is", hint: "wherry promote or wherry abort later" },
      { value: "promote", label: "all requests to it" },
      { value: "abort", label: "all requests back to the live release" },
    ],
    input: ctx.stdin,
    output: ctx.stderr,
    signal: ctx.signal,
  });
  if (answer === "promote") {
    const promoted = await promote(ctx, { ...where, to: "all" }, ctx.report);
    return "outcome" in promoted ? promoted : result;
  }
  if (answer === "abort") {
    await abort(ctx, where, ctx.report);
    const message = `${result.release.id} was taken back: ${result.judgements.at(-1)?.reason ?? "too little is known of it"}`;
    return { ...result, outcome: "cancelled", failure: new WherryError("failed", "aborted", message) };
  }
  return result;
}
