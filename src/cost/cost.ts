import { join } from "node:path";
import { loadEnvironment, loadMachines, loadReleaseRules, stacksOf } from "../config/index.ts";
import type { InfrastructureSettings, LoadOptions, ServerAddress } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { folderOf as machineFolderOf, typeInFiles } from "../infra/index.ts";
import { formatAddress } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { compare, oldOnes } from "./compare.ts";
import type { Row, View } from "./compare.ts";
import { measure } from "./measure.ts";
import type { Machine } from "./measure.ts";
import type { Micros } from "./money.ts";
import type { Need } from "./need.ts";
import { plannedCost, rentedNow } from "./planned.ts";
import type { Planned } from "./planned.ts";
import { loadPrices } from "./prices.ts";
import { findRented, withBackups } from "./rented.ts";
import type { Rented } from "./rented.ts";
import { sizeOf } from "./right-size.ts";
import type { PriceList, Rate } from "./schema.ts";
import { suggest } from "./suggest.ts";
import type { Suggestion } from "./suggest.ts";
import { rateBetween } from "./tax.ts";
import type { Known, Use } from "./use/model.ts";
import { useFromPrometheus } from "./use/prometheus.ts";
import { useFromSysstat } from "./use/sysstat.ts";

export interface CostOptions extends Pick<LoadOptions, "directory" | "environment"> {
  /** Given: prices of this and nothing else; no server is asked. */
  readonly need: Need | undefined;
  /** What is said of the servers that run, where measuring does not tell it. */
  readonly traffic: number | undefined;
  readonly backup: boolean;
  readonly view: View;
  /** Address of a Prometheus that knows the servers. */
  readonly prometheus: string | undefined;
}

/** A server that runs now. */
export interface RunningServer {
  readonly environments: readonly string[];
  readonly server: string;
  readonly machine: Known<Machine>;
  readonly rented: Known<Rented>;
  /** What it costs a month with its backups; null where one of both is not known. */
  readonly month: Micros | null;
  readonly use: Known<Use>;
  /** What an equal one would have to have; null where it could not be measured. */
  readonly need: Need | null;
  readonly suggestion: Suggestion | null;
}

export interface Comparison {
  /** Servers that it is about; empty for a need that was typed. */
  readonly servers: readonly string[];
  readonly need: Need;
  readonly rows: readonly Row[];
}

export interface Cost {
  readonly date: string;
  readonly view: View;
  readonly servers: readonly RunningServer[];
  /** Of environments with `infrastructure:` in wherry.yaml. */
  readonly planned: readonly Planned[];
  readonly comparisons: readonly Comparison[];
  /** The rate of exchange that something was converted at; null where nothing was. */
  readonly rate: Rate | null;
  readonly old: ReturnType<typeof oldOnes>;
}

/** What runs now, what it is worth elsewhere, and what it would have to be. Changes nothing anywhere. */
export async function costs(ctx: Context, options: CostOptions, report: Report): Promise<Cost> {
  const { need, view } = options;
  const directory = await folderOf(ctx, options.directory, need !== undefined);
  const prices = await loadPrices(ctx, directory);
  const servers = need === undefined ? await runningServers(ctx, options, prices, report) : [];
  const planned = need === undefined ? await plannedOnes(ctx, options, prices, servers) : [];
  const comparisons =
    need === undefined
      ? comparisonsOf(servers, prices, view)
      : [{ servers: [], need, rows: compare(prices, need, view) }];
  const now = ctx.clock.now();
  const rows = comparisons.flatMap((one) => one.rows);
  const rate = [...rows.map(({ compared }) => compared), ...planned].find((sum) => sum?.rate != null)?.rate ?? null;
  const old = oldOnes([...rows, ...planned, { title: "rate of exchange", asOf: rate?.date ?? null }], now);
  return { date: now.toISOString(), view, servers, planned, comparisons, rate, old };
}

/** The folder of wherry.yaml; a need that is typed can be priced anywhere. */
export async function folderOf(ctx: Context, directory: string | undefined, anywhere: boolean): Promise<string> {
  try {
    return (await loadReleaseRules(ctx, { directory })).directory;
  } catch (error) {
    if (anywhere && error instanceof WherryError && error.code === "no-config") return directory ?? ctx.cwd;
    throw error;
  }
}

async function runningServers(
  ctx: Context,
  options: CostOptions,
  prices: PriceList,
  report: Report,
): Promise<readonly RunningServer[]> {
  const places = await serversOf(ctx, options);
  const running: RunningServer[] = [];
  for (const [key, { address, environments }] of places) {
    report({ type: "line", text: `measuring ${key}` });
    running.push(await lookAt(ctx, { key, address, environments }, options, prices));
  }
  return running;
}

interface Place {
  readonly address: ServerAddress;
  readonly environments: readonly string[];
}

/** Every server of the environments once, with the environments that are on it. */
async function serversOf(
  ctx: Context,
  { directory, environment }: Pick<LoadOptions, "directory" | "environment">,
): Promise<ReadonlyMap<string, Place>> {
  const names = await environmentsOf(ctx, { directory, environment });
  const places = new Map<string, Place>();
  for (const name of names) {
    for (const stack of await stacksOf(ctx, { directory, environment: name })) {
      const { servers } = await loadEnvironment(ctx, { directory, environment: name, stack });
      for (const address of servers) {
        // Who logs in makes no other server of it; another port does.
        const key = address.kind === "local" ? "local" : formatAddress({ ...address, user: undefined });
        const before = places.get(key)?.environments ?? [];
        places.set(key, { address, environments: before.includes(name) ? before : [...before, name] });
      }
    }
  }
  return places;
}

async function environmentsOf(
  ctx: Context,
  { directory, environment }: Pick<LoadOptions, "directory" | "environment">,
): Promise<readonly string[]> {
  if (environment !== undefined) return [environment];
  return (await loadReleaseRules(ctx, { directory })).environments.map((rule) => rule.environment);
}

/** What the machines that wherry.yaml describes would cost, beside what the servers of the same environment cost now. */
async function plannedOnes(
  ctx: Context,
  options: CostOptions,
  prices: PriceList,
  running: readonly RunningServer[],
): Promise<readonly Planned[]> {
  const { directory, view } = options;
  const planned: Planned[] = [];
  for (const environment of await environmentsOf(ctx, options)) {
    const [stack] = await stacksOf(ctx, { directory, environment });
    if (stack !== undefined) continue;
    const { infrastructure, directory: root } = await loadMachines(ctx, { directory, environment });
    if (infrastructure === undefined || typeof infrastructure === "string") continue;
    const written = await typeInFiles(ctx, { folder: join(root, machineFolderOf(environment)) });
    const bill = plannedCost(environment, decided(infrastructure, written), prices, view);
    if (bill === undefined) continue;
    const own = running.filter(({ environments }) => environments.includes(environment));
    const rented = own.map((server) => (server.rented.known ? server.rented.value : undefined));
    const now = rentedNow(prices, rented, bill.currency);
    const foreign = now === null ? undefined : rented.find((server) => server?.currency !== bill.currency);
    const rate = bill.rate ?? (foreign ? rateBetween(foreign.currency, bill.currency, prices.rates) : null);
    const dark = own.find(({ rented: found }) => !found.known);
    const nowReason =
      now !== null ? null : own.length === 0 ? "no server of it is in wherry.yaml yet" : reasonOf(dark?.rented);
    planned.push({ ...bill, rate, now, nowReason });
  }
  return planned;
}

/** What `needs` has become in the files stays, whatever is cheaper today: that is what would be ordered. */
function decided(
  infrastructure: InfrastructureSettings,
  written: { readonly type: string; readonly location: string } | undefined,
): InfrastructureSettings {
  if (written === undefined || typeof infrastructure.size === "string") return infrastructure;
  return { ...infrastructure, size: written.type, location: written.location };
}

function reasonOf(found: Known<unknown> | undefined): string {
  return found?.known === false ? found.reason : "the price of its backups is not known";
}

async function lookAt(
  ctx: Context,
  { key, address, environments }: Place & { readonly key: string },
  options: CostOptions,
  prices: PriceList,
): Promise<RunningServer> {
  const host = address.kind === "local" ? key : address.host;
  const monthOf = (rented: Known<Rented>): Micros | null =>
    rented.known ? (withBackups(prices, rented.value) ?? null) : null;
  // It is paid for all the same.
  const silent = async (reason: string): Promise<RunningServer> => {
    const unknown = { known: false, reason } as const;
    const rented = await findRented(ctx, [host]);
    const about = { environments, server: key, machine: unknown, rented, use: unknown };
    return { ...about, month: monthOf(rented), need: null, suggestion: null };
  };
  let measured: Awaited<ReturnType<typeof measure>>;
  try {
    measured = await measure(ctx, address);
  } catch (error) {
    if (error instanceof WherryError && error.exit === "refused") return await silent(error.message);
    throw error;
  }
  const { server, machine } = measured;
  const hosts = [host, ...machine.addresses];
  const rented = await findRented(ctx, hosts);
  const use =
    options.prometheus === undefined
      ? useFromSysstat(machine.sysstat, machine, ctx.clock.now())
      : await useFromPrometheus(ctx, options.prometheus, machine, hosts);
  const need: Need = {
    ...sizeOf(machine),
    traffic: options.traffic ?? (typeof machine.traffic === "number" ? Math.ceil(machine.traffic) : machine.traffic),
    ipv4: 1,
    backup: options.backup || (rented.known && rented.value.backups),
    count: 1,
  };
  const suggestion = use.known ? suggest({ prices, need, machine, rented, use: use.value }) : null;
  const about = { environments, server, machine: { known: true, value: machine }, rented } as const;
  return { ...about, month: monthOf(rented), use, need, suggestion };
}

/** Servers of the same size are compared once, together. */
function comparisonsOf(servers: readonly RunningServer[], prices: PriceList, view: View): readonly Comparison[] {
  const groups = new Map<string, { need: Need; servers: string[] }>();
  for (const { server, need } of servers) {
    if (need === null) continue;
    const key = JSON.stringify(need);
    const group = groups.get(key) ?? { need, servers: [] };
    groups.set(key, { need: { ...need, count: group.servers.length + 1 }, servers: [...group.servers, server] });
  }
  return [...groups.values()].map((group) => ({ ...group, rows: compare(prices, group.need, view) }));
}
