import * as z from "zod";
import { scheduleBackup } from "../../../release/index.ts";
import { formatSeconds } from "../../../core/index.ts";
import { command } from "../../definition.ts";
import { toggle } from "../../parameters.ts";

export const schedule = command({
  description: [
    "Lets the server make the copies by itself, as `every` or `at` in `backup:` says: by a timer of systemd, or by cron where there is none. The server needs nothing from here for it. Run it again after a change of `backup:`.",
  ],
  flags: { off: toggle("no longer") },
  needs: ["environment"],
  examples: [{ line: "backup schedule -e production", what: "have production copied every day" }],
  schema: z.strictObject({
    environment: z.string(),
    servers: z.array(z.strictObject({ server: z.string(), scheduled: z.string().nullable() })),
    every: z.number(),
    at: z.string().nullable(),
  }),
  run: ({ off, environment, directory, server, stack }, ctx) =>
    scheduleBackup(ctx, { state: off ? "off" : "on", environment, directory, server, stack }),
  print: ({ environment, servers, every, at }, { style }) =>
    servers.map(({ server, scheduled }) =>
      scheduled === null
        ? `${environment} on ${server} is no longer copied by itself`
        : `${style.good("scheduled:")} ${environment} on ${server} is copied ${at === null ? `every ${formatSeconds(every)}` : `daily at ${at}, by the server's clock`} (${scheduled})`,
    ),
});
