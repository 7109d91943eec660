import { planPromotion, promote as promoteCanary } from "../../release/index.ts";
import { command } from "../definition.ts";
import { formatDeployment, formatPlan, formatTold } from "../format/deployment.ts";
import { toggle } from "../parameters.ts";
import { schemas } from "../schemas.ts";

export const promote = command({
  description: [
    "Lets a release that has a share of the requests go on: to the next share, and after the last one to all of them. Where a deployment is watching it, that deployment does not wait longer; where none is, because it was paused or its command was killed, this command takes over and watches.",
  ],
  flags: { full: toggle("live at once, without further shares and without a watch") },
  needs: ["environment", "plan"],
  examples: [
    { line: "promote -e production", what: "go on to the next share" },
    { line: "promote -e production --full", what: "all requests to it, now" },
  ],
  schema: schemas.deploymentPlanOrTold,
  async run({ full, plan, environment, directory, server, stack }, ctx) {
    const options = { environment, directory, server, stack, to: full ? "all" : "next" } as const;
    return plan ? planPromotion(ctx, options) : promoteCanary(ctx, options, ctx.report);
  },
  print(result, screen) {
    if ("told" in result) return formatTold(result, screen);
    return "outcome" in result ? formatDeployment(result, screen) : formatPlan(result, screen);
  },
  failure: (result) => ("outcome" in result ? result.failure : undefined),
});
