import { scheduleScript } from "../../backup/index.ts";
import { WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { applyProxy, backendName, ownerOf, slots } from "../../proxy/index.ts";
import { formatAddress, script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import { quote } from "../../system/index.ts";
import type { Context } from "../../system/index.ts";
import { ask } from "../ask.ts";
import { reportOf, withConnections } from "../fleet.ts";
import { newDeploymentId } from "../identity.ts";
import { authorOf, ledgerLine } from "../ledger-line.ts";
import type { Author } from "../ledger-line.ts";
import { takeLock } from "../lock.ts";
import type { Lock } from "../lock.ts";
import { drainLimits, serversOf } from "../plan-parts.ts";
import { checkMoved, checkServer } from "../preflight.ts";
import type { ReleaseRecord } from "../record.ts";
import type { Scope } from "../run.ts";
import { setUpOne } from "../server.ts";
import type { ServerState } from "../state.ts";
import type { Step } from "../steps.ts";
import { readSurvey, survey, surveySteps } from "../survey.ts";
import type { Survey } from "../survey.ts";
import { checkArchitecture, checkNewServer, liveRelease } from "./checks.ts";
import { copyData, streamsOf } from "./copy.ts";
import type { CopiedData } from "./copy.ts";
import { forwardFragment } from "./forward.ts";
import type { MoveMark } from "./marks.ts";
import type { DataSize, Journey, MoveOptions, MoveResult, Unserved } from "./model.ts";
import { hostsOf, measure, pair, readJourney, volumesOn } from "./plan.ts";
import { rehearse } from "./rehearse.ts";
import endScript from "./scripts/end.sh?raw";
import arrives from "./scripts/arrives.sh?raw";
import giveUp from "./scripts/give-up.sh?raw";
import gone from "./scripts/gone.sh?raw";
import hold from "./scripts/hold.sh?raw";
import leave from "./scripts/leave.sh?raw";
import open from "./scripts/open.sh?raw";
import reach from "./scripts/reach.sh?raw";
import settled from "./scripts/settled.sh?raw";
import wake from "./scripts/wake.sh?raw";
import { must, note, page, runningServices, singletonsOf, starts } from "./steps.ts";
import { closeWay, openWay } from "./way.ts";

/**
 * Moves an environment to another server. Until the new server has the data, and the release is healthy on it, every failure
 * and every kill leaves the old one serving; called again, it goes on.
 */
export async function moveEnvironment(ctx: Context, options: MoveOptions, report: Report): Promise<MoveResult> {
  const journey = await readJourney(ctx, options);
  const { settings, target } = journey;
  const scope = { app: settings.app, environment: settings.environment, deployment: "-" };
  await withConnections(ctx, [settings.server], async ([from]) => {
    if (from === undefined) throw new Error("an environment has a server");
    const { state } = await survey(from, settings);
    if (state.marks.moved?.to === formatAddress(target)) return;
    checkServer(state, from.name);
    liveRelease(state, from.name, settings.environment);
  });
  await setUpOne(ctx, target, scope, (connection) => reportOf(report, connection, 2));
  return withConnections(ctx, [settings.server, target], async (connections) => {
    const [from, to] = pair(connections);
    const own = { ...scope, deployment: newDeploymentId() };
    const who = await authorOf(ctx, settings.directory);
    const since = ctx.clock.now().toISOString();
    const holder = { who: who.name, from: who.from, since, what: `infra move to ${to.name}` };
    const old = await takeLock(from, own, holder, surveySteps);
    try {
      const fresh = await takeLock(to, own, holder, surveySteps);
      try {
        return await moveUnderLocks(ctx, { journey, scope: own, from, to, who, since, old, fresh }, report);
      } finally {
        await fresh.release();
      }
    } catch (error) {
      throw ctx.signal.aborted ? interrupted(settings.environment, error) : error;
    } finally {
      await old.release();
    }
  });
}

interface Moving {
  readonly journey: Journey;
  readonly scope: Scope;
  readonly from: Connection;
  readonly to: Connection;
  readonly who: Author;
  /** ISO 8601. */
  readonly since: string;
  readonly old: Lock;
  readonly fresh: Lock;
}

/** What is decided before anything is touched. */
interface Decided extends Moving {
  readonly record: ReleaseRecord;
  readonly mark: MoveMark;
  readonly data: readonly DataSize[];
  /** Hosts with a certificate -> file of authorities by which the old server's proxy knows the new one. */
  readonly secured: ReadonlyMap<string, string>;
  /** Address of the new server, where the old one reaches it. */
  readonly reached: string | undefined;
}

async function moveUnderLocks(ctx: Context, moving: Moving, report: Report): Promise<MoveResult> {
  const { journey, from, to, old, fresh, who, since, scope } = moving;
  const { settings } = journey;
  const found = readSurvey(fresh.output);
  const { moved } = old.state.marks;
  if (moved !== undefined && moved.to === to.name) return finish(ctx, moving, moved, report);
  checkMoved(old.state, from.name);
  const record = liveRelease(old.state, from.name, settings.environment);
  checkArchitecture(old.state, found.state, to.name);
  const volumes = await volumesOn(to, settings);
  checkNewServer(record, { state: found.state, volumes, from: from.name }, to.name);
  const data = await measure(from, journey);
  const hosts = hostsOf(record.services);
  const seen = await ask(from, settings, [{ id: "reach", script: script(reach, [journey.address ?? "", ...hosts]) }], {
    otherwise: "cannot look for the new server",
  });
  const secured = new Map([...seen.matchAll(/^secured (\S+) (.*)$/gm)].map(([, host = "", file = ""]) => [host, file]));
  const reached = /^reached (.*)$/m.exec(seen)?.[1];
  const mark = { from: from.name, to: to.name, at: since, who: who.name, release: record.id };
  const decided: Decided = { ...moving, record, mark, data, secured, reached };
  // One that was ended in the copy has shown already that the release runs there; its containers may have real data by now.
  if (!hasArrived(found, record)) {
    const room = Math.ceil(data.reduce((sum, { bytes }) => sum + bytes, 0) * 1.2);
    const beginning = { id: scope.deployment, who, queued: since, started: since };
    const two = { ...decided, old: readSurvey(old.output), found, beginning, room, secured: [...secured.keys()] };
    await rehearse(ctx, two, reportOf(report, to, 2));
  }
  const { state } = await survey(to, scope);
  const slot = state.live?.slot;
  if (slot === undefined) throw new Error("the release was made live on the new server");
  await must(
    ctx,
    to,
    scope,
    [note("keep it waiting for the data", hold, [page, slot, record.id, ...foldersOf(data)])],
    reportOf(report, to, 2),
  );
  const streams = streamsOf(data).length;
  const straight = streams > 0 && (await openWay({ from, to, scope, address: journey.address }, streams, report));
  const { copied, unserved, sent } = await silent(ctx, decided, state, straight, report);
  const forwards = sent && (await arrivesThere(ctx, decided, report));
  await startSingletons(ctx, decided, state, report);
  await tidy(ctx, decided, report);
  return {
    ...resultOf(decided, hosts),
    compared: copied.compared,
    unserved,
    bytes: copied.bytes,
    straight: streams === 0 ? null : straight,
    forwards,
  };
}

/** The time without service: from the page on the old server until the new one answers. */
async function silent(
  ctx: Context,
  decided: Decided,
  state: ServerState,
  straight: boolean,
  report: Report,
): Promise<{ readonly copied: CopiedData; readonly unserved: Unserved; readonly sent: boolean }> {
  const { journey, scope, from, to, record, mark, data, reached, secured, old, who, since } = decided;
  const begun = ctx.clock.monotonic();
  const passed = (): number => Math.round(ctx.clock.monotonic() - begun);
  let stop: number;
  const owner = ownerOf(record.app, record.environment);
  const live = old.state.live?.slot ?? "blue";
  let copied: CopiedData;
  try {
    const drain = drainLimits(owner, live, record).flatMap(({ seconds, backend }) => [
      String(Math.ceil(seconds)),
      backend,
    ]);
    const stopping = note("show a page, and stop the release", leave, [
      JSON.stringify(mark),
      page,
      foldersOf(data).join(" "),
      ...drain,
    ]);
    await must(ctx, from, scope, [stopping], reportOf(report, from, 2));
    stop = passed();
    const { backup } = journey.settings;
    copied = await copyData(ctx, { from, to, scope, backup, data, straight }, reportOf(report, to, 2));
    const services = runningServices(record).filter(({ name }) => !singletonsOf(record).includes(name));
    const starting = [
      note("start what the copy had stopped", wake, []),
      ...starts(record, services, state),
      note("take requests", open, serversOf(owner, state.live?.slot ?? "blue", { ...record, services })),
    ];
    await must(ctx, to, scope, starting, reportOf(report, to, 2));
  } catch (error) {
    await must(ctx, from, scope, [note("serve again", giveUp, [])], reportOf(report, from, 2)).catch(() => {});
    await closeWay({ from, to, scope }).catch(() => {});
    throw backToOld(error, from.name);
  }
  const forward = reached === undefined ? undefined : forwardFragment(record, reached, secured);
  const servers = slots.flatMap((slot) =>
    record.services.filter(({ routes }) => routes.length > 0).map(({ name }) => `${backendName(owner, name, slot)}/s1`),
  );
  const line = ledgerLine(
    {
      id: scope.deployment,
      kind: "move",
      release: record,
      previous: record,
      who,
      queued: since,
      started: since,
      state: old.state,
      clockOffset: 0,
    },
    { outcome: "succeeded", failedStep: null, reason: `moved to ${to.name}` },
  );
  const proxy = forward === undefined ? script(":", []) : applyProxy(forward, servers);
  const text = [
    `moved=${quote(JSON.stringify(mark))} line=${quote(JSON.stringify(line))} page=${quote(page)}`,
    `send_on() {\n${proxy.text}\n}`,
    gone,
  ].join("\n");
  const leaving: Step = { step: "receive", title: `leave it to ${to.name}`, script: script(text, proxy.args) };
  const { facts } = await must(ctx, from, scope, [leaving], reportOf(report, from, 2)).catch(async (error: unknown) => {
    throw hasComeBack(error) ? await stayWithOld(ctx, decided, error, state, report) : error;
  });
  const all = passed();
  const copy = Math.round(copied.seconds * 1000);
  return {
    copied,
    unserved: { seconds: all / 1000, stop: stop / 1000, copy: copy / 1000, start: (all - stop - copy) / 1000 },
    sent: facts.has("sent-on"),
  };
}

function hasComeBack(error: unknown): error is WherryError {
  return error instanceof WherryError && error.code === "came-back";
}

/** The old server began to serve again by itself in the last moment: what was written there since is not on the new one. */
async function stayWithOld(
  ctx: Context,
  { from, to, scope, record }: Decided,
  error: WherryError,
  state: ServerState,
  report: Report,
): Promise<unknown> {
  const waits = note("keep it waiting for the data", hold, [page, state.live?.slot ?? "blue", record.id]);
  await must(ctx, to, scope, [waits], reportOf(report, to, 2));
  await must(ctx, from, scope, [note("serve again", giveUp, [])], reportOf(report, from, 2));
  return backToOld(error, from.name);
}

/** Is what comes to the old server really answered by the new one? Where it is not, the old one shows the page again. */
async function arrivesThere(ctx: Context, { from, scope }: Decided, report: Report): Promise<boolean> {
  const looking = note("see whether requests arrive there", arrives, [page]);
  const { facts } = await must(ctx, from, scope, [looking], reportOf(report, from, 2));
  const [bad] = facts.get("not-sent-on") ?? [];
  if (bad === undefined) return true;
  report({ type: "note", text: `${from.name} cannot send requests on to the new server: ${bad}` });
  return false;
}

/** A move whose old server has let go already: only what comes after that is left. */
async function finish(ctx: Context, moving: Moving, moved: MoveMark, report: Report): Promise<MoveResult> {
  const { fresh } = moving;
  const record = fresh.state.records.find(({ id }) => id === moved.release);
  if (record === undefined) throw new Error("the release that moved is on the new server");
  const hosts = hostsOf(record.services);
  const decided = {
    ...moving,
    record,
    mark: moved,
    data: [],
    secured: new Map<string, string>(),
    reached: undefined,
  };
  if (fresh.state.marks.arrived !== undefined) {
    await arrivesThere(ctx, decided, report);
    await startSingletons(ctx, decided, fresh.state, report);
    await tidy(ctx, decided, report);
  }
  return { ...resultOf(decided, hosts), compared: [], unserved: null, bytes: 0, straight: null, forwards: null };
}

/** Now that the old server never will again, the services of which there must be only one. */
async function startSingletons(ctx: Context, decided: Decided, state: ServerState, report: Report): Promise<void> {
  const { record, to, scope } = decided;
  const names = singletonsOf(record);
  const services = runningServices(record).filter(({ name }) => names.includes(name));
  if (services.length === 0) return;
  await must(ctx, to, scope, starts(record, services, state), reportOf(report, to, 2));
}

/** The old server keeps everything, and runs nothing of it. Copies of the data are made by the new one from now on. */
async function tidy(ctx: Context, decided: Decided, report: Report): Promise<void> {
  const { from, to, scope, journey } = decided;
  const { backup, environment } = journey.settings;
  const scheduled = backup !== undefined;
  const steps = [
    ...(scheduled
      ? [note("end its backups", scheduleScript("off", backup).text, scheduleScript("off", backup).args)]
      : []),
    note(`stop what is left of ${environment}`, endScript, []),
  ];
  await must(ctx, from, scope, steps, reportOf(report, from, 2));
  await must(ctx, to, scope, [note("end the move", settled, [])], reportOf(report, to, 2));
  await closeWay({ from, to, scope });
  if (scheduled)
    report({
      type: "note",
      text: `copies of the data are made by ${to.name} once you say: wherry backup schedule -e ${environment}`,
    });
}

function resultOf({ journey, from, to, record }: Decided, hosts: readonly string[]) {
  return {
    environment: journey.settings.environment,
    from: from.name,
    to: to.name,
    release: record.id,
    records: hosts.map((host) => ({ host, address: journey.address ?? null })),
  };
}

/** Services of which the folders are copied: they have to stand still meanwhile. */
function foldersOf(data: readonly DataSize[]): readonly string[] {
  return data.filter(({ method }) => method === "volume").map(({ service }) => service);
}

function hasArrived({ state }: Survey, record: ReleaseRecord): boolean {
  const begun = state.marks.arriving ?? state.marks.arrived;
  return begun?.release === record.id && state.live?.release === record.id;
}

function backToOld(error: unknown, server: string): unknown {
  if (!(error instanceof WherryError)) return error;
  const lost = error.code === "connection-lost";
  return new WherryError("failed", error.code, `the move ended: ${error.message}`, {
    context: error.context,
    hint: lost
      ? `${server} serves again within a minute by itself; run it again: it goes on from what is there`
      : `${server} serves again, and nothing was lost there; run it again when it is put right`,
    cause: error,
  });
}

function interrupted(environment: string, cause: unknown): WherryError {
  return new WherryError("interrupted", "interrupted", "interrupted", {
    hint: `a server that had not let go serves again within a minute by itself; run the same command again, or see wherry status -e ${environment}`,
    cause,
  });
}
