import { isAlias, isMap, visit } from "yaml";
import type { YamlSource } from "../config/index.ts";
import type { Problem } from "./model.ts";
import type { Project } from "./project.ts";

/** What keeps a file from being read at all: then no other rule is asked. */
export function readProblems(project: Project): readonly Problem[] {
  return project.all.flatMap((source) => {
    const { document } = source;
    const syntax = document.errors.map((error) => ({
      at: { source, start: error.pos[0], end: error.pos[1] },
      message: firstLine(error.message),
    }));
    if (syntax.length > 0) return syntax;
    if (document.contents !== null && !isMap(document.contents))
      return [{ at: { source, start: 0, end: 0 }, message: "a compose file is a mapping with services: in it" }];
    return aliasProblems(source);
  });
}

function aliasProblems(source: YamlSource): readonly Problem[] {
  const found: Problem[] = [];
  visit(source.document, {
    Alias(_key, node) {
      if (!isAlias(node) || node.resolve(source.document) !== undefined) return;
      const [start, end] = node.range ?? [0, 0];
      found.push({ at: { source, start, end }, message: `there is no anchor &${node.source} above this alias` });
    },
  });
  return found;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
