import { ruleGroups } from "../src/check/index.ts";
import type { Rule } from "../src/check/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The manual's list of rules: a table for each group, then a section for each rule. From the table that checks use. */
export function checkRules(): string {
  return ruleGroups
    .flatMap(({ title, about, rules }) => [
      `## ${title}`,
      about,
      markdownTable(["rule", "", "", "--fix"], rules.map(row)),
      ...rules.flatMap(section),
    ])
    .join("\n\n");
}

function row({ id, severity, title, fix }: Rule): readonly string[] {
  return [`[${id}](#${id.toLowerCase()})`, severity, title, fix === undefined ? "" : "yes"];
}

/** The heading is the number alone, so that links stay when words change. */
function section({ id, severity, title, why, remedy, fix }: Rule): readonly string[] {
  return [
    `### ${id}`,
    `**${title}** (${severity}). ${escaped(why)}`,
    `What to do: ${escaped(remedy)}.`,
    ...(fix === undefined ? [] : [`\`--fix\`: ${fix}`]),
  ];
}

function escaped(text: string): string {
  return text.replaceAll(/[*_<[\]]/g, "\\$&");
}
