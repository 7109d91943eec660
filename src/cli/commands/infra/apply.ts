import * as z from "zod";
import { applyInfra } from "../../../infra/index.ts";
import type { InfraPlan } from "../../../infra/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { orderQuestion, planDocument, showPlan } from "../../format/infra.ts";
import { toggle } from "../../parameters.ts";
import { plan } from "./shapes.ts";

export const apply = command({
  description: [
    "Makes the machines what the files say: shows the plan and its price, asks, and carries out exactly that plan. Then it waits for the first boot of new servers, learns their host keys over a connection that nobody else can answer, and writes their addresses into wherry.yaml, so that wherry deploy works.",
    "Interrupted or cut off, the same command goes on: what was made and is not in the state is found by its labels and taken in.",
    "Data is not lost in passing: where a server or a volume would be removed or made anew, --destroy-data has to be said, and --yes does not stand for it. The same with --over-limit for infrastructure.price_limit.",
  ],
  flags: {
    destroyData: toggle("data may be lost: servers and volumes may be removed or made anew"),
    overLimit: toggle("it may cost more than infrastructure.price_limit"),
  },
  needs: ["machines", "yes"],
  examples: [{ line: "infra apply -e production", what: "order what is missing" }],
  schema: plan.extend({
    servers: z.array(
      z.strictObject({
        name: z.string(),
        id: z.string(),
        ipv4: z.string(),
        ipv6: z.string().nullable(),
        private: z.string().nullable(),
      }),
    ),
    addresses: z.array(z.string()),
    written: z.array(z.string()),
  }),
  async run({ environment, directory, destroyData, overLimit, yes }, ctx) {
    const agree = async (found: InfraPlan): Promise<void> => {
      showPlan(ctx, found);
      await confirm(ctx, { question: orderQuestion(found), yes });
    };
    const options = { environment, directory, destroyData, overLimit, confirm: agree };
    const { servers, addresses, written, ...rest } = await applyInfra(ctx, options, ctx.report);
    return { ...planDocument(rest), servers: [...servers], addresses: [...addresses], written: [...written] };
  },
  print: ({ servers, addresses, environment, written }, { style }) => [
    ...servers.map(({ name }, at) => `${style.good("ready:")} ${name}, ${addresses[at]}`),
    ...written.map((path) => `written: ${path}`),
    `next: wherry server setup -e ${environment}, then wherry deploy -e ${environment}`,
  ],
});
