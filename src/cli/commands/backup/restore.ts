import * as z from "zod";
import { planRestore, restoreBackup } from "../../../release/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { backupResult, formatBytes } from "../../format/backup.ts";
import { ago, table } from "../../format/table.ts";
import { optional, toggle } from "../../parameters.ts";
import { schemas } from "../../schemas.ts";

const plan = z.strictObject({
  app: z.string(),
  environment: z.string(),
  server: z.string(),
  copy: z.string(),
  at: z.string(),
  services: z.array(z.strictObject({ name: z.string(), method: z.string(), bytes: z.int(), rows: z.int().nullable() })),
});

export const restore = command({
  description: [
    "Puts a copy in place of the data that is there, with the database's own tools. What is there now is copied first. The live release is stopped meanwhile, and started again whatever comes of it: requests get no answer for that time.",
    "With --no-copy-first nothing is copied first, for data that can no longer be read; then the app's name has to be typed.",
    "The exit code is 6 when it failed.",
  ],
  flags: {
    copy: optional("copy to restore, of wherry backup list", { placeholder: "ID", parse: String, default: "latest" }),
    service: optional("only this service", { placeholder: "SERVICE" }),
    noCopyFirst: toggle("do not copy what is there now"),
  },
  needs: ["environment", "plan", "yes"],
  examples: [
    { line: "backup restore -e production --plan", what: "say what would be replaced by what" },
    { line: "backup restore -e production --service db", what: "put the database back to the last copy" },
  ],
  schema: z.union([z.strictObject({ ...plan.shape, error: schemas.error.optional() }), backupResult]),
  async run({ copy, service, noCopyFirst, plan, yes, environment, directory, server, stack }, ctx) {
    const options = { copy, service, environment, directory, server, stack };
    const found = await planRestore(ctx, options);
    if (plan) return found;
    const names = found.services.map(({ name }) => name).join(", ");
    await confirm(ctx, {
      question: `Replace the data of ${names} in ${found.environment} on ${found.server} by the copy ${found.copy} (${ago(found.at, ctx.clock.now())})?`,
      yes,
      ...(noCopyFirst ? { typed: `${found.app}-${found.environment}` } : {}),
    });
    const before = noCopyFirst ? "skip" : "copy";
    return restoreBackup(ctx, { ...options, copy: found.copy, before }, ctx.report);
  },
  failure: (result) => ("failure" in result ? result.failure : undefined),
  print(result, { style }) {
    if ("copy" in result) {
      return [
        `the copy ${result.copy} of ${result.at} would replace, on ${result.server}:`,
        ...table(
          result.services.map(({ name, method, bytes, rows }) => [
            `  ${name}`,
            method,
            formatBytes(bytes),
            rows === null ? "" : `${rows} ${method === "volume" ? "files" : "rows"}`,
          ]),
        ),
        style.dim("The live release would be stopped meanwhile. Nothing was changed."),
      ];
    }
    return result.servers.flatMap(({ record }) => [
      `${style.good("restored:")} ${record?.services.map(({ name }) => name).join(", ")} of ${result.environment}, to the copy ${record?.copy}`,
    ]);
  },
});
