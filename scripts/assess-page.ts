import { areas } from "../src/assess/index.ts";
import { markdownTable } from "./generated-part.ts";

/** The tables of the manual's page on assessments: every question, from the table that asks them. */
export function assessTables(): string {
  return areas
    .flatMap(({ title, checks }) => [
      `### ${title}`,
      markdownTable(
        ["check", "question", "how it looks, and what makes which level", "weight"],
        checks.map(({ id, question, looks, weight }) => [`\`${id}\``, question, looks, String(weight)]),
      ),
    ])
    .join("\n\n");
}
