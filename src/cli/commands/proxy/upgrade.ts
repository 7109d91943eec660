import * as z from "zod";
import { upgradeProxy } from "../../../release/index.ts";
import { command } from "../../definition.ts";

export const upgrade = command({
  description: [
    "Replaces the proxy's container by one of the newest image of its line, without losing a request: the new one takes over the listening sockets of the old one, which answers what it has begun. WebSockets may stay on the old one for an hour. All apps of the server are behind the same proxy.",
  ],
  needs: ["environment"],
  examples: [{ line: "proxy upgrade -e production", what: "bring the proxy up to date" }],
  schema: z.strictObject({
    environment: z.string(),
    servers: z.array(
      z.strictObject({
        server: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
        replaced: z.boolean(),
      }),
    ),
    steps: z.array(z.strictObject({ id: z.string(), title: z.string(), outcome: z.string(), seconds: z.number() })),
  }),
  run: ({ environment, directory, server, stack }, ctx) =>
    upgradeProxy(ctx, { environment, directory, server, stack }, ctx.report),
  print: ({ servers }, { style }) =>
    servers.map(({ server, before, after, replaced }) =>
      replaced
        ? `${style.good("upgraded:")} the proxy of ${server} is HAProxy ${after}${before === null ? "" : `, was ${before}`}`
        : `the proxy of ${server} is up to date: HAProxy ${after}`,
    ),
});
