import { insertionOf, replaceRanges } from "../writer/index.ts";
import type { Edit } from "./model.ts";
import { itemsOf, mappingOf, namesOf, partAt, spotOf, textOf } from "./part.ts";
import type { Part } from "./part.ts";
import type { Port } from "./ports.ts";
import type { Service } from "./project.ts";

/** The building blocks of fixes. Each gives what to change, or nothing where that would not be safe. */

/** `entry` is YAML without indentation; it goes to the end of the service, in the first file that has it. */
export function addToService({ name, home }: Service, entry: string): readonly Edit[] {
  const insertion = home === undefined ? undefined : insertionOf(home, ["services", name], entry, "any");
  return home === undefined || insertion === undefined ? [] : [{ source: home, ...insertion }];
}

/** The value as it is written, in other words. */
function rewrite(part: Part, by: string): readonly Edit[] {
  return [{ ...spotOf(part), by }];
}

/** A port that only the server itself reaches. */
export function toLoopback({ part, host }: Port): readonly Edit[] {
  const written = part.source.text.slice(part.start, part.end);
  if (mappingOf(part).size > 0) {
    const address = partAt(part, "host_ip");
    if (address !== undefined) return rewrite(address, "127.0.0.1");
    const target = partAt(part, "target");
    if (target === undefined || target.source.file !== part.source.file) return [];
    return [
      { source: part.source, start: target.end, end: target.end, by: beside(part, target, "host_ip: 127.0.0.1") },
    ];
  }
  const quote = /^["']/.exec(written)?.[0] ?? "";
  const plain = quote === "" ? written : written.slice(1, -1);
  if (/[\\"'\n&*!]/.test(plain)) return [];
  const rest = host === "" ? plain : plain.replace(/^(\[[^\]]*\]|[^:]*):/, "");
  // A container port alone is published under a number that the engine picks.
  const by = rest.includes(":") || host !== "" ? `127.0.0.1:${rest}` : `127.0.0.1::${rest}`;
  return rewrite(part, `${quote || '"'}${by}${quote || '"'}`);
}

/** Text for one more key of a mapping, right behind another one of it. */
function beside(map: Part, sibling: Part, entry: string): string {
  if (map.flow) return `, ${entry}`;
  const lineStart = map.source.text.lastIndexOf("\n", sibling.key.start - 1) + 1;
  const indent = " ".repeat(sibling.key.start - lineStart);
  return `${map.source.text.includes("\r\n") ? "\r\n" : "\n"}${indent}${entry}`;
}

/** One more item of a list. */
export function append(list: Part, item: string): readonly Edit[] {
  const { source } = list;
  const last = itemsOf(list).at(-1);
  if (list.flow) {
    const close = list.end - 1;
    const from = last?.end ?? list.start + 1;
    if (source.text[close] !== "]" || source.text.slice(from, close).includes("#")) return [];
    return [{ source, start: from, end: from, by: last === undefined ? item : `, ${item}` }];
  }
  if (last === undefined) return [];
  const dash = source.text.lastIndexOf("-", last.start);
  const lineStart = source.text.lastIndexOf("\n", dash) + 1;
  if (source.text.slice(lineStart, dash).trim() !== "") return [];
  const next = source.text.indexOf("\n", last.end);
  const end = next === -1 ? source.text.length : next;
  const at = source.text[end - 1] === "\r" ? end - 1 : end;
  const lineEnd = source.text.includes("\r\n") ? "\r\n" : "\n";
  return [{ source, start: at, end: at, by: `${lineEnd}${source.text.slice(lineStart, dash)}- ${item}` }];
}

/** `[db, web]` as `{ db: { condition: ... }, web: ... }`, item by item, so that comments stay. */
export function withConditions(dependsOn: Part, conditionOf: (service: string) => string): readonly Edit[] {
  const { source } = dependsOn;
  if (dependsOn.value instanceof Map) {
    return [...namesOf(dependsOn)].flatMap(([name, part]) => {
      if (partAt(part, "condition") !== undefined) return [];
      const first = [...mappingOf(part).values()].at(-1);
      if (first === undefined) return [];
      const by = beside(part, first, `condition: ${conditionOf(name)}`);
      return [{ source: part.source, start: first.end, end: first.end, by }];
    });
  }
  const items = itemsOf(dependsOn);
  const entryOf = (item: Part): string => `${textOf(item)}: { condition: ${conditionOf(textOf(item) ?? "")} }`;
  if (items.some((item) => item.source !== source || !/^[\w.-]+$/.test(unquoted(item)))) return [];
  if (dependsOn.flow) {
    const open = source.text[dependsOn.start];
    const close = source.text[dependsOn.end - 1];
    if (open !== "[" || close !== "]") return [];
    return [
      { source, start: dependsOn.start, end: dependsOn.start + 1, by: "{ " },
      ...items.map((item) => ({ ...spotOf(item), by: entryOf(item) })),
      { source, start: dependsOn.end - 1, end: dependsOn.end, by: " }" },
    ];
  }
  return items.flatMap((item): Edit[] => {
    const dash = source.text.lastIndexOf("-", item.start - 1);
    return [{ source, start: dash, end: item.end, by: entryOf(item) }];
  });
}

function unquoted({ source, start, end }: Part): string {
  return source.text.slice(start, end).replace(/^(["'])(.*)\1$/, "$2");
}

/** The whole line of a key, with its line end. */
export function removeLine(part: Part): readonly Edit[] {
  const { source, key, end } = part;
  const start = source.text.lastIndexOf("\n", key.start - 1) + 1;
  if (source.text.slice(start, key.start).trim() !== "") return [];
  const next = source.text.indexOf("\n", end);
  return [{ source, start, end: next === -1 ? source.text.length : next + 1, by: "" }];
}

export interface FixedText {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Applies the edits of several findings, each finding's all or none: what would touch a place that is changed already
 * is left for the next run.
 * @returns the texts that change, and which of the groups were applied
 */
export function applyEdits(groups: readonly (readonly Edit[])[]): {
  readonly texts: readonly FixedText[];
  readonly applied: readonly boolean[];
} {
  const byFile = new Map<string, Edit[]>();
  const applied = groups.map((edits) => {
    const fresh = edits.filter((edit) => !(byFile.get(edit.source.file) ?? []).some((one) => isSame(one, edit)));
    if (edits.length === 0) return false;
    if (fresh.some((edit) => (byFile.get(edit.source.file) ?? []).some((one) => overlaps(one, edit)))) return false;
    for (const edit of fresh) byFile.set(edit.source.file, [...(byFile.get(edit.source.file) ?? []), edit]);
    return true;
  });
  const texts = [...byFile].flatMap(([file, edits]) => {
    const before = edits[0]?.source.text ?? "";
    return [{ file, before, after: replaceRanges(before, edits) }];
  });
  return { texts, applied };
}

function isSame(a: Edit, b: Edit): boolean {
  return a.start === b.start && a.end === b.end && a.by === b.by;
}

function overlaps(a: Edit, b: Edit): boolean {
  if (a.start === a.end && b.start === b.end) return false;
  return a.start < b.end && b.start < a.end;
}
