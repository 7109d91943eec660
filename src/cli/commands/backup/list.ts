import * as z from "zod";
import { listBackups } from "../../../release/index.ts";
import { command } from "../../definition.ts";
import { ago, table } from "../../format/table.ts";

export const list = command({
  description: [
    "Lists the copies that are kept, newest first: what the repository itself has, not what a record says.",
  ],
  needs: ["environment"],
  examples: [{ line: "backup list -e production", what: "what production could be put back to" }],
  schema: z.strictObject({
    environment: z.string(),
    server: z.string(),
    copies: z.array(z.strictObject({ id: z.string(), at: z.string(), snapshot: z.string() })),
  }),
  run: ({ environment, directory, server, stack }, ctx) => listBackups(ctx, { environment, directory, server, stack }),
  print: ({ environment, copies }, { style }) =>
    copies.length === 0
      ? [`there is no copy of ${environment} (wherry backup run)`]
      : table(copies.map(({ id, at }) => [id, at, style.dim(ago(at, new Date()))])),
});
