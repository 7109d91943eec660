import { stripVTControlCharacters } from "node:util";

/** Rows with their columns in line; the last column is as long as it is. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (text: string): number => Array.from(stripVTControlCharacters(text)).length;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell)),
      )
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
