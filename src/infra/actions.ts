import { refusedError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** Something that a provider has begun to do: it answers at once, and is asked how far it is. */
export interface Action {
  readonly state: "running" | "done" | "failed";
  /** Why it failed. */
  readonly reason?: string | undefined;
}

/** An address changes hands within seconds. */
const longest = 60_000;
const pause = 500;

/** Waits until it is done. @throws WherryError where it fails, or takes too long */
export async function settleAction(
  ctx: Context,
  { what, title }: { readonly what: string; readonly title: string },
  begun: Action,
  look: () => Promise<Action>,
): Promise<void> {
  const since = ctx.clock.monotonic();
  for (let action = begun; action.state !== "done"; action = await look()) {
    if (action.state === "failed") throw failed(`${title} could not ${what}: ${action.reason ?? "no reason given"}`);
    if (ctx.clock.monotonic() - since > longest) throw failed(`${title} has not managed in a minute to ${what}`);
    await ctx.clock.sleep(pause);
    ctx.signal.throwIfAborted();
  }
}

function failed(message: string): WherryError {
  return refusedError("provider-error", message);
}
