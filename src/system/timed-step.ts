import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "./context.ts";

/**
 * Does one step of a command, and tells when it began, how it ended and how long it took. What it throws is thrown on; an
 * error that it gives back counts as failed, too.
 */
export async function timedStep<T>(
  { clock }: Pick<Context, "clock">,
  report: Report,
  { id, title }: { readonly id: string; readonly title: string },
  work: () => Promise<T>,
): Promise<T> {
  const begun = clock.monotonic();
  const ended = (type: "step-finished" | "step-failed"): void =>
    report({ type, id, title, seconds: (clock.monotonic() - begun) / 1000 });
  report({ type: "step-started", id, title });
  try {
    const result = await work();
    ended(result instanceof WherryError ? "step-failed" : "step-finished");
    return result;
  } catch (error) {
    ended("step-failed");
    throw error;
  }
}
