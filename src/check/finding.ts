import { LineCounter } from "yaml";
import type { Position } from "../core/index.ts";
import type { Edit, Severity, SourceText, Spot } from "./model.ts";

/** A problem at its place, as people and programs get it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  /** Columns in UTF-16 units, from 1. */
  readonly at: Position;
  /** Just behind it. */
  readonly end: { readonly line: number; readonly column: number };
  readonly services: readonly string[];
  /** The line, as it is written; passwords in it are blanked out. */
  readonly line: string;
  /** Empty where `--fix` has nothing safe to offer. */
  readonly edits: readonly Edit[];
}

/** A finding that somebody accepts. */
export interface SuppressedFinding extends Finding {
  readonly reason: string;
  readonly where: "comment" | "wherry.yaml";
}

/** Turns offsets into positions; each text is looked through once. */
export class Places {
  readonly #lines = new WeakMap<SourceText, LineCounter>();

  position(source: SourceText, offset: number): Position {
    const lines = this.#linesOf(source);
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), source.text.length));
    // A byte order mark is part of the text, and of no column.
    const mark = line === 1 && source.text.startsWith("\ufeff") ? 1 : 0;
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col - mark, 1) };
  }

  /** The line around an offset without its line end; where `hidden` covers it, stars stand instead. */
  line(source: SourceText, offset: number, hidden: readonly Spot[]): string {
    const [start, end] = lineAround(source.text, offset);
    let line = source.text.slice(start, end);
    for (const spot of hidden) {
      if (spot.source.file !== source.file || spot.end <= start || spot.start >= end) continue;
      const from = Math.max(spot.start - start, 0);
      const to = Math.min(spot.end - start, line.length);
      // As many as there were: columns behind it stay right.
      line = line.slice(0, from) + "*".repeat(to - from) + line.slice(to);
    }
    return line.replace(/^\ufeff/, "");
  }

  #linesOf(source: SourceText): LineCounter {
    const known = this.#lines.get(source);
    if (known !== undefined) return known;
    const lines = new LineCounter();
    for (let at = -1; at !== 0;) {
      lines.addNewLine(at + 1);
      at = source.text.indexOf("\n", at + 1);
      if (at === -1) break;
    }
    this.#lines.set(source, lines);
    return lines;
  }
}

/** Start and end of the line that an offset is in. */
export function lineAround(text: string, offset: number): readonly [number, number] {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const next = text.indexOf("\n", offset);
  const end = next === -1 ? text.length : next;
  return [start, text[end - 1] === "\r" && end > start ? end - 1 : end];
}

/** A position of somebody else in a text that we have. */
export function spotAt(source: SourceText, at: Pick<Position, "line" | "column">): Spot {
  let start = 0;
  for (let line = 1; line < at.line; line += 1) {
    const next = source.text.indexOf("\n", start);
    if (next === -1) break;
    start = next + 1;
  }
  const [, end] = lineAround(source.text, start);
  const offset = Math.min(start + Math.max(at.column - 1, 0), end);
  return { source, start: offset, end: offset };
}
