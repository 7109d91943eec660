import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";

/** The move itself is done: what goes wrong with a name or an address is told, and people can put it right. */
export async function orNote<T>(report: Report, what: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof WherryError) || error.exit === "interrupted") throw error;
    report({ type: "note", text: `${what}: ${error.message}` });
    return undefined;
  }
}
