import { formatSeconds } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";

/** One line of `backups.jsonl`: versioned, and read for ever. */
export interface BackupRecord {
  readonly version: 1;
  readonly id: string;
  readonly kind: "backup" | "drill" | "restore";
  /** Who wanted it: schedule, command, deploy, restore. */
  readonly by: string;
  readonly started: string;
  readonly finished: string;
  readonly outcome: "succeeded" | "failed";
  readonly reason: string | null;
  /** Snapshot of the list of what was copied; of backups that succeeded. */
  readonly snapshot?: string;
  /** What was restored; of drills and restores. */
  readonly copy?: string;
  readonly services: readonly CopiedService[];
  /** What went wrong with removing old copies; null: nothing. */
  readonly retention?: string | null;
}

export interface CopiedService {
  readonly name: string;
  readonly method: string;
  readonly image: string;
  readonly bytes: number;
  readonly parts: readonly {
    readonly name: string;
    readonly snapshot: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** Tables, databases of Redis, or 1 for files; null where nothing could be counted. */
  readonly tables: number | null;
  readonly rows: number | null;
}

/** How the copies of an environment stand. */
export interface BackupStatus {
  /** Null: never. */
  readonly last: {
    readonly finished: string;
    readonly outcome: BackupRecord["outcome"];
    readonly reason: string | null;
    readonly services: readonly string[];
    readonly bytes: number;
  } | null;
  /** When the newest copy that can be restored was made. */
  readonly lastGood: string | null;
  /** The last drill. */
  readonly drill: { readonly finished: string; readonly outcome: BackupRecord["outcome"] } | null;
  readonly scheduled: string | null;
  /** What is wrong; null: nothing. */
  readonly problem: string | null;
}

/** Reads what `tell.sh` told. */
export function parseBackupStatus(output: string, every: Seconds, now: Date): BackupStatus {
  const told = (word: string): readonly string[] =>
    output.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const records = told("backup-record").map((line) => JSON.parse(line) as BackupRecord);
  const backups = records.filter(({ kind }) => kind === "backup");
  const last = newest(backups);
  const good = newest(backups.filter(({ outcome }) => outcome === "succeeded"));
  const drill = newest(records.filter(({ kind }) => kind === "drill"));
  return {
    last:
      last === undefined
        ? null
        : {
            finished: last.finished,
            outcome: last.outcome,
            reason: last.reason,
            services: last.services.map(({ name }) => name),
            bytes: last.services.reduce((sum, { bytes }) => sum + bytes, 0),
          },
    lastGood: good?.finished ?? null,
    drill: drill === undefined ? null : { finished: drill.finished, outcome: drill.outcome },
    scheduled: told("backup-scheduled").at(-1) ?? null,
    problem: problemOf(last, good, every, now),
  };
}

function newest(records: readonly BackupRecord[]): BackupRecord | undefined {
  return records.toSorted((a, b) => a.finished.localeCompare(b.finished)).at(-1);
}

/** Twice the time between two: one that is under way, or came late, is no problem yet. */
function problemOf(
  last: BackupRecord | undefined,
  good: BackupRecord | undefined,
  every: Seconds,
  now: Date,
): string | null {
  if (last === undefined) return null;
  if (last.outcome === "failed") return `the last backup failed: ${last.reason ?? "the reason is not known"}`;
  const age = good === undefined ? 0 : (now.getTime() - Date.parse(good.finished)) / 1000;
  return age > 2 * every ? `the last backup is older than twice ${formatSeconds(every)}` : null;
}
