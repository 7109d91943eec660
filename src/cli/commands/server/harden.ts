import * as z from "zod";
import { parseDuration, usageError } from "../../../core/index.ts";
import type { WherryError } from "../../../core/index.ts";
import {
  checkUndo,
  parseAllowed,
  parseControl,
  performHardening,
  planHardening,
  undoHardening,
} from "../../../infra/index.ts";
import type { Hardened, HardenPlan } from "../../../infra/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import { changeLines, formatHardening } from "../../format/hardening.ts";
import { list, optional } from "../../parameters.ts";
import { schemas } from "../../schemas.ts";

const result = z.strictObject({
  id: z.string(),
  outcome: z.enum(["changed", "same", "failed", "by-hand", "reverted", "reverting"]),
  message: z.string(),
});

export const harden = command({
  description: [
    "Makes the servers of an environment what server audit wants them to be. Only what fails is changed, so a second run changes nothing. What was there before is kept on the server, and comes back with --undo.",
    "What could lock you out (SSH, firewall, accounts, sudo) is changed under a timer on the server that takes it back by itself. The timer is stopped only over a new login that has become root: where that does not work, or this command dies, the server is as it was.",
    "Runs as root@ or as a user with sudo without a password. Ports other than those of SSH, 80 and 443 are closed for others, those that Docker publishes as well: --allow opens one, and is remembered.",
  ],
  needs: ["environment", "plan", "yes"],
  flags: {
    only: list("this control alone; may be given several times", { parse: parseControl, placeholder: "ID" }),
    skip: list("not this control", { parse: parseControl, placeholder: "ID" }),
    allow: list("a port that others may reach: PORT, PORT/udp, PORT@NETWORK; all that are wanted, each time anew", {
      parse: parseAllowed,
      placeholder: "PORT",
    }),
    undo: list("bring back what was before this control", { parse: parseControl, placeholder: "ID" }),
    revertAfter: optional("after which time the server takes back what was not proven", {
      parse: seconds,
      default: "2m",
      placeholder: "TIME",
    }),
  },
  examples: [
    { line: "server harden -e production --plan", what: "say what would be changed, and why" },
    { line: "server harden -e production --yes", what: "change it" },
    { line: "server harden -e production --allow 5432@10.0.0.0/24", what: "other servers may reach the database" },
    { line: "server harden -e production --undo reboot-window", what: "as it was before" },
  ],
  schema: z.strictObject({
    environment: z.string(),
    planned: z.array(
      z.strictObject({
        server: z.string(),
        score: z.int().nullable(),
        changes: z.array(
          z.strictObject({
            id: z.string(),
            title: z.string(),
            fix: z.string(),
            found: z.string(),
            guarded: z.boolean(),
          }),
        ),
        byHand: z.array(z.strictObject({ id: z.string(), message: z.string(), remedy: z.string() })),
      }),
    ),
    done: z
      .array(
        z.strictObject({
          server: z.string(),
          scoreBefore: z.int().nullable(),
          scoreAfter: z.int().nullable(),
          login: z.enum(["proven", "refused", "not-needed"]),
          results: z.array(result),
        }),
      )
      .nullable(),
    error: schemas.error.optional(),
  }),
  async run({ only, skip, allow, undo, revertAfter, plan: planned, yes, environment, directory, server, stack }, ctx) {
    const where = { environment, directory, server, stack };
    if (undo.length > 0) {
      if (only.length + skip.length + allow.length > 0 || planned) {
        throw usageError(
          "undo-alone",
          "--undo goes alone, without --plan as well: it brings back what one control has changed",
        );
      }
      checkUndo(undo);
      await confirm(ctx, { question: `Bring back what was before ${undo.join(", ")}?`, yes });
      const undone = await undoHardening(ctx, where, undo);
      return documentOf({ environment: undone.environment, servers: [] }, undone.done);
    }
    const plan = await planHardening(ctx, where, { only, skip, allow });
    const changes = plan.servers.flatMap((one) => one.changes.map((change) => ({ ...change, server: one.server })));
    if (planned || changes.length === 0)
      return documentOf(plan, planned ? null : await performHardening(ctx, plan, { revertAfter, report: ctx.report }));
    for (const text of changeLines(plan.servers)) ctx.report({ type: "text", text });
    await confirm(ctx, {
      question: `Change ${changes.length === 1 ? "this setting" : `these ${changes.length} settings`} (--plan says how)?`,
      yes,
    });
    return documentOf(plan, await performHardening(ctx, plan, { revertAfter, report: ctx.report }));
  },
  print: (document, screen) => formatHardening(document, screen),
  printsFailed: true,
  failure: ({ failure }) => failure,
});

/** A new login has to fit into it. */
function seconds(text: string): number {
  const found = parseDuration(text);
  if (found === undefined || found < 10) throw new Error("expected a time of at least 10s, such as 2m");
  return found;
}

interface Document {
  /** Taken out by the command line. */
  readonly failure?: WherryError;
}

function documentOf(plan: Pick<HardenPlan, "environment" | "servers">, done: readonly Hardened[] | null) {
  const failure: WherryError | undefined = done?.find((one) => one.failure !== undefined)?.failure;
  return {
    environment: plan.environment,
    planned: plan.servers.map(({ server, before, changes, byHand }) => ({
      server,
      score: before.score,
      changes: [...changes],
      byHand: [...byHand],
    })),
    done:
      done?.map(({ server, scoreBefore, scoreAfter, login, results }) => ({
        server,
        scoreBefore,
        scoreAfter,
        login,
        results: [...results],
      })) ?? null,
    ...((failure === undefined ? {} : { failure }) satisfies Document as Document),
  };
}
