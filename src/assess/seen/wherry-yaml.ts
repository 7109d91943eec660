import { hasPath, isMapping, parseYaml, positionOfKey } from "../../config/index.ts";
import type { Path } from "../../config/index.ts";
import type { SeenFile, SeenFiles } from "./files.ts";

/** wherry.yaml as it is written; whether it is valid is for `wherry config` to say. */
export interface WherryYaml {
  readonly file: SeenFile;
  readonly environments: readonly { readonly name: string; readonly line: number }[];
  /** Lines of a key that may stand at the top and in each environment, where it says something. */
  places(key: string, says?: (value: unknown) => boolean): readonly number[];
  /** Line of the key at this path; undefined where it is not written. */
  lineOf(...path: Path): number | undefined;
}

/** The one nearest to the top; undefined where there is none, or it is no YAML. */
export function readWherryYaml(files: SeenFiles): WherryYaml | undefined {
  for (const file of files.find(/(?:^|\/)wherry\.yaml$/)) {
    if (file.content !== "text") continue;
    const source = parseYaml(file.path, file.lines.join("\n"));
    if (source.document.errors.length > 0) continue;
    let content: unknown;
    try {
      content = source.document.toJS();
    } catch {
      continue;
    }
    if (!isMapping(content)) continue;
    const lineOf = (...path: Path): number | undefined =>
      hasPath(source, path) ? positionOfKey(source, path).line : undefined;
    const environments = isMapping(content["environments"]) ? content["environments"] : {};
    const sections: readonly (readonly [Path, unknown])[] = [
      [[], content],
      ...Object.entries(environments).map(([name, section]) => [["environments", name], section] as const),
    ];
    return {
      file,
      places: (key, says = isSomething) =>
        sections.flatMap(([path, section]) =>
          isMapping(section) && says(section[key]) ? [positionOfKey(source, [...path, key]).line] : [],
        ),
      environments: Object.keys(environments).map((name) => ({ name, line: lineOf("environments", name) ?? 1 })),
      lineOf,
    };
  }
  return undefined;
}

/** Written, and not empty. */
function isSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === "off" || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
