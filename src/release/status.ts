import { parseBackupStatus, tellBackups } from "../backup/index.ts";
import type { BackupStatus } from "../backup/index.ts";
import { loadSettings, stacksOf } from "../config/index.ts";
import type { LoadOptions, ServerAddress, Settings } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import type { ServiceKind } from "../compose/index.ts";
import { formatAddress, script, withConnection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { backendName, ownerOf } from "../proxy/index.ts";
import { ask } from "./ask.ts";
import { parseCertificates } from "./certificate-list.ts";
import type { HostCertificate } from "./certificate-list.ts";
import { parseHolder } from "./lock.ts";
import type { LockHolder } from "./lock.ts";
import type { ReleaseId, ReleaseService } from "./record.ts";
import healthScript from "./scripts/health.sh?raw";
import tellCertificates from "./scripts/tell-certificates.sh?raw";
import lockScript from "./scripts/lock.sh?raw";
import { parseState } from "./state.ts";
import type { ServerContainer, ServerState } from "./state.ts";

/** What an environment is right now: a promise to scripts, see the page on JSON output. */
export interface Status {
  readonly environment: string;
  readonly server: string;
  readonly live: { readonly id: ReleaseId; readonly commit: string | null; readonly createdAt: string } | null;
  readonly services: readonly ServiceStatus[];
  readonly lock: (LockHolder & { readonly step: string | null }) | null;
  /** Does the proxy run? Nothing is reachable without it. */
  readonly proxy: boolean;
  /** A release beside the live one, with its share of the requests in percent. */
  readonly canary: { readonly release: ReleaseId; readonly slot: string; readonly share: number } | null;
  /** Of the hosts that have, or should have, a certificate. */
  readonly certificates: readonly HostCertificate[];
  /** The same of every server, where the environment has several; the rest of this is of the first. */
  readonly servers?: readonly ServerSummary[];
  /** Of an app with several, each by itself; what is above them is of the first. */
  readonly stacks?: readonly (Status & { readonly stack: string })[];
  /** The release before, kept running for a quick way back. */
  readonly warm: { readonly release: ReleaseId; readonly slot: string } | null;
  /** Null: wherry.yaml asks for none. */
  readonly backup: BackupStatus | null;
}

export interface ServerSummary {
  readonly server: string;
  /** Null: nothing is live there, or `error` says why it is not known. */
  readonly live: ReleaseId | null;
  /** Null where it is not known. */
  readonly healthy: boolean | null;
  readonly error: string | null;
}

export interface ServiceStatus {
  readonly name: string;
  readonly kind: ServiceKind;
  /** `blue`, `green` or `base`; null for jobs, which are gone when they are done. */
  readonly slot: string | null;
  readonly image: string;
  readonly digest: string;
  /** Containers that run. */
  readonly replicas: number;
  /** How many should. */
  readonly wanted: number;
  /** Null where no check says anything. */
  readonly healthy: boolean | null;
  /** Requests that another replica took over since the proxy's last reload; null where it sees none. */
  readonly retries: number | null;
  /** When the oldest of its containers was made; ISO 8601. */
  readonly since: string | null;
}

export async function readStatus(ctx: Context, options: LoadOptions): Promise<Status> {
  const names = await stacksOf(ctx, options);
  const [first, ...others] = await Promise.all(names.map((stack) => readStackStatus(ctx, { ...options, stack })));
  if (first === undefined) throw new Error("an app has a stack");
  const status = (index: number, one: Status) => ({ stack: names[index] ?? "", ...one });
  return others.length === 0 ? first : { ...first, stacks: [first, ...others].map((one, index) => status(index, one)) };
}

async function readStackStatus(ctx: Context, options: LoadOptions): Promise<Status> {
  const settings = await loadSettings(ctx, options);
  const [address, ...others] = settings.servers;
  if (address === undefined || others.length === 0) return statusOf(ctx, settings, settings.server);
  const [first, ...rest] = await Promise.all([
    statusOf(ctx, settings, address),
    ...others.map((other) => statusOf(ctx, settings, other).catch((error: unknown) => notKnown(other, error))),
  ]);
  const servers = [first, ...rest].map((status): ServerSummary => ("error" in status ? status : summaryOf(status)));
  return { ...first, backup: worstBackup(first, rest), servers };
}

/** A copy that is missing on another server must not hide behind the good one of the first. */
function worstBackup(first: Status, others: readonly (Status | ServerSummary)[]): Status["backup"] {
  if (first.backup === null || first.backup.problem !== null) return first.backup;
  for (const other of others) {
    const problem = "backup" in other ? other.backup?.problem : undefined;
    if (problem != null) return { ...first.backup, problem: `${other.server}: ${problem}` };
  }
  return first.backup;
}

function summaryOf({ server, live, services, proxy }: Status): ServerSummary {
  const healthy = proxy && services.every((service) => service.healthy !== false);
  return { server, live: live?.id ?? null, healthy, error: null };
}

function notKnown(address: ServerAddress, error: unknown): ServerSummary {
  if (!(error instanceof WherryError)) throw error;
  const server = address.kind === "local" ? "local" : formatAddress(address);
  return { server, live: null, healthy: null, error: error.message };
}

async function statusOf(ctx: Context, { app, environment, backup }: Settings, server: ServerAddress): Promise<Status> {
  return withConnection(ctx, server, async (connection) => {
    const reading = [
      { id: "state", script: script("tell_state") },
      { id: "lock", script: script(lockScript) },
      { id: "health", script: script(healthScript) },
      { id: "certificates", script: script(tellCertificates) },
      { id: "backups", script: tellBackups },
    ];
    const told = await ask(connection, { app, environment }, reading, { otherwise: "does not tell its state" });
    const state = parseState(told);
    return {
      environment,
      server: connection.name,
      live: liveOf(state),
      services: servicesOf(state, proxyHealth(told)),
      lock: lockOf(told),
      proxy: state.proxy?.state === "running",
      certificates: parseCertificates(told, ctx.clock.now()),
      canary: state.canary ?? null,
      warm: state.warm ?? null,
      backup: backup === undefined ? null : parseBackupStatus(told, backup.every, ctx.clock.now()),
    };
  });
}

function liveOf(state: ServerState): Status["live"] {
  const record = state.records.find(({ id }) => id === state.live?.release);
  return record === undefined ? null : { id: record.id, commit: record.commit, createdAt: record.createdAt };
}

/** One back end as the proxy sees it. */
interface Seen {
  /** Are all its servers up? */
  readonly up: boolean;
  readonly retries: number;
}

function proxyHealth(output: string): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const line of output.split("\n")) {
    const [word, backend = "", , retries, status = ""] = line.split(" ");
    if (word !== "stat") continue;
    const { up, retries: sum } = seen.get(backend) ?? { up: true, retries: 0 };
    seen.set(backend, { up: up && status.startsWith("UP"), retries: sum + Number(retries) });
  }
  return seen;
}

function servicesOf(state: ServerState, proxy: ReadonlyMap<string, Seen>): readonly ServiceStatus[] {
  const record = state.records.find(({ id }) => id === state.live?.release);
  return (record?.services ?? []).map((service) => {
    const slot = service.placement === "base" ? "base" : (state.live?.slot ?? "");
    const own = state.containers.filter(
      (container) => container.service === service.name && container.slot === slot && !container.oneOff,
    );
    const running = own.filter((container) => container.state === "running");
    const job = service.kind === "job";
    const backend = backendName(
      ownerOf(record?.app ?? "", record?.environment ?? ""),
      service.name,
      state.live?.slot ?? "blue",
    );
    return {
      name: service.name,
      kind: service.kind,
      slot: job ? null : slot,
      image: service.image,
      digest: service.digest,
      replicas: running.length,
      wanted: job ? 0 : service.replicas,
      healthy: job ? null : healthy(service, running, proxy.get(backend)?.up),
      retries: service.routes.length === 0 ? null : (proxy.get(backend)?.retries ?? null),
      since:
        own
          .map(({ createdAt }) => instant(createdAt))
          .toSorted()
          .at(0) ?? null,
    };
  });
}

/** The proxy's word counts where it checks by HTTP, else that of Docker's health check. */
function healthy(
  service: ReleaseService,
  running: readonly ServerContainer[],
  proxy: boolean | undefined,
): boolean | null {
  if (running.length < service.replicas) return false;
  const docker = healthOf(running);
  if (proxy === undefined) return docker;
  return service.http === null ? proxy && docker !== false : proxy;
}

/** Docker's own checks; null where a service has none. */
function healthOf(containers: readonly ServerContainer[]): boolean | null {
  const checked = containers.filter(({ status }) => /\((healthy|unhealthy|health: starting)\)/.test(status));
  return checked.length === 0 ? null : checked.every(({ status }) => status.includes("(healthy)"));
}

/** `2026-11-24 16:54:28 +0000 UTC`, as Docker writes it. */
function instant(text: string): string {
  const [date, time, offset = "+0000"] = text.split(" ");
  const parsed = new Date(`${date}T${time}${offset.slice(0, 3)}:${offset.slice(3)}`);
  return Number.isNaN(parsed.getTime()) ? text : parsed.toISOString();
}

function lockOf(output: string): Status["lock"] {
  const told = (word: string): string | undefined =>
    output
      .split("\n")
      .find((line) => line.startsWith(`${word} `))
      ?.slice(word.length + 1);
  const held = told("held");
  return held === undefined ? null : { ...parseHolder(held), step: told("held-step") || null };
}
