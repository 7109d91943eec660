import {
  backupSettings,
  performScript,
  placeScript,
  scheduleScript,
  secretsOf,
  type BackupRecord,
  type BackupVerb,
} from "../backup/index.ts";
import { loadSettings } from "../config/index.ts";
import type { LoadOptions, Settings } from "../config/index.ts";
import { usageError, WherryError } from "../core/index.ts";
import type { ExitName, Report } from "../core/index.ts";
import { readSecrets } from "../secrets/index.ts";
import { phase, withConnection } from "../server/index.ts";
import type { Connection, ScriptStep } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { reportOf, withConnections } from "./fleet.ts";
import { newDeploymentId } from "./identity.ts";
import { authorOf } from "./ledger-line.ts";
import { takeLock } from "./lock.ts";
import { readNotifyFile } from "./notify.ts";
import { preludeFor, unexpected } from "./run.ts";
import { tellFacts } from "./backup-report.ts";
import type { Compared } from "./backup-report.ts";

export interface BackupResult {
  readonly environment: string;
  readonly servers: readonly ServerBackup[];
  /** Of the first server that failed; the others are done all the same. */
  readonly failure?: WherryError;
}

/** What an operation on the copies of one server came to. */
export interface ServerBackup {
  readonly server: string;
  /** Null where it did not come so far that there is a line in the record. */
  readonly record: BackupRecord | null;
  /** Of drills and restores. */
  readonly compared: readonly Compared[];
}

export interface BackupOptions extends LoadOptions {
  /** Left out: all that keep data. */
  readonly service: string | undefined;
}

export type RestoreOptions = BackupOptions & {
  /** A run's id, or `latest`. */
  readonly copy: string;
};

/** Copies the data of an environment now. */
export async function runBackup(ctx: Context, options: BackupOptions, report: Report): Promise<BackupResult> {
  const settings = await loadSettings(ctx, options);
  const steps = [
    await placeStep(ctx, settings),
    performStep({ verb: "run", by: "command", service: options.service ?? "" }),
  ];
  return onServers(ctx, settings, steps, report);
}

/** Restores a copy into containers that are thrown away, and compares it with what was counted when it was made. */
export async function drillBackup(ctx: Context, options: RestoreOptions, report: Report): Promise<BackupResult> {
  const settings = await loadSettings(ctx, options);
  const { copy, service = "" } = options;
  const steps = [await placeStep(ctx, settings), performStep({ verb: "drill", by: "command", copy, service })];
  return onServers(ctx, settings, steps, report);
}

/**
 * Copies the data before a deployment touches anything, where wherry.yaml asks for it.
 * @throws WherryError `refused`: without a copy there is no deployment
 */
export async function backupBeforeDeploy(ctx: Context, settings: Settings, report: Report): Promise<void> {
  if (settings.backup?.beforeDeploy !== true) return;
  const steps = [await placeStep(ctx, settings), performStep({ verb: "run", by: "deploy", service: "" })];
  const { failure } = await onServers(ctx, settings, steps, report);
  if (failure === undefined) return;
  throw new WherryError("refused", failure.code, `the data could not be copied first: ${failure.message}`, {
    context: failure.context,
    hint: "put it right (wherry backup run shows more), or deploy without before_deploy",
    cause: failure,
  });
}

export interface BackupList {
  readonly environment: string;
  readonly server: string;
  /** Newest first. */
  readonly copies: readonly { readonly id: string; readonly at: string; readonly snapshot: string }[];
}

/** The copies that are kept, as the repository itself says. */
export async function listBackups(ctx: Context, options: LoadOptions): Promise<BackupList> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const told = await askCopies(ctx, connection, settings, "");
    const copies = told("kept").map((line) => {
      const [id = "", at = "", snapshot = ""] = line.split(" ");
      return { id, at: new Date(at).toISOString(), snapshot };
    });
    return { environment: settings.environment, server: connection.name, copies };
  });
}

export interface RestorePlan {
  readonly app: string;
  readonly environment: string;
  readonly server: string;
  readonly copy: string;
  /** When it was made. */
  readonly at: string;
  readonly services: readonly {
    readonly name: string;
    readonly method: string;
    readonly bytes: number;
    /** What was counted; null where nothing could be. */
    readonly rows: number | null;
  }[];
}

/** What a restore would replace. */
export async function planRestore(ctx: Context, options: RestoreOptions): Promise<RestorePlan> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const told = await askCopies(ctx, connection, settings, options.copy);
    const lines = told("manifest").map((line) => line.split("\t"));
    const of = (kind: string, name?: string): readonly (readonly string[])[] =>
      lines.filter((line) => line[0] === kind && (name === undefined || line[1] === name));
    const services = of("service").map(([, name = "", method = ""]) => {
      const counts = of("fact", name).flatMap(([, , fact, first, , rows]) =>
        fact === "figure" ? [Number(rows)] : fact === "files" ? [Number(first)] : [],
      );
      return {
        name,
        method,
        bytes: of("part", name).reduce((sum, part) => sum + Number(part[4]), 0),
        rows: counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0),
      };
    });
    const wanted = services.filter(({ name }) => options.service === undefined || name === options.service);
    if (wanted.length === 0) {
      throw usageError("unknown-service", `the copy has no service ${options.service}`, {
        hint: `it has ${services.map(({ name }) => name).join(", ")}`,
      });
    }
    const value = (kind: string): string => of(kind)[0]?.[1] ?? "";
    return {
      app: settings.app,
      environment: settings.environment,
      server: connection.name,
      copy: value("run"),
      at: value("started"),
      services: wanted,
    };
  });
}

/** Puts a copy in place of the data that is there. `before`: whether that is copied first. */
export async function restoreBackup(
  ctx: Context,
  options: RestoreOptions & { readonly before: "copy" | "skip" },
  report: Report,
): Promise<BackupResult> {
  const settings = await loadSettings(ctx, options);
  const { app, environment } = settings;
  const { copy, service = "" } = options;
  const scope = { app, environment, deployment: newDeploymentId() };
  const steps = [
    await placeStep(ctx, settings),
    ...(options.before === "copy" ? [performStep({ verb: "run", by: "restore", service })] : []),
    performStep({ verb: "restore", by: "command", copy, service }),
  ];
  const who = await authorOf(ctx, settings.directory);
  const since = ctx.clock.now().toISOString();
  return withConnection(ctx, settings.server, async (connection) => {
    const lock = await takeLock(connection, scope, { who: who.name, from: who.from, since, what: "backup restore" });
    try {
      return joined(environment, [await perform(ctx, connection, scope, steps, report)]);
    } finally {
      await lock.release();
    }
  });
}

export interface BackupSchedule {
  readonly environment: string;
  readonly servers: readonly { readonly server: string; readonly scheduled: string | null }[];
  /** Seconds. */
  readonly every: number;
  readonly at: string | null;
}

/** Lets the servers make the copies by themselves, or no longer. */
export async function scheduleBackup(
  ctx: Context,
  options: LoadOptions & { readonly state: "on" | "off" },
): Promise<BackupSchedule> {
  const settings = await loadSettings(ctx, options);
  const { app, environment } = settings;
  const backup = backupSettings(settings);
  const schedule = { id: "schedule", script: scheduleScript(options.state, backup) };
  const steps = options.state === "on" ? [await placeStep(ctx, settings), schedule] : [schedule];
  return withConnections(ctx, settings.servers, async (connections) => {
    const servers: { server: string; scheduled: string | null }[] = [];
    for (const connection of connections) {
      const text = phase(preludeFor({ app, environment, deployment: "-" }), steps);
      const result = await connection.run(text, { timeout: 600_000 });
      if (result.exitCode !== 0) throw failureOf(result.stdout, result.stderr, connection.name);
      const scheduled = /^scheduled (.+)$/m.exec(result.stdout)?.[1] ?? null;
      servers.push({ server: connection.name, scheduled });
    }
    return { environment, servers, every: backup.every, at: backup.at ?? null };
  });
}

async function placeStep(ctx: Context, settings: Settings): Promise<ScriptStep> {
  const backup = backupSettings(settings);
  const wanted = secretsOf(backup).map((name) => ({ name, at: undefined }));
  const secrets = await readSecrets(ctx, settings, wanted);
  return { id: "place", script: placeScript(backup, secrets, await readNotifyFile(ctx, settings)) };
}

function performStep(wanted: BackupVerb): ScriptStep {
  return { id: wanted.verb, script: performScript(wanted) };
}

async function onServers(
  ctx: Context,
  settings: Settings,
  steps: readonly ScriptStep[],
  report: Report,
): Promise<BackupResult> {
  const { app, environment } = settings;
  return withConnections(ctx, settings.servers, async (connections) => {
    const done: Performed[] = [];
    for (const connection of connections) {
      const told = reportOf(report, connection, connections.length);
      done.push(await perform(ctx, connection, { app, environment, deployment: "-" }, steps, told));
    }
    return joined(environment, done);
  });
}

interface Performed extends ServerBackup {
  readonly failure: WherryError | undefined;
}

function joined(environment: string, all: readonly Performed[]): BackupResult {
  const failure = all.find((one) => one.failure !== undefined)?.failure;
  const servers = all.map(({ server, record, compared }) => ({ server, record, compared }));
  return { environment, servers, ...(failure === undefined ? {} : { failure }) };
}

async function perform(
  ctx: Context,
  connection: Connection,
  scope: Parameters<typeof preludeFor>[0],
  steps: readonly ScriptStep[],
  report: Report,
): Promise<Performed> {
  const { onLine, facts } = tellFacts(ctx, report);
  const result = await connection.run(phase(preludeFor(scope), steps), { onLine });
  const { records, compared } = facts();
  const record = records.at(-1) ?? null;
  const failure = result.exitCode === 0 ? undefined : failureOf(result.stdout, result.stderr, connection.name);
  return { server: connection.name, record, compared, failure };
}

const exits: Readonly<Record<string, ExitName>> = {
  "drill-different": "findings",
  "restore-failed": "attention",
  "no-restic": "refused",
  "no-repository": "refused",
  unschedulable: "refused",
};

const hints: Readonly<Record<string, string>> = {
  "backup-failed": "what was copied before is still there: wherry backup list",
  "copy-first-failed": "nothing was changed; where the data can no longer be read, restore with --no-copy-first",
  "restore-failed": "what was there before was copied first: wherry backup list",
};

function failureOf(stdout: string, stderr: string, server: string): WherryError {
  const busy = /^copying (.*)$/m.exec(stdout);
  if (busy !== null) {
    return new WherryError("locked", "locked", `${server}: ${busy[1]} is under way`, {
      hint: "wait until it has ended",
    });
  }
  const problem = [...stdout.matchAll(/^problem (\S+) (.*)$/gm)].at(-1);
  if (problem == null) return unexpected(`${server} cannot do it`, stderr);
  const [, code = "", message = ""] = problem;
  const differences = [...stdout.matchAll(/^difference (.*)$/gm)].map(([, line = ""]) => line.replaceAll("\t", " "));
  return new WherryError(exits[code] ?? "failed", code, message, {
    context: differences.length === 0 ? [] : ["< copied, > restored:", ...differences],
    ...(hints[code] === undefined ? {} : { hint: hints[code] }),
  });
}

/** What the repository says of its copies; with a copy's id, also what is in that one. */
async function askCopies(ctx: Context, connection: Connection, settings: Settings, copy: string) {
  const { app, environment } = settings;
  const steps = [await placeStep(ctx, settings), performStep({ verb: "list", copy })];
  const result = await connection.run(phase(preludeFor({ app, environment, deployment: "-" }), steps), {
    timeout: 600_000,
  });
  if (result.exitCode !== 0) throw failureOf(result.stdout, result.stderr, connection.name);
  return (word: string): readonly string[] =>
    result.stdout.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
}
