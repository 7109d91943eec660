import { composeKeys } from "../src/compose/index.ts";
import type { ComposeKey } from "../src/compose/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The tables of the manual's page on compose files, one for each place that keys stand in. From the table that deploys use. */
export function composeTables(): string {
  const places = [...new Set(composeKeys.map(({ path }) => placeOf(path)))];
  return places
    .flatMap((place) => {
      const keys = composeKeys.filter(({ path }) => placeOf(path) === place);
      return [
        `## ${place === "" ? "Top level" : `\`${place.replaceAll("*", "NAME")}\``}`,
        markdownTable(["key", "", "what becomes of it"], keys.toSorted(byPath).map(row)),
      ];
    })
    .join("\n\n");
}

/** `services.*.build` of `services.*.build.args`. */
function placeOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

function row({ path, handling, message }: ComposeKey): readonly string[] {
  return [`\`${path.slice(placeOf(path).length).replace(/^\./, "")}\``, handling, message];
}

function byPath(a: ComposeKey, b: ComposeKey): number {
  return a.path < b.path ? -1 : 1;
}
