import * as z from "zod";
import { usageError } from "../../../core/index.ts";
import { summarize, summaryText } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";

export const summary = command({
  description: [
    "Writes the last deployment of an environment as Markdown, from the ledger on its server and the history here: what is live, what came with it, how to go back. For the page of a pipeline's run.",
  ],
  needs: ["environment"],
  examples: [{ line: 'pipeline summary -e production >> "$GITHUB_STEP_SUMMARY"', what: "in a workflow" }],
  schema: z.strictObject({
    environment: z.string(),
    deployments: z.array(
      z.strictObject({
        stack: z.string().nullable(),
        release: z.string().nullable(),
        outcome: z.string().nullable(),
        commits: z.array(z.string()).nullable(),
        markdown: z.array(z.string()),
      }),
    ),
  }),
  async run({ environment, directory }, ctx) {
    if (environment === undefined) throw usageError("no-environment", "which environment?", { hint: "say it with -e" });
    const found = await summarize(ctx, { directory, environment });
    return {
      environment,
      deployments: found.map((one) => ({
        stack: one.stack ?? null,
        release: one.line?.release ?? null,
        outcome: one.line?.outcome ?? null,
        commits: one.commits ?? null,
        markdown: summaryText(one),
      })),
    };
  },
  print: ({ deployments }) => deployments.flatMap(({ markdown }) => markdown),
});
