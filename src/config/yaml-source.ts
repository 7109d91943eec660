import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import { formatPosition } from "../core/index.ts";
import type { Position } from "../core/index.ts";

/** Keys of mappings and indexes of lists, from the top of a document down. */
export type Path = readonly (string | number)[];

/** A YAML file that knows where each of its parts is written. */
export interface YamlSource {
  /** As shown to people: relative to the folder the user works in where possible. */
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

export interface YamlProblem {
  readonly at: Position;
  readonly message: string;
}

export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  // merge: compose files and those who write them use `<<: *anchor`, which YAML 1.2 dropped.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  return { file, text, document, lines };
}

/** Syntax errors of the file itself. */
export function yamlProblems(source: YamlSource): readonly YamlProblem[] {
  return source.document.errors.map((error) => ({
    at: positionOfOffset(source, error.pos[0]),
    message: error.message,
  }));
}

export function positionOfOffset(source: YamlSource, offset: number): Position {
  const { line, col } = source.lines.linePos(offset);
  return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where the value at `path` is written; where it is missing, the nearest part above it that is there. */
export function positionOfValue(source: YamlSource, path: Path): Position {
  return positionOfOffset(source, find(source, path).valueOffset);
}

/** Where the key at the end of `path` is written. */
export function positionOfKey(source: YamlSource, path: Path): Position {
  return positionOfOffset(source, find(source, path).keyOffset);
}

/** Is something written at exactly this path? */
export function hasPath(source: YamlSource, path: Path): boolean {
  return find(source, path).complete;
}

interface Found {
  readonly keyOffset: number;
  readonly valueOffset: number;
  readonly complete: boolean;
}

function find(source: YamlSource, path: Path): Found {
  let node: unknown = source.document.contents;
  let found: Found = { keyOffset: offsetOf(node), valueOffset: offsetOf(node), complete: true };
  for (const key of path) {
    const child = childOf(resolve(node, source), key, source);
    if (child === undefined) return { ...found, valueOffset: found.keyOffset, complete: false };
    node = child.value;
    const keyOffset = offsetOf(child.key ?? child.value);
    // `key:` with nothing behind it has no place of its own worth pointing at.
    const empty = isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];
    found = { keyOffset, valueOffset: node === null || empty ? keyOffset : offsetOf(node), complete: true };
  }
  return found;
}

function childOf(
  node: unknown,
  key: string | number,
  source: YamlSource,
): { readonly key?: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) return typeof key === "number" && key in node.items ? { value: node.items[key] } : undefined;
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && keyText(item) === String(key));
  if (pair !== undefined) return { key: pair.key, value: pair.value };
  for (const item of node.items) {
    if (keyText(item) !== "<<") continue;
    const merged = resolve(item.value, source);
    for (const part of isSeq(merged) ? merged.items : [merged]) {
      const inherited = childOf(resolve(part, source), key, source);
      if (inherited !== undefined) return inherited;
    }
  }
  return undefined;
}

function keyText(pair: Pair): string {
  // A list or mapping as a key means nothing here, and may not be printable.
  const key: unknown = isScalar(pair.key) ? pair.key.value : "";
  // The merge key is read as a symbol.
  return typeof key === "symbol" ? (key.description ?? "") : String(key);
}

function resolve(node: unknown, source: YamlSource): unknown {
  return isAlias(node) ? node.resolve(source.document) : node;
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** `wherry.yaml:14:5  services.web.helth: unknown key`, as editors and terminals link it. */
export function formatProblem(problem: YamlProblem): string {
  return `${formatPosition(problem.at)}  ${problem.message}`;
}
