import { usageError, WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { timedStep } from "../system/index.ts";
import type { Context } from "../system/index.ts";
import { firstKey, forgetFirstKey, isKnown, knownHosts, welcome } from "./host-keys.ts";
import { isImported } from "./import.ts";
import { deployUser } from "./machines.ts";
import { requireFiles, withPlan } from "./prepare.ts";
import type { PreparedPlan } from "./prepare.ts";
import { planOf, refuseUnsaid } from "./plan.ts";
import type { Consent, InfraPlan } from "./plan.ts";
import { programError } from "./program.ts";
import { readAccess, readMachines } from "./session.ts";
import type { Access, InfraOptions, WantedMachines } from "./session.ts";
import { instead } from "./stock.ts";
import { readState } from "./state.ts";
import type { KnownServer } from "./state.ts";
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
      await timedStep(ctx, report, { id: "apply", title: "order and change machines" }, () =>
        carryOut(machines, access, prepared, report),
      );
    }
    const { servers } = await readState(prepared.program);
    // They are known already, and wherry.yaml says how they are reached.
    if (await isImported(ctx, machines.folder)) return { ...plan, servers, addresses: [], written: [] };
    await meet(ctx, machines, { prepared, servers, first }, report);
    await forgetFirstKey(ctx, machines.folder);
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
  const error = programError(program, "apply", result);
  if (error.code !== "out-of-stock") throw error;
  const { context, message } = error;
  throw new WherryError("failed", error.code, message, { context, hint: await instead(machines, access) });
}

interface Met {
  readonly prepared: PreparedPlan;
  readonly servers: readonly KnownServer[];
  readonly first: Awaited<ReturnType<typeof firstKey>>;
}

/** New servers, and those that an interrupted apply did not come to. */
async function meet(
  ctx: Context,
  machines: WantedMachines,
  { prepared, servers, first }: Met,
  report: Report,
): Promise<void> {
  const { resources } = machines.provider;
  const isNew = (server: KnownServer): boolean =>
    prepared.changes.some(
      ({ action, address }) =>
        (action === "create" || action === "replace") && address === `${resources.server}.app["${server.name}"]`,
    );
  const known = await knownHosts(ctx, machines.folder);
  for (const server of servers.filter((one) => isNew(one) || !isKnown(known, one.ipv4))) {
    await timedStep(
      ctx,
      report,
      { id: `boot-${server.name}`, title: `wait for the first boot of ${server.name}` },
      () => welcome(ctx, machines, { name: server.name, address: server.ipv4 }, first, report),
    );
  }
}

export interface DestroyOptions extends InfraOptions {
  /** Data goes, too: volumes, and servers that have none. */
  readonly data: boolean;
  /** Asked when the plan is known; throws where the user says no. `stop`: nothing is to be done. */
  readonly confirm: (plan: InfraPlan) => Promise<"go" | "stop">;
}

/** Removes the machines; volumes stay unless it is said that data goes. The server in wherry.yaml is left to the user. */
export async function destroyInfra(ctx: Context, options: DestroyOptions, report: Report): Promise<InfraPlan> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  const destroy = options.data ? "everything" : "all-but-data";
  return withPlan(ctx, machines, access, { destroy, report }, async (prepared) => {
    const plan = await planOf(machines, access, prepared);
    if (plan.changes.length === 0) return plan;
    const lost = plan.changes.filter(({ losesData }) => losesData);
    if (lost.length > 0 && !options.data) {
      throw usageError("data-would-be-lost", `data would be lost with ${lost.map(({ what }) => what).join(", ")}`, {
        hint: "copy it first (wherry backup run); then say --data",
      });
    }
    if ((await options.confirm(plan)) === "stop") return plan;
    await timedStep(ctx, report, { id: "destroy", title: "remove machines" }, () =>
      carryOut(machines, access, prepared, report),
    );
    return plan;
  });
}
