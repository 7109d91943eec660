import type { RepositoryFacts } from "../../github/index.ts";
import type { HistorySummary } from "../../git/index.ts";
import type { Answer } from "../check.ts";
import { inFile, unknown } from "../check.ts";
import type { Evidence } from "../schema.ts";
import type { Seen } from "../seen/index.ts";

/** What GitHub says, or why it does not. */
export function onGitHub<K extends keyof RepositoryFacts>(seen: Seen, fact: K): RepositoryFacts[K] | NotAsked {
  const { hosting } = seen;
  if (hosting.kind === "github") return hosting.facts[fact];
  const find = hosting.token === "missing" ? { find: askGitHub } : {};
  return { known: false, asked: "", reason: hosting.reason, ...find };
}

const askGitHub = "`gh auth login`, or a token that may read in `GITHUB_TOKEN`, and `wherry assess` again";

/** An answer from what could not be asked. */
export function notTold({ reason, find }: NotAsked): Answer {
  return { ...unknown(reason), ...(find === undefined ? {} : { find }) };
}

interface NotAsked {
  readonly known: false;
  readonly asked: string;
  readonly reason: string;
  /** What lets it be asked. */
  readonly find?: string;
}

/** Might the host do this by a switch that no file shows? Then a missing file proves nothing. */
export function hostMayDoIt(seen: Seen): boolean {
  return seen.hosting.kind === "unknown" && seen.hosting.host !== undefined;
}

type AskedServer = Extract<Seen["server"], { readonly asked: true }>;

/** What the server says, or why it does not. */
export function onServer<K extends "machine" | "status" | "ledger">(seen: Seen, part: K): AskedServer[K] | NotAsked {
  if (seen.server.asked) return seen.server[part];
  return { known: false, asked: "", reason: "no server was looked at", find: "`wherry assess -e NAME`" };
}

const noHistory = {
  "no-git": "git is not on this machine",
  "no-repository": "the folder is in no git repository",
  "no-commits": "there is no commit yet",
  refused: "git refuses to read the folder: it belongs to another user",
} as const;

/** Asks the history, where there is one. */
export function withHistory(seen: Seen, answer: (history: HistorySummary) => Answer): Answer {
  return typeof seen.history === "string" ? unknown(noHistory[seen.history]) : answer(seen.history);
}

/** The same, where older commits count too. */
export function withWholeHistory(seen: Seen, answer: (history: HistorySummary) => Answer): Answer {
  return withHistory(seen, (history) =>
    history.shallow ? unknown("this clone is shallow: it lacks the older commits") : answer(history),
  );
}

export { noHistory };

/** Where wherry.yaml says something under this key. */
export function inWherryYaml(
  { wherryYaml }: Seen,
  key: string,
  says?: (value: unknown) => boolean,
): readonly Evidence[] {
  if (wherryYaml === undefined) return [];
  return wherryYaml.places(key, says).map((line) => inFile(wherryYaml.file, line, `${key}:`));
}

const day = 86_400_000;

/** Whole days between two instants. */
export function daysBetween(from: string, to: Date): number {
  return Math.floor((to.getTime() - Date.parse(from)) / day);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Below this, a share or a median says nothing about a habit. */
export const enough = 5;

export function percent(part: number, whole: number): number {
  return Math.round((100 * part) / whole);
}
