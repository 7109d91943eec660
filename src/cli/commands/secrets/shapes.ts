import * as z from "zod";
import type { SecretChange } from "../../../secrets/index.ts";
import type { Screen } from "../../definition.ts";
import { optional } from "../../parameters.ts";

/** What commands that change secrets have in common. */
export const changeShape = z.strictObject({
  environment: z.string(),
  names: z.array(z.string()),
  source: z.string(),
  notes: z.array(z.string()),
});

export const to = optional("source to write into; the first of secrets_from that can be written if left out", {
  placeholder: "SOURCE",
});

export function printChange(verb: string): (change: SecretChange, screen: Screen) => readonly string[] {
  return ({ names, source, environment, notes }, { style }) => [
    `${style.good(verb)} ${names.join(", ")} of ${environment} in ${source}`,
    ...notes.map((note) => `${style.warning(style.signs.note)} ${note}`),
  ];
}
