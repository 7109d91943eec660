import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import type { LedgerLine } from "./ledger.ts";

export interface HistoryOptions extends LoadOptions {
  /** How many lines at most. */
  readonly last: number;
}

/** The ledger of an environment, newest line first. */
export async function readHistory(ctx: Context, options: HistoryOptions): Promise<readonly LedgerLine[]> {
  const { app, environment, server } = await loadSettings(ctx, options);
  return withConnection(ctx, server, async (connection) => {
    const text = '[ ! -e "$home/ledger.jsonl" ] || tail -n "$1" "$home/ledger.jsonl" | sed "s/^/ledger /" >&3';
    const steps = [{ id: "history", script: script(text, [String(options.last)]) }];
    const told = await ask(connection, { app, environment }, steps, { otherwise: "does not tell its ledger" });
    return told
      .split("\n")
      .filter((line) => line.startsWith("ledger "))
      .map((line) => JSON.parse(line.slice("ledger ".length)) as LedgerLine)
      .toReversed();
  });
}
