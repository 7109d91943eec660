import type { Severity } from "../../check/index.ts";
import { loadSettings, stacksOf } from "../../config/index.ts";
import type { loadEnvironment, LoadOptions, ServerAddress } from "../../config/index.ts";
import { formatAddress, withConnection } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import type { Answer } from "./answer.ts";
import { systems } from "./control.ts";
import type { Control } from "./control.ts";
import { controls } from "./controls/index.ts";
import { runProgram } from "./run-program.ts";

export type ControlStatus = "pass" | "fail" | "not-applicable" | "unknown";

export interface ControlResult {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly status: ControlStatus;
  /** What was found; for what does not apply or is not known: why. */
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

export interface ServerAudit {
  readonly server: string;
  /** `debian 13`; null where it could not be asked. */
  readonly system: string | null;
  /** Wherry's controls were tried on this system. */
  readonly known: boolean;
  /** 0 to 100, see `scoreOf`; null where nothing is known. */
  readonly score: number | null;
  readonly results: readonly ControlResult[];
}

export interface Audit {
  readonly environment: string;
  /** ISO 8601. */
  readonly date: string;
  readonly servers: readonly ServerAudit[];
}

/** Looks at the servers of an environment, one round trip for each. Changes nothing. */
export async function auditServers(ctx: Context, options: LoadOptions): Promise<Audit> {
  const { environment, addresses } = await serversOf(ctx, options);
  const servers: ServerAudit[] = [];
  for (const address of addresses)
    servers.push(await withConnection(ctx, address, (one) => auditServer(one, { environment })));
  return { environment, date: ctx.clock.now().toISOString(), servers };
}

/**
 * Each server once, whatever stacks it has.
 * @param load `loadEnvironment` where an environment without servers is no error
 */
export async function serversOf(
  ctx: Context,
  options: LoadOptions,
  load: typeof loadEnvironment = loadSettings,
): Promise<{ readonly environment: string; readonly addresses: readonly ServerAddress[] }> {
  const found = new Map<string, ServerAddress>();
  let environment = "";
  for (const stack of await stacksOf(ctx, options)) {
    const settings = await load(ctx, { ...options, stack });
    environment = settings.environment;
    for (const address of settings.servers) {
      found.set(address.kind === "local" ? "local" : formatAddress(address), address);
    }
  }
  return { environment, addresses: [...found.values()] };
}

export async function auditServer(connection: Connection, options: AuditOptions = {}): Promise<ServerAudit> {
  return judge(connection.name, await lookAt(connection, options), options.environment, connection.local);
}

export async function lookAt(
  connection: Connection,
  { allow = [], optional = false }: AuditOptions = {},
): Promise<Answer> {
  const ids = controls.map(({ id }) => id);
  return runProgram(connection, { mode: "check", allow, optional, arguments: ids });
}

interface AuditOptions {
  readonly allow?: readonly string[];
  readonly optional?: boolean;
  /** For the commands that are told; they leave it out where it is left out here. */
  readonly environment?: string;
}

/**
 * A control of which nothing was told is not known: never a pass.
 * @param local this very machine, which harden leaves alone
 */
export function judge(server: string, { facts, lines }: Answer, environment?: string, local = false): ServerAudit {
  const told = new Map(lines.map((line) => [line.id, line]));
  const silent = facts.has("not-root")
    ? "needs root, or sudo without a password"
    : "the server said nothing of it; its output was cut off";
  const results = controls.map((control): ControlResult => {
    const line = told.get(control.id);
    const status = statuses[line?.word ?? ""] ?? "unknown";
    const { id, severity, title } = control;
    const remedy = status === "fail" ? (local ? remedyHere(control) : remedyOf(control, environment)) : null;
    return { id, severity, title, status, message: line?.message ?? silent, remedy };
  });
  const system = facts.get("system") ?? null;
  return {
    server,
    system,
    known: systems.some((name) => name === system),
    score: scoreOf(results),
    results,
  };
}

const statuses: Readonly<Record<string, ControlStatus>> = {
  pass: "pass",
  fail: "fail",
  na: "not-applicable",
  unknown: "unknown",
};

function remedyOf({ id, fix, remedy }: Control, environment: string | undefined): string | null {
  const on = environment === undefined ? "" : ` -e ${environment}`;
  return fix === undefined ? (remedy ?? null) : `wherry server harden${on} --only ${id}`;
}

function remedyHere({ fix, remedy, remedyHere: here }: Control): string | null {
  return here ?? fix ?? remedy ?? null;
}

const weights: Readonly<Record<Severity, number>> = { error: 5, warning: 3, info: 1 };

/**
 * The share of what is as it should be among what is known, weighted: error 5, warning 3, info 1. Whole percent, rounded
 * down, so that only a server without a failure has 100. What is not known or does not apply is in neither part.
 */
export function scoreOf(results: readonly Pick<ControlResult, "severity" | "status">[]): number | null {
  const sum = (wanted: readonly ControlStatus[]): number =>
    results
      .filter(({ status }) => wanted.includes(status))
      .reduce((total, { severity }) => total + weights[severity], 0);
  const known = sum(["pass", "fail"]);
  return known === 0 ? null : Math.floor((100 * sum(["pass"])) / known);
}

const order: readonly Severity[] = ["info", "warning", "error"];

/** Did anything at or above the gate fail, or is it not known? What is not known does not pass. */
export function gateOf(audit: Pick<Audit, "servers">, failOn: Severity | "never"): "passed" | "failed" | "unknown" {
  if (failOn === "never") return "passed";
  const counted = audit.servers
    .flatMap(({ results }) => results)
    .filter(({ severity }) => order.indexOf(severity) >= order.indexOf(failOn));
  if (counted.some(({ status }) => status === "fail")) return "failed";
  return counted.some(({ status }) => status === "unknown") ? "unknown" : "passed";
}
