import { loadSettings } from "../config/index.ts";
import type { LoadOptions, Settings } from "../config/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import type { LedgerLine } from "./ledger.ts";

export interface HistoryOptions extends LoadOptions {
  /** How many lines at most. */
  readonly last: number;
}

/** The ledger of an environment, newest line first. */
export async function readHistory(ctx: Context, options: HistoryOptions): Promise<readonly LedgerLine[]> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, (connection) => historyOf(connection, settings, options.last));
}

/** The same of a server that is open already. One round trip. */
export async function historyOf(
  connection: Connection,
  { app, environment }: Pick<Settings, "app" | "environment">,
  last: number,
): Promise<readonly LedgerLine[]> {
  const text = '[ ! -e "$home/ledger.jsonl" ] || tail -n "$1" "$home/ledger.jsonl" | sed "s/^/ledger /" >&3';
  const steps = [{ id: "history", script: script(text, [String(last)]) }];
  const told = await ask(connection, { app, environment }, steps, { otherwise: "does not tell its ledger" });
  return told
    .split("\n")
    .filter((line) => line.startsWith("ledger "))
    .map((line) => JSON.parse(line.slice("ledger ".length)) as LedgerLine)
    .toReversed();
}
