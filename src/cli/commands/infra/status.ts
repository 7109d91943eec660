import * as z from "zod";
import { infraStatus } from "../../../infra/index.ts";
import { command } from "../../definition.ts";
import { nextStep, planDocument, planLines } from "../../format/infra.ts";
import { plan } from "./shapes.ts";

export const status = command({
  description: [
    "Asks the provider which servers of an environment there are and how they are, and tofu (or terraform) how far everything is from the files: somebody's clicks in the console show here. Exit code 8 where there is a difference.",
  ],
  needs: ["machines"],
  examples: [{ line: "infra status -e production", what: "say what runs, and what is not as the files say" }],
  schema: plan.extend({
    servers: z.array(
      z.strictObject({
        name: z.string(),
        status: z.string(),
        type: z.string(),
        location: z.string(),
        ipv4: z.string().nullable(),
        created: z.string(),
        managed: z.boolean(),
      }),
    ),
    waiting: z.array(z.string()),
  }),
  async run({ environment, directory }, ctx) {
    const { servers, waiting, ...found } = await infraStatus(ctx, { environment, directory }, ctx.report);
    return { ...planDocument(found), servers: [...servers], waiting: [...waiting] };
  },
  exitCode: ({ changes }) => (changes.length === 0 ? "done" : "findings"),
  print: (data, { style }) => [
    ...(data.servers.length === 0 ? [`${data.environment} has no servers`] : []),
    ...data.servers.map(
      ({ name, status: now, type, location, ipv4, managed }) =>
        `${now === "running" ? style.good(now) : style.bad(now)}: ${name}, ${type} in ${location}, ${ipv4 ?? "no IPv4 address"}${managed ? "" : ", not in the state"}`,
    ),
    ...data.waiting.map((name) =>
      style.warning(`${name} is not set up yet: wherry infra apply -e ${data.environment} goes on with it`),
    ),
    "",
    ...planLines(data, style),
    ...(data.changes.length === 0 ? [] : ["", nextStep(data)]),
  ],
});
