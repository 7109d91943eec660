import { isMap, isScalar, LineCounter, parse, parseDocument, stringify } from "yaml";
import type { Document, Pair, YAMLMap } from "yaml";

/**
 * Changes of YAML text that leave every other byte as it was: comments, quotes, order and line ends of people's files
 * are theirs.
 */

/** The text with `[start, end)` replaced. Offsets in UTF-16 units, as `yaml` gives them. */
export function replaceRange(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

/** A stretch of a text and what comes in its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** Several at once, none of which overlap; of those at one place, in the order given. */
export function replaceRanges(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let end = 0;
  let last: Replacement | undefined;
  for (const one of replacements.toSorted((a, b) => a.start - b.start)) {
    // Two at the end of a file that has no line end: only the first one brings it.
    const follows = last?.start === one.start && last.by.endsWith("\n");
    result += text.slice(end, one.start) + (follows ? one.by.replace(/^\r?\n/, "") : one.by);
    end = Math.max(end, one.end);
    last = one;
  }
  return result + text.slice(end);
}

/**
 * Puts `entry` (YAML lines without indentation, such as `db:\n  image: postgres:17\n`) at the end of the mapping at
 * `path`. Missing mappings on the way are made; `path` empty: the top level.
 * @returns undefined where the place is no block mapping (flow style, an alias, a list): the caller says so
 */
export function insertEntry(text: string, path: readonly string[], entry: string): string | undefined {
  const document = parseDocument(text, { lineCounter: new LineCounter(), merge: true });
  const braces = emptyBraces(document, path);
  if (braces !== undefined) return insertEntry(replaceRange(text, ...braces, ""), path, entry);
  const insertion = insertionOf({ text, document }, path, entry, "block");
  return insertion === undefined ? undefined : replaceRange(text, insertion.start, insertion.end, insertion.by);
}

/** Where on the way there is `{}`: nothing yet, and no reason to refuse. */
function emptyBraces(document: Document.Parsed, path: readonly string[]): readonly [number, number] | undefined {
  for (let depth = 0; depth <= path.length; depth += 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isMap(node) && node.flow === true && node.items.length === 0 && node.range != null) {
      return [node.range[0], node.range[1]];
    }
  }
  return undefined;
}

/**
 * The same for a text that has been read already, as what to replace. With `any`, a mapping in flow style gets the
 * entry in flow style too: `{ image: web, restart: always }`.
 */
export function insertionOf(
  { text, document }: { readonly text: string; readonly document: Document },
  path: readonly string[],
  entry: string,
  styles: "block" | "any",
): Replacement | undefined {
  if (document.errors.length > 0) return undefined;
  const contents: unknown = document.contents;
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  if (!empty && !isMap(contents)) return undefined;

  let map: YAMLMap | undefined = empty ? undefined : (contents as YAMLMap);
  let indent = 0;
  let end = text.length;
  let unit = 2;
  for (const [depth, key] of path.entries()) {
    if (map?.flow === true && styles === "block") return undefined;
    const pair = map?.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) {
      const block = nest(path.slice(depth), entry, unit);
      return map?.flow === true ? insertIntoFlow(text, map, block) : insertAt(text, end, indent, block);
    }
    const value: unknown = pair.value;
    end = endOf(pair, text);
    if (value === null || (isScalar(value) && value.value === null)) {
      if (map?.flow === true) return undefined;
      const block = nest(path.slice(depth + 1), entry, unit);
      return insertAt(text, end, indent + unit, block);
    }
    if (!isMap(value) || (value.flow === true && styles === "block")) return undefined;
    map = value;
    const inner = columnOf(value, text);
    unit = Math.max(inner - indent, 1);
    indent = inner;
  }
  if (map?.flow === true) return styles === "any" ? insertIntoFlow(text, map, entry) : undefined;
  return insertAt(text, end, indent, entry);
}

function insertIntoFlow(text: string, map: YAMLMap, entry: string): Replacement | undefined {
  const close = (map.range?.[1] ?? 0) - 1;
  if (text[close] !== "}") return undefined;
  const last = map.items.at(-1);
  const from = (last?.value as Ranged)?.range?.[1] ?? (last?.key as Ranged)?.range?.[1] ?? map.range?.[0] ?? close;
  // Behind a comment the entry would be part of it.
  if (text.slice(from, close).includes("#")) return undefined;
  let at = close;
  while (at > 0 && /\s/.test(text[at - 1] ?? "")) at -= 1;
  const inner = stringify(parse(entry), { collectionStyle: "flow", lineWidth: 0 })
    .trim()
    .replace(/^\{\s*|\s*\}$/g, "");
  const before = text[at - 1];
  return {
    start: at,
    end: at,
    by: `${before === "{" || before === "," ? " " : ", "}${inner}${at === close ? " " : ""}`,
  };
}

type Ranged = { readonly range?: readonly [number, number, number] | null } | null | undefined;

/** Where the last line of a pair's value ends, line end included. */
function endOf(pair: Pair, text: string): number {
  const end = contentEnd(pair) ?? text.length;
  if (end > 0 && text[end - 1] === "\n") return end;
  const next = text.indexOf("\n", end);
  return next === -1 ? text.length : next + 1;
}

/** An empty value at the end would have the comments behind it as its own: what is written last counts. */
function contentEnd({ key, value }: Pair): number | undefined {
  const last = isMap(value) && value.flow !== true ? value.items.at(-1) : undefined;
  if (last !== undefined) return contentEnd(last);
  const empty = value === null || (isScalar(value) && value.value === null && value.source === "");
  return ((empty ? key : value) as Ranged)?.range?.[1];
}

function columnOf(map: YAMLMap, text: string): number {
  const first = (map.items[0]?.key as Ranged)?.range?.[0] ?? 0;
  return first - (text.lastIndexOf("\n", first - 1) + 1);
}

/** Below blank lines and comments at the end of the part there would be somebody else's words: the entry goes before them. */
function insertAt(text: string, end: number, indent: number, entry: string): Replacement {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  let start = end;
  for (let at = end; at > 0 && /[ \t\r\n]/.test(text[at - 1] ?? ""); at -= 1) {
    if (text[at - 1] === "\n") start = text[at - 2] === "\r" ? at - 2 : at - 1;
  }
  const lines = entry.replace(/\n$/, "").split("\n");
  const block = lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line)).join(lineEnd) + lineEnd;
  if (start === 0) return { start, end, by: block };
  // The last line of a file may lack its line end.
  if (start === text.length) return { start, end: start, by: lineEnd + block };
  const next = start + (text.startsWith("\r\n", start) ? 2 : 1);
  return { start: next, end: next, by: block };
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
