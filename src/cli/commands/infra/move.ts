import * as z from "zod";
import { usageError, WherryError } from "../../../core/index.ts";
import { moveServer, moveServerBack, moveTarget } from "../../../infra/index.ts";
import type { InfraPlan } from "../../../infra/index.ts";
import { confirmMove, planConfirmation, planMove } from "../../../release/index.ts";
import type { MovePlan } from "../../../release/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import type { CommandContext } from "../../definition.ts";
import { formatBytes } from "../../format/backup.ts";
import { showPlan } from "../../format/infra.ts";
import { moveLines, movePlanLines } from "../../format/move.ts";
import { optional, toggle } from "../../parameters.ts";

const ends = { environment: z.string(), from: z.string(), to: z.string(), release: z.string() };

const plan = z.strictObject({
  did: z.literal("plan"),
  app: z.string(),
  ...ends,
  data: z.array(z.strictObject({ service: z.string(), method: z.string(), bytes: z.int() })),
  steps: z.array(z.strictObject({ title: z.string(), silent: z.boolean() })),
});

const moved = z.strictObject({
  did: z.literal("move"),
  ...ends,
  compared: z.array(
    z.strictObject({
      service: z.string(),
      equal: z.boolean().nullable(),
      tables: z.int().nullable(),
      rows: z.int().nullable(),
    }),
  ),
  unserved: z.strictObject({ seconds: z.number(), copy: z.number() }).nullable(),
  bytes: z.int(),
  forwards: z.boolean().nullable(),
  records: z.array(z.strictObject({ host: z.string(), address: z.string().nullable() })),
  written: z.array(z.string()),
});

const back = z.strictObject({ did: z.literal("back"), ...ends, written: z.array(z.string()) });

const confirmed = z.strictObject({
  did: z.literal("confirm"),
  environment: z.string(),
  server: z.string(),
  containers: z.array(z.string()),
  volumes: z.array(z.string()),
  removedVolumes: z.boolean(),
});

const schema = z.discriminatedUnion("did", [plan, moved, back, confirmed]);
type Document = z.infer<typeof schema>;

export const move = command({
  description: [
    "Moves an environment to another server: makes that one ready, runs the live release there on empty data, then stops the old one, copies the data and compares checksums, starts the new one, and writes it into wherry.yaml. Databases are copied with their own tools, everything else as the folders of its containers, straight from one server to the other through this machine.",
    "Visitors see a page from the moment in which the old server stops until the new one answers; how long that was is told. Until then every failure, and every kill, leaves the old server serving; run again, the command goes on. From then on the old server sends requests on to the new one, as long as the DNS still leads to it and it can reach it.",
    "The old server keeps everything, runs nothing of the app, and refuses deployments of it. --confirm removes the app from it; --back lets it serve again with the data that it had then.",
    "For an environment with one server. A service with `singleton: true` never runs on both; other workers run on the new server for the seconds of the trial, as they do beside the old ones in a deployment.",
  ],
  flags: {
    to: optional("the new server, as ssh reaches it; or the environment whose infrastructure: describes it", {
      placeholder: "ADDRESS",
    }),
    address: optional("where visitors reach it, if that is not the host of --to", { placeholder: "ADDRESS" }),
    confirm: toggle("the move was right: remove the app from the server that was left"),
    volumes: toggle("with --confirm: its data there, too"),
    back: toggle("take the move back: what was written since stays behind"),
  },
  needs: ["environment", "plan", "yes"],
  examples: [
    {
      line: "infra move -e production --to deploy@203.0.113.20 --plan",
      what: "say what would be done, and how much data there is",
    },
    { line: "infra move -e production --to deploy@203.0.113.20", what: "move" },
    {
      line: "infra move -e production --to next",
      what: "move to the server that next describes, and order it where it is not there",
    },
    { line: "infra move -e production --confirm", what: "clear the old server" },
  ],
  schema,
  async run(
    { to, address, confirm: confirming, volumes, back: taking, plan, yes, environment, directory, stack },
    ctx,
  ): Promise<Document> {
    const options = { environment, directory, stack };
    if ([to !== undefined, confirming, taking].filter(Boolean).length !== 1) {
      throw usageError("one-of", "wherry infra move: one of --to, --confirm and --back has to be said", {
        hint: "wherry infra move --to deploy@203.0.113.20",
      });
    }
    if (volumes && !confirming) throw usageError("one-of", "wherry infra move: --volumes goes with --confirm");
    if (confirming) return confirmIt(ctx, { ...options, volumes: volumes ? "remove" : "keep", plan, yes });
    if (to === undefined) {
      if (plan) throw usageError("no-plan", "wherry infra move: --plan goes with --to");
      await confirm(ctx, {
        question: `Let the old server of ${environment ?? "the environment"} serve again? It has the data of the moment in which it was left: what was written since stays on the other one.`,
        yes,
      });
      const result = await moveServerBack(ctx, options, ctx.report);
      return { did: "back", ...result, written: [...result.written] };
    }
    const order = async (machines: InfraPlan): Promise<void> => {
      showPlan(ctx, machines);
      await confirm(ctx, { question: "Order this?", yes });
    };
    const target = await moveTarget(ctx, { to, directory, confirm: plan ? undefined : order }, ctx.report);
    const found = await planMove(ctx, { ...options, address, to: target.to }).catch((error: unknown) =>
      resumable(error, plan),
    );
    if (plan && found !== undefined) return documentOf(found);
    await confirm(ctx, {
      question:
        found === undefined
          ? `End the move to ${target.to}?`
          : `Move ${found.app} ${found.environment} from ${found.from} to ${found.to}? It does not serve while ${dataIn(found)} copied.`,
      yes,
    });
    const result = await moveServer(ctx, { ...options, ...target, address }, ctx.report);
    return {
      did: "move",
      ...result,
      compared: result.compared.map((one) => ({ ...one })),
      records: result.records.map((one) => ({ ...one })),
      written: [...result.written],
    };
  },
  print(result, screen) {
    if (result.did === "plan") return movePlanLines(result, screen);
    if (result.did === "move") return moveLines(result, screen);
    const { style } = screen;
    if (result.did === "back") {
      return [
        `${style.good("back:")} ${result.release} serves on ${result.to}; ${result.from} keeps what it has, and runs nothing`,
        ...result.written.map((path) => `written: ${path}`),
      ];
    }
    const data = result.removedVolumes ? `, ${result.volumes.length} volumes` : "";
    return [
      `removed from ${result.server}: ${result.containers.length} containers${data}`,
      ...(result.removedVolumes ? [] : result.volumes.map((volume) => `kept: ${volume}`)),
    ];
  },
});

/** A move whose old server has let go cannot be planned any more: it only has to come to its end. */
function resumable(error: unknown, plan: boolean): undefined {
  if (!plan && error instanceof WherryError && error.code === "moved-away") return undefined;
  throw error;
}

function documentOf(found: MovePlan): Document {
  return {
    did: "plan",
    ...found,
    data: found.data.map((one) => ({ ...one })),
    steps: found.steps.map((one) => ({ ...one })),
  };
}

function dataIn({ data }: MovePlan): string {
  const bytes = data.reduce((sum, one) => sum + one.bytes, 0);
  return data.length === 0 ? "nothing is" : `${formatBytes(bytes)} of data are`;
}

interface Confirmation {
  readonly environment: string | undefined;
  readonly directory: string | undefined;
  readonly stack: string | undefined;
  readonly volumes: "keep" | "remove";
  readonly plan: boolean;
  readonly yes: boolean;
}

/** Data that is removed with its server is gone for good: then the app's name has to be typed. */
async function confirmIt(ctx: CommandContext, { plan, yes, ...options }: Confirmation): Promise<Document> {
  const found = await planConfirmation(ctx, options);
  const removedVolumes = options.volumes === "remove";
  if (!plan) {
    const data = found.volumes.length === 0 ? "" : removedVolumes ? ", and its data" : "; its data stays";
    await confirm(ctx, {
      question: `Remove ${found.app} ${found.environment} from ${found.server}${data}? Requests that still come there are no longer sent on.`,
      yes,
      ...(removedVolumes && found.volumes.length > 0 ? { typed: `${found.app}-${found.environment}` } : {}),
    });
    await confirmMove(ctx, options, ctx.report);
  }
  const { environment, server, containers, volumes } = found;
  return { did: "confirm", environment, server, containers: [...containers], volumes: [...volumes], removedVolumes };
}
