import { refusedError, usageError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { timedStep } from "../system/index.ts";
import type { Context } from "../system/index.ts";
import { findStrays, forgetStrays, recordName } from "./forget.ts";
import { firstKey, forgetFirstKey, isKnown, knownHosts, welcome } from "./host-keys.ts";
import type { FirstKey } from "./host-keys.ts";
import { isImported } from "./import.ts";
import { deployUser } from "./machines.ts";
import { requireFiles, withPlan } from "./prepare.ts";
import type { PreparedPlan, PrepareOptions } from "./prepare.ts";
import { planOf, refuseUnsaid } from "./plan.ts";
import type { Consent, InfraPlan } from "./plan.ts";
import { programError } from "./program.ts";
import { readAccess, readMachines } from "./session.ts";
import type { Access, InfraOptions, WantedMachines } from "./session.ts";
import { instead } from "./stock.ts";
import { readState } from "./state.ts";
import type { KnownServer } from "./state.ts";
import { awaitServers, forgetWaiting, waitingServers } from "./waiting.ts";
import { writeServers } from "./write-servers.ts";

export interface ApplyOptions extends InfraOptions, Consent {
  /** Asked when the plan is known; throws where the user says no. */
  readonly confirm: (plan: InfraPlan) => Promise<void>;
}

export interface ApplyResult extends InfraPlan {
  readonly servers: readonly KnownServer[];
  /** As they stand in wherry.yaml from now on. */
  readonly addresses: readonly string[];
  readonly written: readonly string[];
}

/**
 * Makes the machines what the files say, waits for their first boot, learns their host keys, and writes their addresses
 * into wherry.yaml. Interrupted at any point, the next call goes on from what is there.
 */
export async function applyInfra(ctx: Context, options: ApplyOptions, report: Report): Promise<ApplyResult> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  // Before a key is written there: git ignores it by one of these files.
  await requireFiles(ctx, machines);
  const first = await firstKey(ctx, machines.folder);
  const variables = { first_host_key: JSON.stringify(first) };
  return withPlan(ctx, machines, access, { variables, report }, async (prepared) => {
    const plan = await planOf(machines, access, prepared);
    if (plan.changes.length > 0) {
      refuseUnsaid(plan, options);
      await options.confirm(plan);
      await awaitServers(ctx, machines.folder, orderedServers(machines, prepared));
      await timedStep(ctx, report, { id: "apply", title: "order and change machines" }, () =>
        carryOut(ctx, machines, access, prepared, report),
      );
    }
    const { servers } = await readState(prepared.program);
    // They are known already, and wherry.yaml says how they are reached.
    if (await isImported(ctx, machines.folder)) return { ...plan, servers, addresses: [], written: [] };
    await meet(ctx, machines, servers, first, report);
    const addresses = servers.map(({ ipv4 }) => `${deployUser}@${ipv4}`);
    const same = addresses.length === 0 || addresses.join() === machines.servers.join();
    return {
      ...plan,
      servers,
      addresses,
      written: same ? [] : await writeServers(ctx, machines, addresses, report),
    };
  });
}

async function carryOut(
  ctx: Context,
  machines: WantedMachines,
  access: Access,
  { program, file, changes, state }: PreparedPlan,
  report: Report,
): Promise<void> {
  const { volume } = machines.provider.resources;
  for (const { address } of changes.filter(({ type, losesData }) => type === volume && losesData)) {
    const id = state.resources.find((resource) => resource.address === address)?.values["id"];
    if (typeof id === "string") await access.cloud.unprotectVolume(id);
  }
  const result = await program.run(["apply", "-input=false", "-no-color", file], { report });
  if (result.exitCode === 0) return;
  if (ctx.signal.aborted) throw cutOff(machines);
  const error = programError(program, "apply", result);
  if (error.code !== "out-of-stock") throw error;
  const { context, message } = error;
  throw new WherryError("failed", error.code, message, { context, hint: await instead(machines, access) });
}

/** What the user has to know of it: the provider goes on with what it was asked for. */
function cutOff({ environment }: WantedMachines): WherryError {
  return new WherryError("interrupted", "interrupted", "interrupted: a part of it may be done, and be paid for", {
    hint: `wherry infra status -e ${environment} says what there is. The same command again goes on from there; wherry infra destroy -e ${environment} removes it`,
  });
}

/** Names of the servers that a plan makes, or makes anew. */
function orderedServers({ provider }: WantedMachines, { changes }: PreparedPlan): readonly string[] {
  const { server } = provider.resources;
  return changes
    .filter(({ action, type }) => type === server && (action === "create" || action === "replace"))
    .flatMap(({ address }) => /^\w+\.app\["(.+)"\]$/.exec(address)?.[1] ?? []);
}

/** Servers that wait to be greeted, and those that nobody knows. */
async function meet(
  ctx: Context,
  machines: WantedMachines,
  servers: readonly KnownServer[],
  first: FirstKey,
  report: Report,
): Promise<void> {
  const { folder } = machines;
  const known = await knownHosts(ctx, folder);
  const waiting = new Set((await waitingServers(ctx, folder)).map(({ name }) => name));
  for (const { name, ipv4: address } of servers.filter((one) => waiting.has(one.name) || !isKnown(known, one.ipv4))) {
    await timedStep(
      ctx,
      report,
      { id: `boot-${name}`, title: `wait for the first boot of ${name} (some minutes)` },
      () => welcome(ctx, machines, { name, address }, first, report),
    );
  }
  // Who is left there was never made, and is no longer wanted.
  await forgetWaiting(ctx, folder);
  await forgetFirstKey(ctx, folder);
}

export interface DestroyOptions extends InfraOptions {
  /** Data goes, too: volumes, and servers that have none. */
  readonly data: boolean;
  /** Asked when the plan is known; throws where the user says no. `stop`: nothing is to be done. */
  readonly confirm: (plan: InfraPlan) => Promise<"go" | "stop">;
}

/**
 * Removes the machines; volumes stay unless it is said that data goes, and DNS records that lead elsewhere always do. The server
 * in wherry.yaml is left to the user.
 */
export async function destroyInfra(ctx: Context, options: DestroyOptions, report: Report): Promise<InfraPlan> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  await requireFiles(ctx, machines);
  const strays = await findStrays(ctx, machines, access);
  const planning: PrepareOptions = { destroy: options.data ? "everything" : "all-but-data", report };
  const remove = (prepared: PreparedPlan): Promise<void> =>
    timedStep(ctx, report, { id: "destroy", title: "remove machines" }, () =>
      carryOut(ctx, machines, access, prepared, report),
    );
  const leave = strays.map(({ address }) => address);
  const { plan, agreed } = await withPlan(ctx, machines, access, { ...planning, leave }, async (prepared) => {
    const found = { ...(await planOf(machines, access, prepared)), stays: strays.map(recordName) };
    if (found.changes.length === 0) return { plan: found, agreed: false };
    refuseLoss(found, options);
    const go = (await options.confirm(found)) === "go";
    if (go && strays.length === 0) await remove(prepared);
    return { plan: found, agreed: go };
  });
  if (!agreed || strays.length === 0) return plan;
  await forgetStrays(ctx, machines, access, strays, report);
  // A plan is good for the state that it was made from alone: another one, and the same but for the records.
  await withPlan(ctx, machines, access, planning, async (prepared) => {
    refuseOther(plan, prepared);
    await remove(prepared);
  });
  return plan;
}

function refuseLoss({ changes }: InfraPlan, { data }: DestroyOptions): void {
  const lost = changes.filter(({ losesData }) => losesData);
  if (lost.length === 0 || data) return;
  throw usageError("data-would-be-lost", `data would be lost with ${lost.map(({ what }) => what).join(", ")}`, {
    context: lost.map(({ what, warning = "" }) => `${what}: ${warning}`),
    hint: "copy it first (wherry backup run); then say --data",
  });
}

/** Somebody else has been at work since the question was answered. */
function refuseOther({ changes }: InfraPlan, again: PreparedPlan): void {
  const agreed = new Set(changes.map(({ action, address }) => `${action} ${address}`));
  const other = again.changes.filter(({ action, address }) => !agreed.has(`${action} ${address}`));
  if (other.length === 0) return;
  throw refusedError("plan-changed", `more would be removed now: ${other.map(({ what }) => what).join(", ")}`, {
    hint: "no machine was removed: run the same command again, and look at its plan",
  });
}
