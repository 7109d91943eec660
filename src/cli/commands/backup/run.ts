import { runBackup } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { backupResult, formatBytes } from "../../format/backup.ts";
import { ago, table } from "../../format/table.ts";
import { optional } from "../../parameters.ts";

export const run = command({
  description: [
    "Copies what the services of an environment keep: databases with their own tools, everything else as files. Encrypted and deduplicated by restic, in the repository that `backup:` of wherry.yaml names. What failed to be copied in whole is no copy; the copies before stay.",
    "The exit code is 5 when it failed.",
  ],
  flags: { service: optional("only this service", { placeholder: "SERVICE" }) },
  needs: ["environment"],
  examples: [{ line: "backup run -e production", what: "copy the data of production now" }],
  schema: backupResult,
  run: ({ service, environment, directory, server, stack }, ctx) =>
    runBackup(ctx, { service, environment, directory, server, stack }, ctx.report),
  failure: ({ failure }) => failure,
  print: ({ environment, servers }, { style }) =>
    servers.flatMap(({ server, record }) => {
      if (record === null) return [];
      const rows = record.services.map(({ name, method, bytes, tables, rows }) => [
        `  ${name}`,
        method,
        formatBytes(bytes),
        method === "volume" ? (rows === null ? "" : `${rows} files`) : tables === null ? "" : `${rows} rows`,
      ]);
      return [
        `${style.good("copied:")} ${environment} on ${server}, ${record.id} ${style.dim(ago(record.finished, new Date()))}`,
        ...table(rows),
        ...(record.retention == null ? [] : [style.warning(`old copies could not be removed: ${record.retention}`)]),
      ];
    }),
});
