import { wordOf } from "../levels.ts";
import type { AreaResult, Assessment, Change, Statement } from "../schema.ts";

/** Sentences that the reports share, whatever they are written in. */

/** `2 repeatable`, or `not known`. */
export function levelText(level: number | null): string {
  return level === null ? "not known" : `${level} ${wordOf(level)}`;
}

/** How much of an area is not known. */
export function unknownText({ unknownShare }: AreaResult): string {
  return unknownShare === 0 ? "nothing" : `${Math.round(unknownShare * 100)} %`;
}

/** One sentence on the whole: it counts, and grades nothing. */
export function summary({ statements, areas }: Assessment): string {
  const known = statements.filter(({ level }) => level !== null).length;
  const dark = areas.filter(({ level }) => level === null).length;
  const areasText = dark === 0 ? "" : ` Nothing is known of ${dark} of ${areas.length} areas.`;
  return `${known} of ${statements.length} questions could be answered from evidence; ${statements.length - known} are not known.${areasText}`;
}

export function heldBack({ heldBackBy }: AreaResult, statements: readonly Statement[]): string | undefined {
  const statement = statements.find(({ check }) => check === heldBackBy);
  return statement === undefined ? undefined : `held back: ${lower(statement.says)}`;
}

export function changeText({ kind, before, now }: Change): string {
  if (kind === "new check") return `asked for the first time: ${levelText(now)}`;
  return `${kind}: ${levelText(before)} -> ${levelText(now)}`;
}

function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** The words and the `code` of a text, in turn: every second part is code. */
export function partsOf(text: string): readonly { readonly text: string; readonly code: boolean }[] {
  return text
    .split("`")
    .map((part, index) => ({ text: part, code: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}

/** `25 November 2026`. */
export function dayText(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(
    date,
  );
}
