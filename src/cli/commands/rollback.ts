import { planRollback, rollback as rollBack } from "../../release/index.ts";
import type { DeploymentResult, PlanResult } from "../../release/index.ts";
import { command } from "../definition.ts";
import { formatDeployment, formatPlan } from "../format/deployment.ts";
import { optional } from "../parameters.ts";
import { schemas } from "../schemas.ts";

export const rollback = command({
  description: [
    "Makes an earlier release live again, from its record on the server: the same images, values and secrets as then. Services that keep data stay as they are, and no jobs run: it goes back in code, never in data.",
  ],
  flags: {
    to: optional("release to go back to; the one before the live one if left out", { placeholder: "RELEASE" }),
  },
  needs: ["environment", "plan"],
  examples: [
    { line: "rollback -e production", what: "back to the release before" },
    { line: "rollback -e production --to 20261124-3f2a", what: "back to a certain one" },
  ],
  schema: schemas.deploymentOrPlan,
  async run({ to, plan, environment, directory, server, stack }, ctx): Promise<DeploymentResult | PlanResult> {
    const options = { to, environment, directory, server, stack };
    return plan ? planRollback(ctx, options) : rollBack(ctx, options, ctx.report);
  },
  print: (result, screen) => ("outcome" in result ? formatDeployment(result, screen) : formatPlan(result, screen)),
  failure: (result) => ("outcome" in result ? result.failure : undefined),
});
