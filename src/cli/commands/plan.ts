import { plan as planApp } from "../../release/index.ts";
import { command } from "../definition.ts";
import { formatPlan } from "../format/deployment.ts";
import { schemas } from "../schemas.ts";
import { build, dirty } from "./deploy.ts";

export const plan = command({
  description: [
    "Says what each service is to a deployment and why, and lists the steps that wherry deploy would take. It reads the server and builds the images here, and changes nothing on the server.",
  ],
  flags: { dirty, build },
  needs: ["environment"],
  examples: [{ line: "plan -e production", what: "what a deployment would do" }],
  schema: schemas.plan,
  run: ({ environment, directory, server, stack, dirty: taken, build: built }, ctx) =>
    planApp(ctx, { environment, directory, server, stack, dirty: taken, build: built }, ctx.report),
  print: formatPlan,
});
