import * as z from "zod";
import { abort as abortCanary } from "../../release/index.ts";
import { command } from "../definition.ts";
import { formatTold } from "../format/deployment.ts";
import { schemas } from "../schemas.ts";

export const abort = command({
  description: [
    "Sends all requests to the live release again, with one change in the proxy, and stops the release that had a share of them when its requests are done.",
  ],
  needs: ["environment"],
  examples: [{ line: "abort -e production", what: "take the canary back" }],
  schema: z.union([schemas.told, z.strictObject({ environment: z.string(), aborted: z.string(), live: z.string() })]),
  run: ({ environment, directory, server, stack }, ctx) =>
    abortCanary(ctx, { environment, directory, server, stack }, ctx.report),
  print(result, screen) {
    if ("told" in result) return formatTold(result, screen);
    const { environment, aborted, live } = result;
    return [`${screen.style.good("aborted:")} ${aborted} gets no requests; ${live} serves all of ${environment}`];
  },
});
