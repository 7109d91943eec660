import { isNode, visit } from "yaml";
import type { Alias, Node } from "yaml";
import type { YamlSource } from "../config/index.ts";

/**
 * What aliases stand for: the last anchor of that name before them. The library's own `Alias.resolve` walks through the
 * whole file each time, which takes seconds for a file with a few hundred aliases.
 */
export function aliasesOf(source: YamlSource): (alias: Alias) => Node | undefined {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const resolve = createAliases(source);
  cache.set(source, resolve);
  return resolve;
}

const cache = new WeakMap<YamlSource, (alias: Alias) => Node | undefined>();

function createAliases(source: YamlSource): (alias: Alias) => Node | undefined {
  if (!source.text.includes("&")) return () => undefined;
  const anchors = new Map<string, Node[]>();
  visit(source.document, (_key, node) => {
    if (!isNode(node) || !("anchor" in node) || node.anchor === undefined) return;
    anchors.set(node.anchor, [...(anchors.get(node.anchor) ?? []), node]);
  });
  return (alias) => {
    const at = alias.range?.[0] ?? 0;
    return anchors.get(alias.source)?.findLast((node) => (node.range?.[0] ?? 0) < at);
  };
}
