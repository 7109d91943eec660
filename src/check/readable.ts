import { isAlias, isMap, visit } from "yaml";
import type { YamlSource } from "../config/index.ts";
import { aliasesOf } from "./anchors.ts";
import type { Problem } from "./model.ts";
import type { Project } from "./project.ts";

/** What keeps a file from being read at all: then no other rule is asked. */
export function readProblems(project: Project): readonly Problem[] {
  return project.all.flatMap((source) => {
    const { document } = source;
    const syntax = document.errors.map((error) => ({
      at: { source, start: error.pos[0], end: wordEnd(source.text, error.pos) },
      message: firstLine(error.message),
    }));
    if (syntax.length > 0) return syntax;
    if (document.contents !== null && !isMap(document.contents))
      return [{ at: { source, start: 0, end: 0 }, message: "a compose file is a mapping with services: in it" }];
    return aliasProblems(source);
  });
}

/** The parser names the first letter of a word. */
function wordEnd(text: string, [start, end]: readonly [number, number]): number {
  return end - start > 1
    ? end
    : start + Math.max(/^[\w.-]*/.exec(text.slice(start, start + 100))?.[0].length ?? 0, end - start);
}

function aliasProblems(source: YamlSource): readonly Problem[] {
  const found: Problem[] = [];
  if (!source.text.includes("*")) return found;
  const resolve = aliasesOf(source);
  visit(source.document, {
    Alias(_key, node) {
      if (!isAlias(node) || resolve(node) !== undefined) return;
      const [start, end] = node.range ?? [0, 0];
      found.push({ at: { source, start, end }, message: `there is no anchor &${node.source} above this alias` });
    },
  });
  return found;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
