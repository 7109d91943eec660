import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Node, Pair, YAMLMap } from "yaml";
import type { YamlSource } from "../config/index.ts";
import { aliasesOf } from "./anchors.ts";
import type { Spot } from "./model.ts";

/** A part of a compose file, with anchors and merge keys followed, that knows where it is written. */
export interface Part extends Spot {
  readonly source: YamlSource;
  /** The key it stands under; in a list the item itself. */
  readonly key: Spot;
  readonly value: Scalar | readonly Part[] | Mapping;
  /** `!reset` and `!override` speak to docker compose about merging. */
  readonly tag: string | undefined;
  readonly flow: boolean;
  /** It has an anchor: others may build upon it. */
  readonly anchored: boolean;
}

export type Scalar = string | number | boolean | null;
export type Mapping = ReadonlyMap<string, Part>;

/** Puts values into text: `${NAME}`. */
export type Interpolate = (text: string) => string;

// Files of people have a dozen levels; what is deeper was made to make us stumble.
const deepest = 60;

/** Reads a document into parts. Each node is read once, however many aliases lead to it: a "billion laughs" file stays small. */
export function createReader(source: YamlSource, interpolate: Interpolate): (node: unknown, key?: Spot) => Part {
  const resolve = aliasesOf(source);
  const contents = new Map<unknown, Part["value"]>();
  const open = new Set<unknown>();

  function read(node: unknown, key: Spot | undefined, depth: number): Part {
    const target = isAlias(node) ? resolve(node) : node;
    const [start, end] = rangeOf(target) ?? [key?.start ?? 0, key?.end ?? 0];
    const spot = trimmed(source, start, end);
    const own = key ?? spot;
    return {
      ...(spot.start === spot.end ? { start: own.start, end: own.end } : { start: spot.start, end: spot.end }),
      source,
      key: own,
      value: valueOf(target, depth),
      tag: (target as Node | undefined)?.tag,
      anchored: (target as { readonly anchor?: string } | null | undefined)?.anchor !== undefined,
      flow: (isMap(target) || isSeq(target)) && target.flow === true,
    };
  }

  function valueOf(node: unknown, depth: number): Part["value"] {
    if (isScalar(node)) return scalarOf(node.value, interpolate);
    const known = contents.get(node);
    if (known !== undefined) return known;
    // An alias inside of what it stands for.
    if (open.has(node) || depth > deepest) return null;
    open.add(node);
    const value = isSeq(node)
      ? node.items.map((item) => read(item, undefined, depth + 1))
      : isMap(node)
        ? mappingOf(node, depth)
        : null;
    open.delete(node);
    contents.set(node, value);
    return value;
  }

  /** What stands in the mapping itself wins over what `<<` brings in; of several, the first. */
  function mappingOf(map: YAMLMap, depth: number): Mapping {
    const own = new Map<string, Part>();
    const merged: unknown[] = [];
    for (const item of map.items) {
      if (!isPair(item)) continue;
      const name = keyText(item);
      if (name === "<<") {
        const target = isAlias(item.value) ? resolve(item.value) : item.value;
        merged.push(...(isSeq(target) ? target.items : [target]));
      } else own.set(name, read(item.value, keySpot(source, item), depth + 1));
    }
    for (const node of merged) {
      const { value } = read(node, undefined, depth + 1);
      if (value instanceof Map) for (const [name, part] of value as Mapping) if (!own.has(name)) own.set(name, part);
    }
    return own;
  }

  return (node, key) => read(node, key, 0);
}

function scalarOf(value: unknown, interpolate: Interpolate): Scalar {
  if (typeof value === "string") return interpolate(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return typeof value === "bigint" || value instanceof Date ? String(value) : null;
}

function keyText(pair: Pair): string {
  // A list or mapping as a key means nothing here, and may not be printable.
  const key: unknown = isScalar(pair.key) ? pair.key.value : "";
  // The merge key is read as a symbol.
  return typeof key === "symbol" ? (key.description ?? "") : String(key);
}

function keySpot(source: YamlSource, pair: Pair): Spot | undefined {
  const range = rangeOf(pair.key);
  return range === undefined ? undefined : trimmed(source, ...range);
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

/** Ranges of blocks end with their line end. */
function trimmed(source: YamlSource, start: number, end: number): Spot {
  let last = end;
  while (last > start && /\s/.test(source.text[last - 1] ?? "")) last -= 1;
  return { source, start, end: last };
}

/** The mapping's part under a path of keys. */
export function partAt(part: Part | undefined, ...path: readonly string[]): Part | undefined {
  return path.reduce<Part | undefined>(
    (found, key) => (found?.value instanceof Map ? (found.value as Mapping).get(key) : undefined),
    part,
  );
}

/** Text of a scalar; numbers and booleans as written in JSON. Undefined for null, lists and mappings. */
export function textOf(part: Part | undefined): string | undefined {
  const value = part?.value;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

export function isTrue(part: Part | undefined): boolean {
  return part?.value === true || part?.value === "true";
}

export function itemsOf(part: Part | undefined): readonly Part[] {
  return Array.isArray(part?.value) ? (part.value as readonly Part[]) : [];
}

export function mappingOf(part: Part | undefined): Mapping {
  return part?.value instanceof Map ? (part.value as Mapping) : new Map();
}

/** `[a, b]`, `a: {}` and plain `a` alike: the names, and the part of each. */
export function namesOf(part: Part | undefined): ReadonlyMap<string, Part> {
  if (part?.value instanceof Map) return part.value as Mapping;
  const items = Array.isArray(part?.value) ? (part.value as readonly Part[]) : part === undefined ? [] : [part];
  return new Map(items.flatMap((item) => [[textOf(item) ?? textOf(partAt(item, "source")) ?? "", item] as const]));
}

/** `NAME: value` and `- NAME=value` alike. The value is undefined where it comes from the surroundings. */
export interface Variable extends Spot {
  readonly name: string;
  readonly value: string | undefined;
  readonly part: Part;
}

export function variablesOf(part: Part | undefined): readonly Variable[] {
  if (part?.value instanceof Map) {
    return [...(part.value as Mapping)].map(([name, one]) => ({
      ...spotOf(one.key),
      name,
      value: textOf(one),
      part: one,
    }));
  }
  return itemsOf(part).flatMap((item) => {
    const text = textOf(item);
    if (text === undefined) return [];
    const at = text.indexOf("=");
    return [
      {
        ...spotOf(item),
        name: at === -1 ? text : text.slice(0, at),
        value: at === -1 ? undefined : text.slice(at + 1),
        part: item,
      },
    ];
  });
}

export function spotOf({ source, start, end }: Spot): Spot {
  return { source, start, end };
}

/** The words of a command, in whichever form it is written. */
export function wordsOf(part: Part | undefined): readonly string[] {
  if (part === undefined) return [];
  const text = textOf(part);
  if (text !== undefined) return splitWords(text);
  return itemsOf(part).map((item) => textOf(item) ?? "");
}

/** As a shell would split simple words; compose does the same with a command that is text. */
export function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? "") : double.replaceAll(/\\(["\\$`])/g, "$1"),
    ),
  );
}
