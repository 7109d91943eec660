import { loadSettings } from "../config/index.ts";
import type { LoadOptions, Settings, Strategy } from "../config/index.ts";
import { refusedError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { ownerOf } from "../proxy/index.ts";
import { script, withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import { joinDeliveries } from "./deliver.ts";
import { authorOf, ledgerLine } from "./ledger-line.ts";
import { parseHolder } from "./lock.ts";
import { operate } from "./operation.ts";
import type { Held, Operation } from "./operation.ts";
import { planDeployment } from "./plan.ts";
import { drainLimits } from "./plan-parts.ts";
import type { ReleaseId, ReleaseRecord } from "./record.ts";
import { planResult } from "./result.ts";
import type { DeploymentResult, PlanResult } from "./result.ts";
import { unexpected } from "./run.ts";
import wishScript from "./scripts/wish.sh?raw";
import { underLock } from "./session.ts";
import type { ServerState } from "./state.ts";
import { atOnce } from "./strategy.ts";
import { survey } from "./survey.ts";

/** What became of a word to a canary: done here, or left for the deployment that is watching it. */
export interface Told {
  readonly environment: string;
  readonly wish: "promote" | "pause" | "abort";
  /** Who runs the deployment that was told. */
  readonly told: string;
}

export interface Aborted {
  readonly environment: string;
  readonly aborted: ReleaseId;
  /** What serves all requests again. */
  readonly live: ReleaseId;
}

export interface PromoteOptions extends LoadOptions {
  /** `next`: to the next share. `all`: live at once, nothing on trial. */
  readonly to: "next" | "all";
}

/** Lets a canary go on: the deployment that watches it does not wait longer, or this one takes it over where it was left. */
export async function promote(ctx: Context, options: PromoteOptions, report: Report): Promise<DeploymentResult | Told> {
  const begun = ctx.clock.monotonic();
  const queued = ctx.clock.now().toISOString();
  const settings = await loadSettings(ctx, options);
  const scope = { app: settings.app, environment: settings.environment };
  return withConnection(ctx, settings.server, async (connection) => {
    const told = await tell(ctx, connection, settings, options.to === "all" ? "full" : "promote");
    if (told !== undefined) return { environment: settings.environment, wish: "promote", told };
    const session = { scope, settings, queued, begun, what: "promote", before: [] };
    return underLock(ctx, connection, session, report, async (state) => ({
      record: candidateOf(state, settings),
      kind: "release",
      delivery: joinDeliveries([]),
      data: "leave",
      strategy: strategyFor(settings, options.to),
      begin: "promote",
    }));
  });
}

/** Says what `promote` would do. */
export async function planPromotion(ctx: Context, options: PromoteOptions): Promise<PlanResult> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const { state } = await survey(connection, { app: settings.app, environment: settings.environment });
    const planned = planDeployment(candidateOf(state, settings), state, {
      data: "leave",
      keep: settings.keep,
      balancer: settings.balancer,
      ledgerLine: "",
      delivery: [],
      strategy: strategyFor(settings, options.to),
      begin: "promote",
    });
    return planResult(connection.name, planned, []);
  });
}

/** Lets the deployment that watches a canary end, with the canary at its share. */
export async function pause(ctx: Context, options: LoadOptions): Promise<Told> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const told = await tell(ctx, connection, settings, "pause");
    if (told !== undefined) return { environment: settings.environment, wish: "pause", told };
    const { state } = await survey(connection, { app: settings.app, environment: settings.environment });
    const { id } = candidateOf(state, settings);
    throw refusedError("paused-already", `nobody is watching ${id}: it stays at ${state.canary?.share} % as it is`, {
      hint: `go on with wherry promote -e ${settings.environment}, or go back with wherry abort -e ${settings.environment}`,
    });
  });
}

/** Sends all requests to the live release again, and stops the candidate when its requests are done. */
export async function abort(ctx: Context, options: LoadOptions, report: Report): Promise<Aborted | Told> {
  const queued = ctx.clock.now().toISOString();
  const settings = await loadSettings(ctx, options);
  const { environment } = settings;
  return withConnection(ctx, settings.server, async (connection) => {
    const told = await tell(ctx, connection, settings, "abort");
    if (told !== undefined) return { environment, wish: "abort", told };
    return operate(ctx, connection, settings, "abort", (held) => abortion(held, settings, queued), report);
  });
}

function abortion({ id, who, started, state }: Held, settings: Settings, queued: string): Operation<Aborted> {
  const { app, environment } = settings;
  const candidate = candidateOf(state, settings);
  const live = recordOf(state, state.live?.release);
  const slot = state.canary?.slot ?? "blue";
  const owner = ownerOf(app, environment);
  const line = ledgerLine(
    { id, kind: "rollback", release: live, previous: candidate, who, queued, started, state, clockOffset: 0 },
    { outcome: "succeeded", failedStep: null, reason: `aborted at ${state.canary?.share} %` },
  );
  return {
    steps: [
      { step: "end-share", owner },
      { step: "abandon-slot", slot, release: candidate.id, drain: drainLimits(owner, slot, candidate) },
      { step: "write-ledger", line: JSON.stringify(line) },
    ],
    result: { environment, aborted: candidate.id, live: live.id },
  };
}

/** Leaves a word for the deployment that is watching a canary; undefined where none is. */
async function tell(
  ctx: Context,
  connection: Connection,
  settings: Settings,
  wish: "promote" | "full" | "pause" | "abort",
): Promise<string | undefined> {
  const { name } = await authorOf(ctx, settings.directory);
  const steps = [{ id: "wish", script: script(wishScript, [`${wish} ${name.replaceAll(/\s+/g, " ")}`]) }];
  const told = await ask(connection, settings, steps, { otherwise: "cannot be told" });
  const line = told.split("\n").find((text) => text.startsWith("told "));
  return line === undefined ? undefined : parseHolder(line.slice("told ".length)).who;
}

function candidateOf(state: ServerState, { environment }: Settings): ReleaseRecord {
  if (state.canary !== undefined) return recordOf(state, state.canary.release);
  throw refusedError("no-canary", `no release in ${environment} has only a share of the requests`, {
    hint: `see what is live: wherry status -e ${environment}`,
  });
}

function recordOf(state: ServerState, id: ReleaseId | undefined): ReleaseRecord {
  const record = state.records.find((candidate) => candidate.id === id);
  if (record === undefined) throw unexpected(`the record of release ${id} is not on the server any more`, "");
  return record;
}

function strategyFor({ strategy }: Settings, to: PromoteOptions["to"]): Strategy {
  return to === "all" ? atOnce(strategy) : strategy;
}
