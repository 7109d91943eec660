import { deploy as deployApp, plan as planApp } from "../../release/index.ts";
import type { DeploymentResult, PlanResult } from "../../release/index.ts";
import { decide } from "../decide.ts";
import { command } from "../definition.ts";
import { formatDeployment, formatPlan } from "../format/deployment.ts";
import { optional, percent, toggle } from "../parameters.ts";
import { schemas } from "../schemas.ts";

export const dirty = toggle("take the files as they lie here, and not as they are in the commit");

export const build = toggle("build the images, although this environment gets those of another one (images_from)");

export const deploy = command({
  description: [
    "Builds the images of the commit that is checked out, sends what the server lacks of them, starts the new release beside the old one, waits until it is healthy, and sends new requests to it. Requests in flight end where they are. What fails before that is stopped again, and the old release goes on serving.",
    "An environment with images_from in wherry.yaml (production, where a stage such as uat comes before it) builds nothing: it gets the very images that the other one has had from the same commit, once they were deployed there with success.",
    "It can be interrupted at any moment and run again: it goes on from what is there.",
  ],
  flags: {
    dirty,
    build,
    canary: optional("first this share of the requests, in percent, until wherry promote", {
      parse: percent,
      placeholder: "PERCENT",
    }),
  },
  needs: ["environment", "plan"],
  examples: [
    { line: "deploy -e production", what: "deploy what is checked out" },
    { line: "deploy -e production --plan", what: "say what would be done" },
    { line: "deploy -e production --canary 10", what: "to 10 % of the requests, and wait there" },
    { line: "deploy -e development --dirty", what: "with what is not committed" },
  ],
  schema: schemas.deploymentOrPlan,
  async run(
    { plan, environment, directory, server, stack, dirty: taken, build: built, canary },
    ctx,
  ): Promise<DeploymentResult | PlanResult> {
    const options = { environment, directory, server, stack, dirty: taken, build: built, canary };
    if (plan) return planApp(ctx, options, ctx.report);
    return decide(ctx, { environment, directory, server, stack }, await deployApp(ctx, options, ctx.report));
  },
  print: (result, screen) => ("outcome" in result ? formatDeployment(result, screen) : formatPlan(result, screen)),
  failure: (result) => ("outcome" in result ? result.failure : undefined),
});
