import { drillBackup } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { backupResult } from "../../format/backup.ts";
import { optional } from "../../parameters.ts";

export const drill = command({
  description: [
    "Restores a copy into containers of the same images without network, counts rows and checksums there, compares them with those of the moment of the copy, and throws the containers away. Nothing that runs is touched.",
    "The exit code is 8 when something is different, 5 when the copy cannot be restored.",
  ],
  flags: {
    copy: optional("copy to restore, of wherry backup list", { placeholder: "ID", parse: String, default: "latest" }),
    service: optional("only this service", { placeholder: "SERVICE" }),
  },
  needs: ["environment"],
  examples: [{ line: "backup drill -e production", what: "see that the last copy can be restored" }],
  schema: backupResult,
  run: ({ copy, service, environment, directory, server, stack }, ctx) =>
    drillBackup(ctx, { copy, service, environment, directory, server, stack }, ctx.report),
  failure: ({ failure }) => failure,
  print: ({ servers }, { style }) =>
    servers.flatMap(({ record, compared }) => [
      `${style.good("restored on trial:")} ${record?.copy ?? "the copy"}`,
      ...compared.map(({ service, equal, rows, tables }) =>
        equal === true
          ? `  ${service}: equal, ${rows} rows or files in ${tables} ${tables === 1 ? "place" : "tables"}`
          : style.warning(
              `  ${service}: restored, and its bytes are those of the copy; nothing was counted to compare`,
            ),
      ),
    ]),
});
