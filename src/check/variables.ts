import { isScalar, visit } from "yaml";
import type { YamlSource } from "../config/index.ts";

export interface PlacedVariable {
  readonly name: string;
  readonly message: string | undefined;
  readonly start: number;
  readonly end: number;
}

interface Missing {
  readonly name: string;
  readonly written: string;
  readonly message: string | undefined;
}

/** What `missingIn` finds in the values of a file, each with its place. Compose interpolates values, never keys. */
export function variablesIn(
  source: YamlSource,
  missingIn: (text: string) => readonly Missing[],
): readonly PlacedVariable[] {
  const found: PlacedVariable[] = [];
  visit(source.document, {
    Scalar(key, node) {
      if (key === "key" || !isScalar(node) || typeof node.value !== "string" || !node.value.includes("$")) return;
      const [start, end] = node.range ?? [0, 0];
      const text = source.text.slice(start, end);
      let from = 0;
      for (const { name, written, message } of missingIn(node.value)) {
        const offset = text.indexOf(written, from);
        if (offset !== -1) from = offset + written.length;
        const at = start + Math.max(offset, 0);
        found.push({ name, message, start: at, end: at + written.length });
      }
    },
  });
  return found;
}
