import type { BackupRecord } from "../backup/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** What was restored of a service, against what was counted when it was copied. */
export interface Compared {
  readonly service: string;
  /** Null: nothing could be counted then; that its bytes are the same is all that is known. */
  readonly equal: boolean | null;
  readonly tables: number | null;
  readonly rows: number | null;
}

/** Reads what the program on the server says as it goes, and tells it on. */
export function tellFacts(ctx: Context, report: Report) {
  const records: BackupRecord[] = [];
  const compared: Compared[] = [];
  let running: { readonly id: string; readonly title: string; readonly since: number } | undefined;
  let verb = "run";

  const end = (type: "step-finished" | "step-failed"): void => {
    if (running === undefined) return;
    const { id, title, since } = running;
    running = undefined;
    report({ type, id, title, seconds: Math.round(ctx.clock.monotonic() - since) / 1000 });
  };
  const readers: Readonly<Record<string, (rest: string) => void>> = {
    begin: (rest) => (verb = rest),
    "copy-begin": (rest) => {
      const [service = "", method = ""] = rest.split(" ");
      const title = `${titles[verb] ?? verb} ${service} (${method})`;
      running = { id: `${verb}.${service}`, title, since: ctx.clock.monotonic() };
      report({ type: "step-started", id: running.id, title });
    },
    "copy-done": () => end("step-finished"),
    "copy-failed": () => end("step-failed"),
    compared: (rest) => {
      const [service = "", result, tables, rows] = rest.split(" ");
      compared.push(
        result === "equal"
          ? { service, equal: true, tables: Number(tables), rows: Number(rows) }
          : { service, equal: null, tables: null, rows: null },
      );
    },
    difference: (rest) => {
      const [service = ""] = rest.split(" ");
      if (compared.some((one) => one.service === service)) return;
      compared.push({ service, equal: false, tables: null, rows: null });
    },
    record: (rest) => void records.push(JSON.parse(rest) as BackupRecord),
    "repository-made": (rest) =>
      report({
        type: "note",
        text: `made the repository ${rest}: without its password nobody can read it, so keep that elsewhere as well`,
      }),
    note: (rest) => report({ type: "note", text: rest }),
    notified: (rest) => report({ type: "note", text: `told by ${rest}` }),
    "notify-failed": (rest) => report({ type: "note", text: `could not tell by ${rest}` }),
  };
  return {
    onLine: (line: string): void => {
      const space = line.indexOf(" ");
      if (space > 0) readers[line.slice(0, space)]?.(line.slice(space + 1));
    },
    facts: () => ({ records, compared }),
  };
}

const titles: Readonly<Record<string, string>> = {
  run: "copy",
  drill: "restore and count",
  restore: "restore",
  take: "copy and count",
};
