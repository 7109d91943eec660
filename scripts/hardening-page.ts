import { controlGroups } from "../src/infra/index.ts";
import type { Control } from "../src/infra/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The manual's list of controls: a table for each group, then a section for each control. From the table that servers are hardened by. */
export function hardeningControls(): string {
  return controlGroups
    .flatMap(({ title, about, controls }) => [
      `## ${title}`,
      about,
      markdownTable(["control", "", "", "harden"], controls.map(row)),
      ...controls.flatMap(section),
    ])
    .join("\n\n");
}

function row({ id, severity, title, fix, guarded, optional }: Control): readonly string[] {
  const does =
    fix === undefined ? "by hand" : optional === true ? "when asked for" : guarded === true ? "guarded" : "yes";
  return [`[${id}](#${id})`, severity, title, does];
}

function section({ id, title, why, check, fix, undo, remedy, source }: Control): readonly string[] {
  const lines = [
    `- Looked at: ${escaped(check)}.`,
    ...(fix === undefined ? [`- To do by hand: ${escaped(remedy ?? "")}.`] : [`- harden: ${escaped(fix)}.`]),
    ...(undo === undefined ? [] : [`- undo: ${escaped(undo)}.`]),
    `- Source: ${source.map(escaped).join("; ")}.`,
  ];
  return [`### ${id}`, `**${escaped(title)}.** ${escaped(why)}`, lines.join("\n")];
}

function escaped(text: string): string {
  return text.replaceAll(/[*_<[\]]/g, "\\$&");
}
