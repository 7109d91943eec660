import type { Effort, Evidence } from "./schema.ts";
import { withoutSecrets } from "./seen/secrets.ts";
import type { Seen, SeenFile } from "./seen/index.ts";

/** How far a team has come with one thing. What the words mean is in `levels.ts`. */
export type Level = 0 | 1 | 2 | 3 | 4;

/** An answer. One that claims something has evidence by its type; without evidence there is only `unknown`. */
export type Answer =
  | { readonly level: Level; readonly says: string; readonly evidence: readonly [Evidence, ...Evidence[]] }
  | {
      readonly level: null;
      readonly says: string;
      readonly evidence: readonly Evidence[];
      /** What makes it known, where looking is all that it takes. */
      readonly find?: string;
    };

/** One question about a team's way of working: an entry of its area's table. */
export interface Check {
  /** `area.word`; a promise to baselines. */
  readonly id: string;
  readonly question: string;
  /** What is looked at, and what makes which level; for the manual. */
  readonly looks: string;
  /** Effect: how much depends on it. 5: without it the rest of the area is worth little, and it holds the area back. */
  readonly weight: 1 | 2 | 3 | 4 | 5;
  readonly effort: Effort;
  /** The highest level that `answer` can give. */
  readonly best: Level;
  /** The command or edit that closes the gap, with `code` in it; of an answer that is not known: that makes it known, or done. */
  readonly closes: string;
  /**
   * A step of its own only once that check has been closed: while it has level 0 the same step would close both, and while
   * neither is known there is nothing to begin with here.
   */
  readonly after?: string;
  /** Level 0 does not only lack something: it does harm now, and comes before all that is merely missing. */
  readonly urgent?: true;
  /** Pure: everything that may be looked at is in `seen`. */
  answer(seen: Seen): Answer;
}

export function known(level: Level, says: string, ...evidence: readonly [Evidence, ...Evidence[]]): Answer {
  return { level, says, evidence };
}

/** @param reason why it is not known, as a sentence that ends without a full stop */
export function unknown(reason: string, ...evidence: readonly Evidence[]): Answer {
  return { level: null, says: reason, evidence };
}

/** The same with a list of evidence that may turn out to be empty: then nothing is known. */
export function knownBy(level: Level, says: string, evidence: readonly Evidence[]): Answer {
  const [first, ...rest] = evidence;
  return first === undefined
    ? unknown("nothing was found that shows it")
    : known(level, says, first, ...rest.slice(0, evidenceLimit - 1));
}

/** Enough to believe it; a list of two hundred places is not read. */
const evidenceLimit = 5;

export function inFile({ path }: Pick<SeenFile, "path">, line: number, what: string): Evidence {
  return { kind: "file", where: `${clean(path)}:${line}`, what: shorten(what) };
}

export function wholeFile({ path }: Pick<SeenFile, "path">, what = "is there"): Evidence {
  return { kind: "file", where: clean(path), what };
}

export function byCommand(command: string, what: string): Evidence {
  return { kind: "command", where: command, what: shorten(what) };
}

export function byRequest(request: string, what: string): Evidence {
  return { kind: "request", where: request, what };
}

export function byCommit(commit: string, what: string): Evidence {
  return { kind: "commit", where: commit.slice(0, 12), what: shorten(what) };
}

/**
 * All file names of the repository were looked through, and there is none. Says something about the repository alone: where
 * the thing may well live elsewhere, the answer is `unknown`.
 */
export function noFile(seen: Seen, what: string): Evidence {
  return { kind: "search", where: seen.files.search, what: `no ${what}` };
}

/** These files were read, and nothing was found in them. */
export function nothingIn(files: readonly SeenFile[], what: string): Evidence {
  const names = files.slice(0, 3).map(({ path }) => clean(path));
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : "";
  return { kind: "search", where: `${names.join(", ")}${more}`, what: `no ${what}` };
}

/** Without what would move a terminal's cursor or turn the reading direction round. */
function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "");
}

/** Lines of files are quoted as evidence, and may hold what nobody should read in a report. */
function shorten(text: string): string {
  const line = withoutSecrets(clean(text.replaceAll(/\s+/g, " ")).trim());
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

/** `1 file`, `3 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
