import * as z from "zod";
import { loadEnvironment } from "../../../config/index.ts";
import { listSecrets, wantedSecrets } from "../../../secrets/index.ts";
import { command } from "../../definition.ts";
import { ago, table } from "../../format/table.ts";

export const list = command({
  description: [
    "Lists the names of secrets: those that wherry.yaml and the compose files ask for, and those that the sources have; from which source a deployment would take each, and which have no value. Values are never shown.",
    "Where a source tells when a value was written (GitHub does), that is said too. Of variables of the process only those are listed that something asks for. The exit code is 8 where a secret that is asked for has no value.",
  ],
  needs: ["environment"],
  examples: [{ line: "secrets list -e production", what: "see what is still missing" }],
  schema: z.strictObject({
    environment: z.string(),
    sources: z.array(
      z.strictObject({ title: z.string(), readOnly: z.string().nullable(), problem: z.string().nullable() }),
    ),
    secrets: z.array(
      z.strictObject({
        name: z.string(),
        source: z.string().nullable(),
        also: z.array(z.string()),
        changed: z.string().nullable(),
        wanted: z.boolean(),
      }),
    ),
  }),
  async run({ environment, directory, server, stack }, ctx) {
    const settings = await loadEnvironment(ctx, { environment, directory, server, stack });
    return listSecrets(ctx, settings, await wantedSecrets(ctx, settings));
  },
  exitCode: ({ secrets }) => (secrets.some(({ wanted, source }) => wanted && source === null) ? "findings" : "done"),
  print: ({ environment, sources, secrets }, { style }) => [
    ...sources.flatMap(({ title, problem }) =>
      problem === null ? [] : [`${style.warning(style.signs.note)} ${title}: ${problem}`],
    ),
    ...sources.flatMap(({ title, readOnly }) =>
      readOnly === null ? [] : [style.dim(`${title} cannot be written here: ${readOnly}`)],
    ),
    ...(secrets.length === 0
      ? [`${environment} has no secrets, and nothing asks for any`]
      : table(
          secrets.map(({ name, source, also, changed, wanted }) => [
            name,
            source === null ? style.bad("no value") : source,
            [
              ...(wanted ? [] : ["not asked for"]),
              ...also.map((title) => `also in ${title}`),
              ...(changed === null ? [] : [`written ${ago(changed, new Date())}`]),
            ].join("; "),
          ]),
        )),
  ],
});
