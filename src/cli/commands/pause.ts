import { pause as pauseCanary } from "../../release/index.ts";
import { command } from "../definition.ts";
import { formatTold } from "../format/deployment.ts";
import { schemas } from "../schemas.ts";

export const pause = command({
  description: [
    "Ends the deployment that is watching a canary, and leaves the canary at the share that it has. It stays there until wherry promote, abort or deploy; nobody judges it meanwhile.",
  ],
  needs: ["environment"],
  examples: [{ line: "pause -e production", what: "leave the canary as it is" }],
  schema: schemas.told,
  run: ({ environment, directory, server, stack }, ctx) => pauseCanary(ctx, { environment, directory, server, stack }),
  print: formatTold,
});
