import * as z from "zod";
import { testNotifications } from "../../../release/index.ts";
import { command } from "../../definition.ts";

export const test = command({
  description: [
    "Sends a message to every channel of `notify:` in wherry.yaml, from the server, as it would be when a release was taken back. The exit code is 5 when one of them did not take it.",
  ],
  needs: ["environment"],
  examples: [{ line: "notify test -e production", what: "see whether it arrives" }],
  schema: z.strictObject({
    environment: z.string(),
    server: z.string(),
    channels: z.array(z.strictObject({ kind: z.string(), problem: z.string().nullable() })),
  }),
  run: ({ environment, directory, server, stack }, ctx) =>
    testNotifications(ctx, { environment, directory, server, stack }),
  exitCode: ({ channels }) => (channels.some(({ problem }) => problem !== null) ? "failed" : "done"),
  print: ({ environment, channels }, { style }) =>
    channels.length === 0
      ? [`nobody is told of anything in ${environment}: there is no notify: in wherry.yaml`]
      : channels.map(({ kind, problem }) =>
          problem === null ? `${style.good("sent:")} ${kind}` : `${style.bad("not sent:")} ${kind}: ${problem}`,
        ),
});
