import { stripVTControlCharacters } from "node:util";
import { wrap } from "../wrap.ts";

/**
 * Rows with their columns in line; the last column is as long as it is. `right`: columns that end in line, for
 * numbers.
 * `columns`: the last column is broken into lines that fit into so many.
 */
export function table(
  rows: readonly (readonly string[])[],
  { right = [], columns: room }: { readonly right?: readonly number[]; readonly columns?: number } = {},
): readonly string[] {
  const width = (text: string): number => Array.from(stripVTControlCharacters(text)).length;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  const left = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  // Narrower than this, words in a column are harder to read than lines that the terminal breaks.
  const last = room === undefined || room - left < 24 ? undefined : room - left;
  const broken = (row: readonly string[]): readonly (readonly string[])[] => {
    const cell = row.at(-1);
    if (last === undefined || cell === undefined || row.length < columns) return [row];
    return wrap(cell, last).map((line, index) =>
      index === 0 ? [...row.slice(0, -1), line] : [...row.slice(0, -1).map(() => ""), line],
    );
  };
  return rows.flatMap(broken).map((row) =>
    row
      .map((cell, column) => {
        const space = " ".repeat((widths[column] ?? 0) - width(cell));
        if (right.includes(column)) return space + cell;
        return column === row.length - 1 ? cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** `3 minutes ago`. */
export function ago(instant: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(instant)) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  for (const [unit, length] of units) {
    const amount = Math.floor(seconds / length);
    if (amount >= 1) return `${amount} ${unit}${amount === 1 ? "" : "s"} ago`;
  }
  return `${Math.floor(seconds)} s ago`;
}
