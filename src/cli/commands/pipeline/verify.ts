import * as z from "zod";
import { refusedError, WherryError } from "../../../core/index.ts";
import { actions, verifyActions } from "../../../pipeline/index.ts";
import { command } from "../../definition.ts";
import { table } from "../../format/table.ts";
import { optional, wholeNumber } from "../../parameters.ts";

export const verify = command({
  description: [
    "Asks GitHub about every action that generated workflows use: does its tag still stand at the commit that is pinned, and was it published long enough ago? It asks with GITHUB_TOKEN, GH_TOKEN or the login of gh, and reads only.",
    "Ends with 8 where a tag stands elsewhere or a release is too young, and with 4 where GitHub did not answer: unknown is not good.",
  ],
  flags: {
    days: optional("how old a release has to be, in days", { parse: wholeNumber, default: "7", placeholder: "NUMBER" }),
  },
  examples: [{ line: "pipeline verify --days 14", what: "with two weeks of waiting" }],
  schema: z.strictObject({
    days: z.int(),
    actions: z.array(
      z.strictObject({
        action: z.string(),
        version: z.string(),
        commit: z.string(),
        verdict: z.enum(["good", "moved", "too young", "unknown"]),
        reason: z.string(),
        days: z.int().nullable(),
      }),
    ),
  }),
  run: async ({ days }, ctx) => ({ days, actions: [...(await verifyActions(ctx, actions, days))] }),
  print: ({ actions: found }, { style }) =>
    table(
      found.map(({ action, version, verdict, reason }) => [style.bold(action), version, verdict, style.dim(reason)]),
    ),
  failure({ actions: found }) {
    const lines = (verdicts: readonly string[]): readonly string[] =>
      found
        .filter(({ verdict }) => verdicts.includes(verdict))
        .map(({ action, version, verdict, reason }) => `${action} ${version}: ${verdict}, ${reason}`);
    const bad = lines(["moved", "too young"]);
    const unknown = lines(["unknown"]);
    if (bad.length > 0)
      return new WherryError(
        "findings",
        "actions-not-as-pinned",
        `${bad.length} of ${found.length} actions are not as they should be`,
        {
          context: [...bad, ...unknown],
          hint: "do not use what has moved before you know why",
        },
      );
    if (unknown.length > 0)
      return refusedError("actions-unknown", `nothing is known of ${unknown.length} of ${found.length} actions`, {
        context: unknown,
      });
    return undefined;
  },
});
