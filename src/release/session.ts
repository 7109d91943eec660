import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Settings } from "../config/index.ts";
import type { Connection, ScriptStep } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { suggestCopy } from "./copy-first.ts";
import type { Delivery } from "./deliver.ts";
import { newDeploymentId } from "./identity.ts";
import { authorOf, ledgerLine, unfinished } from "./ledger-line.ts";
import type { Beginning } from "./ledger-line.ts";
import type { DeploymentKind } from "./ledger.ts";
import { takeLock } from "./lock.ts";
import { perform } from "./perform.ts";
import type { Performance } from "./perform.ts";
import { planDeployment } from "./plan.ts";
import { checkMoved } from "./preflight.ts";
import type { PlanOptions } from "./plan-parts.ts";
import type { ReleaseRecord } from "./record.ts";
import type { DeploymentResult } from "./result.ts";
import type { ServerState } from "./state.ts";

/** Which release to make live and how, decided once the lock is held. */
export interface Chosen extends Omit<PlanOptions, "keep" | "ledgerLine" | "delivery"> {
  readonly record: ReleaseRecord;
  readonly kind: DeploymentKind;
  readonly delivery: Delivery;
}

export interface Session {
  readonly scope: { readonly app: string; readonly environment: string };
  readonly settings: Settings;
  /** ISO 8601: when the user asked for it. */
  readonly queued: string;
  /** Monotonic milliseconds of that moment. */
  readonly begun: number;
  /** For those who find the lock taken: `deploy 3f2a91bc`. */
  readonly what: string;
  /** Scripts that run with the taking of the lock. */
  readonly before: readonly ScriptStep[];
}

/** The one way to make a release live, be it new or old: lock, plan, perform, unlock. */
export async function underLock(
  ctx: Context,
  connection: Connection,
  session: Session,
  report: Report,
  choose: (state: ServerState, output: string) => Promise<Chosen>,
): Promise<DeploymentResult> {
  const { settings, queued, begun } = session;
  const id = newDeploymentId();
  const scope = { ...session.scope, deployment: id };
  const who = await authorOf(ctx, settings.directory);
  const since = ctx.clock.now().toISOString();
  const lock = await takeLock(
    connection,
    scope,
    { who: who.name, from: who.from, since, what: session.what },
    session.before,
  );
  const started = ctx.clock.now();
  try {
    const { state } = lock;
    checkMoved(state, connection.name);
    const chosen = await choose(state, lock.output);
    const previous = state.records.find((record) => record.id === state.live?.release);
    const beginning: Beginning = {
      id,
      kind: chosen.kind,
      release: chosen.record,
      previous,
      who,
      queued,
      started: started.toISOString(),
      state,
      clockOffset: state.clock === undefined ? 0 : Date.parse(state.clock) - started.getTime(),
    };
    const plan = planDeployment(chosen.record, state, {
      ...chosen,
      keep: settings.keep,
      balancer: settings.balancer,
      ledgerLine: JSON.stringify(ledgerLine(beginning, unfinished)),
      delivery: chosen.delivery.steps,
    });
    suggestCopy(plan.steps, settings, report);
    const done = await performAll(ctx, { connection, scope, plan, beginning, delivery: chosen.delivery }, report);
    return {
      outcome: done.outcome,
      environment: settings.environment,
      release: { id: chosen.record.id, commit: chosen.record.commit },
      previous: previous?.id ?? null,
      kind: chosen.kind,
      roundTrips: connection.roundTrips,
      bytesSent: connection.bytesSent,
      seconds: Math.round(ctx.clock.monotonic() - begun) / 1000,
      steps: done.steps,
      ...(chosen.record.images === undefined ? {} : { images: chosen.record.images }),
      judgements: done.judgements,
      addresses: addressesOf(chosen.record, done.secured),
      ...(done.failure === undefined ? {} : { failure: done.failure }),
    };
  } catch (error) {
    if (!ctx.signal.aborted) throw error;
    const { kind, watch } = settings.strategy;
    const trial = kind === "canary" || watch !== undefined;
    throw new WherryError("interrupted", "interrupted", "interrupted", {
      context: trial
        ? ["A release on trial stays at the share of the requests that it has, and nobody watches it."]
        : [],
      hint: `the server ends the step under way and keeps what serves; run the same command again, ${trial ? "wherry promote or wherry abort, " : ""}or see wherry status -e ${settings.environment}`,
      cause: error,
    });
  } finally {
    await lock.release();
  }
}

async function performAll(ctx: Context, performance: Performance, report: Report) {
  try {
    return await perform(ctx, performance, report);
  } finally {
    await performance.delivery.close();
  }
}

/** Where people find it: one address per host. */
function addressesOf(record: ReleaseRecord, secured: ReadonlySet<string>): readonly string[] {
  const routes = record.services.flatMap((service) => service.routes);
  return routes
    .filter(({ path }) => path === "/")
    .map(({ host }) => `${secured.has(host) ? "https" : "http"}://${host}`);
}
