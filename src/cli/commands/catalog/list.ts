import * as z from "zod";
import { allEntries, entrySchema, leftOut } from "../../../catalog/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";

const groupTitles = {
  databases: "Databases",
  caches: "Caches",
  messages: "Messages",
  files: "Files",
  search: "Search",
  identity: "Identity",
  mail: "Mail",
  cardano: "Cardano",
} as const;

export const list = command({
  description: [
    "Lists the services of the catalogue: settings that are known to run well, for services that many apps need.",
  ],
  examples: [{ line: "catalog list", what: "what there is" }],
  schema: z.strictObject({
    entries: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        group: entrySchema.shape.group,
        status: entrySchema.shape.status,
        brief: z.string(),
        image: z.string(),
        version: z.string(),
      }),
    ),
    leftOut: z.array(z.strictObject({ name: z.string(), why: z.string(), instead: z.string() })),
  }),
  run: async () => ({
    entries: allEntries().map(({ name, title, group, status, brief, image, version }) => ({
      name,
      title,
      group,
      status,
      brief,
      image,
      version: version.value,
    })),
    leftOut: Object.entries(leftOut).map(([name, { why, instead }]) => ({ name, why, instead })),
  }),
  print({ entries }, { style }) {
    const groups = Object.entries(groupTitles).flatMap(([group, title]) => {
      const rows = entries
        .filter((entry) => entry.group === group)
        .map(({ name, version, status, brief }) => [
          `  ${name}`,
          version,
          status === "experimental" ? style.warning("experimental") : "",
          style.dim(brief),
        ]);
      return rows.length === 0 ? [] : [style.bold(title), ...rows];
    });
    const rows = table(groups.filter((line) => typeof line !== "string"));
    let next = 0;
    return [
      ...groups.map((line) => (typeof line === "string" ? line : (rows[next++] ?? ""))),
      "",
      style.dim(
        "wherry catalog show NAME says what one costs and needs; wherry catalog add NAME adds it to the compose file.",
      ),
    ];
  },
});
