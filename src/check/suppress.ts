import { isScalar, visit } from "yaml";
import type { SourceText, Spot } from "./model.ts";
import type { Project } from "./project.ts";

/** A suppression in wherry.yaml: `check: { ignore: [{ rule, service, reason }] }`. */
export interface Ignore {
  readonly rule: string;
  /** All services where it names none. */
  readonly service: string | undefined;
  readonly reason: string | undefined;
  readonly at: Spot;
}

/** A suppression in a comment: `# wherry-ignore WHY204: reason`, on the line or above it. */
export interface IgnoreComment {
  readonly rules: readonly string[];
  readonly reason: string | undefined;
  readonly spot: Spot;
  /** Offsets of the line that it speaks of. */
  readonly start: number;
  readonly end: number;
}

const comment = /(?<=^|\s)#[ \t]*wherry-ignore\b[ \t:]*([^\r\n]*)/gm;

/** The suppressions in the comments of all files that are looked at. */
export function commentsOf(project: Project): readonly IgnoreComment[] {
  const texts: readonly (SourceText & { readonly strings?: readonly Spot[] })[] = [
    ...project.all.map((source) => ({ ...source, strings: stringsWith(source) })),
    ...project.dockerfiles.map(({ source }) => source),
  ];
  return texts.flatMap((source) => {
    if (!source.text.includes("wherry-ignore")) return [];
    return [...source.text.matchAll(comment)].flatMap((match): IgnoreComment[] => {
      const start = match.index;
      if (source.strings?.some((one) => one.start < start && start < one.end) === true) return [];
      const [, names = "", reason = ""] = /^([\w\s,-]*?)\s*(?::\s*(.*))?$/.exec((match[1] ?? "").trim()) ?? [];
      const end = start + match[0].trimEnd().length;
      return [
        {
          rules: names.split(/[\s,]+/).filter((name) => name !== ""),
          reason: reason.trim() === "" ? undefined : reason.trim(),
          spot: { source, start, end },
          ...lineMeant(source.text, start),
        },
      ];
    });
  });
}

/** Behind something: that line. Alone on its line: the next one that says something. */
function lineMeant(text: string, at: number): { readonly start: number; readonly end: number } {
  let start = text.lastIndexOf("\n", at - 1) + 1;
  const alone = text.slice(start, at).trim() === "";
  for (;;) {
    const next = text.indexOf("\n", start);
    const end = next === -1 ? text.length : next;
    if (!alone || !/^\s*(#|$)/.test(text.slice(start, end)) || next === -1) return { start, end };
    start = next + 1;
  }
}

/** Text of several lines may hold what looks like a comment. */
function stringsWith(source: Project["all"][number]): readonly Spot[] {
  const found: Spot[] = [];
  if (!source.text.includes("wherry-ignore")) return found;
  visit(source.document, {
    Scalar(_key, node) {
      if (isScalar(node) && node.range != null) found.push({ source, start: node.range[0], end: node.range[1] });
    },
  });
  return found;
}
