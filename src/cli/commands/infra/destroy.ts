import { destroyInfra } from "../../../infra/index.ts";
import type { InfraPlan } from "../../../infra/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { planDocument, planLines, showPlan } from "../../format/infra.ts";
import { toggle } from "../../parameters.ts";
import { plan } from "./shapes.ts";

export const destroy = command({
  description: [
    "Removes the machines of an environment, addresses included. Volumes stay; with --data they go, too, and so do servers that keep their data on their own disk. That has to be confirmed on a terminal by typing their name, and --yes does not stand for it.",
    "The files and wherry.yaml stay as they are.",
  ],
  flags: { data: toggle("data goes, too: volumes, and the disks of servers without one") },
  needs: ["environment", "plan", "yes"],
  examples: [{ line: "infra destroy -e development --data", what: "remove everything of development" }],
  schema: plan,
  async run({ environment, directory, data, plan: only, yes }, ctx) {
    const agree = async (found: InfraPlan): Promise<"go" | "stop"> => {
      if (only) return "stop";
      showPlan(ctx, found);
      const typed = `${found.app}-${found.environment}`;
      await confirm(ctx, { question: `Remove the machines of ${typed}?`, yes, ...(data ? { typed } : {}) });
      return "go";
    };
    return planDocument(await destroyInfra(ctx, { environment, directory, data, confirm: agree }, ctx.report));
  },
  print: (data, { style }) => planLines(data, style),
});
