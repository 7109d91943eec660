import * as z from "zod";
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
  needs: ["machines", "plan", "yes"],
  examples: [{ line: "infra destroy -e development --data", what: "remove everything of development" }],
  schema: plan.extend({ removed: z.boolean() }),
  async run({ environment, directory, data, plan: only, yes }, ctx) {
    let removed = false;
    const agree = async (found: InfraPlan): Promise<"go" | "stop"> => {
      if (only) return "stop";
      showPlan(ctx, found);
      const typed = `${found.app}-${found.environment}`;
      await confirm(ctx, { question: `Remove the machines of ${typed}?`, yes, ...(data ? { typed } : {}) });
      removed = true;
      return "go";
    };
    const result = await destroyInfra(ctx, { environment, directory, data, confirm: agree }, ctx.report);
    if (removed)
      ctx.report({
        type: "note",
        text: `server: of ${result.environment} in wherry.yaml leads nowhere now: take it out, or make another by wherry infra apply -e ${result.environment}`,
      });
    return { ...planDocument(result), removed };
  },
  print(data, { style }) {
    const { environment, changes, removed, price } = data;
    if (changes.length === 0) return [`${environment} has nothing that would be removed`];
    if (!removed) return [...planLines(data, style), "", `do it: wherry infra destroy -e ${environment}`];
    // What goes was shown before the question.
    const left =
      price.after.net === 0 ? "" : `; what stays costs ${price.currency} ${price.after.net.toFixed(2)} net per month`;
    return [`${style.good("removed:")} the machines of ${environment}${left}`];
  },
});
