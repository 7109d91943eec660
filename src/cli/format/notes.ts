import type { Notes } from "../../versions/index.ts";
import type { Style } from "../style.ts";

/** What came with a version, by kind; nothing where nothing did. */
export function formatNotes(notes: Notes, style: Style): readonly string[] {
  const part = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [style.bold(title), ...lines.map((line) => `  ${line}`)];
  return [
    ...part("Breaks something", notes.breaking),
    ...part("New", notes.features),
    ...part("Repaired", notes.fixes),
    ...part("Besides", notes.others),
  ];
}
