import * as z from "zod";
import { usageError, WherryError } from "../../../core/index.ts";
import {
  moveServer,
  moveServerBack,
  moveStacks,
  moveTarget,
  planRebuild,
  planServerMove,
  rebuildServer,
} from "../../../infra/index.ts";
import type { InfraPlan, LedAddress, LedRecord, RebuildOptions } from "../../../infra/index.ts";
import { confirmMove, planConfirmation, stacksToMove } from "../../../release/index.ts";
import type { MoveOptions, MovePlan } from "../../../release/index.ts";
import { confirm } from "../../confirm.ts";
import { command } from "../../definition.ts";
import type { CommandContext } from "../../definition.ts";
import { formatBytes } from "../../format/backup.ts";
import { orderQuestion, showPlan } from "../../format/infra.ts";
import { moveLines, movePlanLines, ledLines, rebuildPlanLines, rebuiltLines } from "../../format/move.ts";
import { optional, toggle } from "../../parameters.ts";

/** Of one stack of several. */
const stack = { stack: z.string() };

const ends = { environment: z.string(), from: z.string(), to: z.string(), release: z.string() };

const dns = z.array(
  z.strictObject({
    host: z.string(),
    type: z.enum(["A", "AAAA"]),
    before: z.array(z.string()),
    after: z.array(z.string()),
    at: z.string(),
    ttl: z.int(),
  }),
);

const addresses = z.array(
  z.strictObject({ address: z.string(), at: z.string(), from: z.string().nullable(), to: z.string() }),
);

const plan = z.strictObject({
  did: z.literal("plan"),
  app: z.string(),
  ...ends,
  data: z.array(z.strictObject({ service: z.string(), method: z.string(), bytes: z.int() })),
  hosts: z.array(z.string()),
  addresses,
  dns,
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
  unserved: z.strictObject({ seconds: z.number(), stop: z.number(), copy: z.number(), start: z.number() }).nullable(),
  bytes: z.int(),
  straight: z.boolean().nullable(),
  forwards: z.boolean().nullable(),
  records: z.array(
    z.strictObject({
      host: z.string(),
      type: z.enum(["A", "AAAA"]).nullable(),
      address: z.string().nullable(),
    }),
  ),
  addresses,
  dns,
  written: z.array(z.string()),
});

const back = z.strictObject({
  did: z.literal("back"),
  ...ends,
  hosts: z.array(z.string()),
  addresses,
  dns,
  written: z.array(z.string()),
});

const confirmed = z.strictObject({
  did: z.literal("confirm"),
  environment: z.string(),
  server: z.string(),
  containers: z.array(z.string()),
  volumes: z.array(z.string()),
  removedVolumes: z.boolean(),
});

const rebuildPlan = z.strictObject({
  did: z.literal("plan-rebuild"),
  app: z.string(),
  environment: z.string(),
  from: z.string(),
  to: z.string(),
  repository: z.string(),
  steps: z.array(z.string()),
});

const rebuilt = z.strictObject({
  did: z.literal("rebuild"),
  ...ends,
  copy: z.strictObject({ id: z.string(), at: z.string() }),
  compared: moved.shape.compared,
  addresses,
  dns,
  records: moved.shape.records,
  written: z.array(z.string()),
});

const stacksPlan = z.strictObject({
  did: z.literal("plan-stacks"),
  plans: z.array(plan.omit({ did: true }).extend(stack)),
});
const stacksMoved = z.strictObject({
  did: z.literal("move-stacks"),
  moves: z.array(moved.omit({ did: true }).extend(stack)),
});

const schema = z.discriminatedUnion("did", [
  plan,
  moved,
  stacksPlan,
  stacksMoved,
  rebuildPlan,
  rebuilt,
  back,
  confirmed,
]);
type Document = z.infer<typeof schema>;

export const move = command({
  description: [
    "Moves an environment to another server: makes that one ready, runs the live release there on empty data, then stops the old one, copies the data and compares checksums, starts the new one, and writes it into wherry.yaml. Databases are copied with their own tools, everything else as the folders of its containers: the old server sends them to the new one over SSH, with a key that is made for this copy alone; where it does not reach it, they go through this machine.",
    "Visitors see a page from the moment in which the old server stops until the new one answers; how long that was is told. Until then every failure, and every kill, leaves the old server serving; run again, the command goes on. From then on the old server sends requests on to the new one, as long as the DNS still leads to it and it can reach it. Floating IPs of Hetzner and Reserved IPs of DigitalOcean by which visitors come are led to the new server, and records that lead to the old one in a zone there are changed, where HCLOUD_TOKEN or DIGITALOCEAN_TOKEN is there.",
    "The old server keeps everything, runs nothing of the app, and refuses deployments of it. --confirm removes the app from it; --back lets it serve again with the data that it had then.",
    "For an environment with one server; of an app with stacks, all that share the server, one after the other, or the one that --stack names. A service with `singleton: true` never runs on both; other workers run on the new server for the seconds of the trial, as they do beside the old ones in a deployment.",
  ],
  flags: {
    to: optional("the new server, as ssh reaches it; or the environment whose infrastructure: describes it", {
      placeholder: "ADDRESS",
    }),
    address: optional(
      "where visitors reach the server that will serve, if that is not its host in wherry.yaml or --to; a floating address is led there",
      { placeholder: "ADDRESS" },
    ),
    fromBackup: toggle("the old server is gone: deploy what is checked out here, with the latest copy of the data"),
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
    {
      line: "infra move -e production --to next --from-backup",
      what: "the old server is gone: begin again on another one, with the latest copy of the data",
    },
    { line: "infra move -e production --confirm", what: "clear the old server" },
  ],
  schema,
  async run(
    { to, address, fromBackup, confirm: confirming, volumes, back: taking, plan, yes, environment, directory, stack },
    ctx,
  ): Promise<Document> {
    const options = { environment, directory, stack };
    if ([to !== undefined, confirming, taking].filter(Boolean).length !== 1) {
      throw usageError("one-of", "wherry infra move: one of --to, --confirm and --back has to be said", {
        hint: "wherry infra move --to deploy@203.0.113.20",
      });
    }
    if (fromBackup && to === undefined) throw usageError("one-of", "wherry infra move: --from-backup goes with --to");
    if (volumes && !confirming) throw usageError("one-of", "wherry infra move: --volumes goes with --confirm");
    if (confirming) return confirmIt(ctx, { ...options, volumes: volumes ? "remove" : "keep", plan, yes });
    if (to === undefined) {
      if (plan) throw usageError("no-plan", "wherry infra move: --plan goes with --to");
      await confirm(ctx, {
        question: `Let the old server of ${environment ?? "the environment"} serve again? It has the data of the moment in which it was left: what was written since stays on the other one.`,
        yes,
      });
      const result = await moveServerBack(ctx, { ...options, address }, ctx.report);
      return {
        did: "back",
        ...result,
        hosts: [...result.hosts],
        addresses: addressesOf(result.addresses),
        dns: recordsOf(result.dns),
        written: [...result.written],
      };
    }
    const order = async (machines: InfraPlan): Promise<void> => {
      showPlan(ctx, machines);
      await confirm(ctx, { question: orderQuestion(machines), yes });
    };
    const target = await moveTarget(ctx, { to, directory, confirm: plan ? undefined : order }, ctx.report);
    if (fromBackup) return rebuild(ctx, { ...options, ...target, address }, { plan, yes });
    const wanted = { ...options, ...target, address };
    const stacks = await stacksToMove(ctx, wanted);
    if (stacks.length > 1) return moveSeveral(ctx, wanted, { stacks: stacks.map(String), plan, yes });
    const own = { ...wanted, stack: stacks[0] };
    const found = await planServerMove(ctx, own, ctx.report).catch((error: unknown) => resumable(error, plan));
    if (plan && found !== undefined) return { did: "plan", ...planned(found) };
    await confirm(ctx, {
      question:
        found === undefined
          ? `End the move to ${target.to}?`
          : `Move ${found.app} ${found.environment} from ${found.from} to ${found.to}? It does not serve while ${dataIn(found)} copied.`,
      yes,
    });
    return { did: "move", ...told(await moveServer(ctx, own, ctx.report)) };
  },
  print(result, screen) {
    if (result.did === "plan") return movePlanLines(result, screen);
    if (result.did === "move") return moveLines(result, screen);
    if (result.did === "plan-rebuild") return rebuildPlanLines(result);
    if (result.did === "rebuild") return rebuiltLines(result, screen);
    if (result.did === "plan-stacks") {
      return result.plans.flatMap((one) => [`${one.stack}:`, ...movePlanLines(one, screen), ""]).slice(0, -1);
    }
    if (result.did === "move-stacks") {
      return result.moves.flatMap((one) => [`${one.stack}:`, ...moveLines(one, screen), ""]).slice(0, -1);
    }
    const { style } = screen;
    if (result.did === "back") {
      return [
        `${style.good("back:")} ${result.release} serves on ${result.to}; ${result.from} keeps what it has, and runs nothing`,
        ...ledLines(result),
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

async function rebuild(
  ctx: CommandContext,
  options: RebuildOptions,
  { plan, yes }: { readonly plan: boolean; readonly yes: boolean },
): Promise<Document> {
  const found = await planRebuild(ctx, options);
  if (plan) return { did: "plan-rebuild", ...found, steps: [...found.steps] };
  await confirm(ctx, {
    question: `${found.from} does not answer. Deploy ${found.app} ${found.environment} to ${found.to}, with the latest copy of its data in ${found.repository}? What was written after that copy is lost.`,
    yes,
  });
  const result = await rebuildServer(ctx, options, ctx.report);
  return {
    did: "rebuild",
    ...result,
    compared: result.compared.map((one) => ({ ...one })),
    addresses: addressesOf(result.addresses),
    dns: recordsOf(result.dns),
    records: result.records.map((one) => ({ ...one })),
    written: [...result.written],
  };
}

/** A move whose old server has let go cannot be planned any more: it only has to come to its end. */
function resumable(error: unknown, plan: boolean): undefined {
  if (!plan && error instanceof WherryError && error.code === "moved-away") return undefined;
  throw error;
}

function recordsOf(records: readonly LedRecord[]): z.infer<typeof dns> {
  return records.map((one) => ({ ...one, before: [...one.before], after: [...one.after] }));
}

function addressesOf(moved: readonly LedAddress[]): z.infer<typeof addresses> {
  return moved.map((one) => ({ ...one }));
}

type PlannedMove = Awaited<ReturnType<typeof planServerMove>>;

/** Stacks that share a server, one after the other; all are planned, and asked for, before the first begins. */
async function moveSeveral(
  ctx: CommandContext,
  wanted: MoveOptions & { readonly machines: string | undefined },
  { stacks, plan, yes }: { readonly stacks: readonly string[]; readonly plan: boolean; readonly yes: boolean },
): Promise<Document> {
  const plans: (PlannedMove & { readonly stack: string })[] = [];
  for (const stack of stacks) {
    const found = await planServerMove(ctx, { ...wanted, stack, stacks }, ctx.report).catch((error: unknown) =>
      resumable(error, plan),
    );
    if (found !== undefined) plans.push({ stack, ...found });
  }
  if (plan) return { did: "plan-stacks", plans: plans.map((one) => ({ stack: one.stack, ...planned(one) })) };
  const sizes = plans.map((one) => `${one.stack}: ${dataIn(one)} copied`).join("; ");
  await confirm(ctx, {
    question: `Move ${stacks.join(", ")} to ${wanted.to}, one after the other? Each does not serve for its copy${sizes === "" ? "" : ` (${sizes})`}.`,
    yes,
  });
  const moves = await moveStacks(ctx, wanted, stacks, ctx.report);
  return { did: "move-stacks", moves: moves.map((one) => ({ stack: one.stack, ...told(one) })) };
}

function planned({ data, steps, hosts, addresses: floating, dns: led, ...found }: PlannedMove) {
  return {
    ...found,
    data: data.map((one) => ({ ...one })),
    hosts: [...hosts],
    addresses: addressesOf(floating),
    dns: recordsOf(led),
    steps: steps.map((one) => ({ ...one })),
  };
}

function told({
  compared,
  records,
  addresses: floating,
  dns: led,
  written,
  ...result
}: Awaited<ReturnType<typeof moveServer>>) {
  return {
    ...result,
    compared: compared.map((one) => ({ ...one })),
    records: records.map((one) => ({ ...one })),
    addresses: addressesOf(floating),
    dns: recordsOf(led),
    written: [...written],
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
