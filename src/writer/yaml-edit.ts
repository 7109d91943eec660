import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Pair, YAMLMap } from "yaml";

/**
 * Changes of YAML text that leave every other byte as it was: comments, quotes, order and line ends of people's files
 * are theirs.
 */

/** The text with `[start, end)` replaced. Offsets in UTF-16 units, as `yaml` gives them. */
export function replaceRange(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

/**
 * Puts `entry` (YAML lines without indentation, such as `db:\n  image: postgres:17\n`) at the end of the mapping at
 * `path`. Missing mappings on the way are made; `path` empty: the top level.
 * @returns undefined where the place is no block mapping (flow style, an alias, a list): the caller says so
 */
export function insertEntry(text: string, path: readonly string[], entry: string): string | undefined {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const document = parseDocument(text, { lineCounter: new LineCounter(), merge: true });
  if (document.errors.length > 0) return undefined;
  const contents: unknown = document.contents;
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  if (!empty && !isMap(contents)) return undefined;

  let map: YAMLMap | undefined = empty ? undefined : (contents as YAMLMap);
  let indent = 0;
  let end = text.length;
  let unit = 2;
  for (const [depth, key] of path.entries()) {
    if (map?.flow === true) return undefined;
    const pair = map?.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) return insertAt(text, end, indent, nest(path.slice(depth), entry, unit), lineEnd);
    const value: unknown = pair.value;
    end = endOf(pair, text);
    if (value === null || (isScalar(value) && value.value === null)) {
      const block = nest(path.slice(depth + 1), entry, unit);
      return insertAt(text, end, indent + unit, block, lineEnd);
    }
    if (!isMap(value) || value.flow === true) return undefined;
    map = value;
    const inner = columnOf(value, text);
    unit = Math.max(inner - indent, 1);
    indent = inner;
  }
  if (map?.flow === true) return undefined;
  return insertAt(text, end, indent, entry, lineEnd);
}

/** Where the last line of a pair's value ends, line end included. */
function endOf(pair: Pair, text: string): number {
  const node = (pair.value ?? pair.key) as { range?: [number, number, number] | null } | null;
  const key = pair.key as { range?: [number, number, number] | null };
  let end = node?.range?.[1] ?? key.range?.[1] ?? text.length;
  if (isScalar(pair.value) && pair.value.value === null) end = Math.max(end, key.range?.[1] ?? end);
  if (end > 0 && text[end - 1] === "\n") return end;
  const next = text.indexOf("\n", end);
  return next === -1 ? text.length : next + 1;
}

function columnOf(map: YAMLMap, text: string): number {
  const first = (map.items[0]?.key as { range?: [number, number, number] | null } | undefined)?.range?.[0] ?? 0;
  return first - (text.lastIndexOf("\n", first - 1) + 1);
}

/** Below blank lines and comments at the end of the part there would be somebody else's words: the entry goes before them. */
function insertAt(text: string, end: number, indent: number, entry: string, lineEnd: string): string {
  let before = text.slice(0, end).replace(/(?:\r?\n[ \t]*)+$/, "");
  if (before !== "") before += lineEnd;
  const after = text.slice(end);
  const trailing = text.slice(before.length, end);
  const lines = entry.replace(/\n$/, "").split("\n");
  const block = lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line)).join(lineEnd) + lineEnd;
  return before + block + (after === "" ? "" : trailing + after);
}

function nest(keys: readonly string[], entry: string, unit: number): string {
  return keys.reduceRight((inner, key) => {
    const indented = inner
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => (line === "" ? "" : " ".repeat(unit) + line))
      .join("\n");
    return `${key}:\n${indented}\n`;
  }, entry);
}
