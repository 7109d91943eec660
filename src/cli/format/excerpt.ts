import type { Finding } from "../../check/index.ts";

const tab = "    ";

/** The line of a finding with its number, and marks below the part that is meant. Long lines are cut around it. */
export function excerpt({ line, at, end }: Pick<Finding, "line" | "at" | "end">, columns: number): readonly string[] {
  if (line.trim() === "") return [];
  const number = String(at.line);
  const from = at.column - 1;
  const to = end.line === at.line ? end.column - 1 : line.length;
  const room = Math.max(columns - number.length - 8, 40);
  const first = from > room - 20 ? from - 20 : 0;
  const last = Math.min(line.length, first + room);
  const before = widen(line.slice(first, from));
  const meant = widen(line.slice(from, Math.min(Math.max(to, from + 1), last)));
  const after = widen(line.slice(Math.min(Math.max(to, from + 1), last), last));
  const start = first > 0 ? "..." : "";
  const margin = " ".repeat(number.length);
  return [
    `${number} | ${start}${before}${meant}${after}${last < line.length ? "..." : ""}`,
    `${margin} | ${" ".repeat(start.length + width(before))}${"^".repeat(Math.max(width(meant), 1))}`,
  ];
}

function widen(text: string): string {
  return printable(text.replaceAll("\t", tab));
}

/** Text of files is shown as it is, but for what a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === "\u200d" ? character : "\ufffd",
  );
}

/** Columns on a terminal: letters of East Asia and pictures take two, marks on letters none. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}|\u200d/u.test(character)) continue;
    columns +=
      /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}
