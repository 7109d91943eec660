import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { withPlan } from "./prepare.ts";
import { planOf } from "./plan.ts";
import type { InfraPlan } from "./plan.ts";
import type { FoundServer } from "./provider.ts";
import { readAccess, readMachines } from "./session.ts";
import type { InfraOptions } from "./session.ts";
import { waitingServers } from "./waiting.ts";

/** The machines of an environment as they are now, and how far they are from the files. */
export interface InfraStatus extends InfraPlan {
  readonly servers: readonly RunningServer[];
  /** Names of servers that were ordered from here, and whose first boot nobody has seen the end of. */
  readonly waiting: readonly string[];
}

export interface RunningServer extends Omit<FoundServer, "id"> {
  /** Is it in the state? One that is not was made for this environment, and is not managed. */
  readonly managed: boolean;
}

/** Asks the provider; changes nothing. */
export async function infraStatus(ctx: Context, options: InfraOptions, report: Report): Promise<InfraStatus> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  const { app, environment } = machines;
  return withPlan(ctx, machines, access, { report }, async (prepared) => {
    const known = new Set(prepared.state.servers.map(({ id }) => id));
    // Those that were imported have no marks of ours.
    const servers = (await access.cloud.servers({ app, environment }, known)).map(({ id, ...server }) => ({
      ...server,
      managed: known.has(id),
    }));
    const ordered = (await waitingServers(ctx, machines.folder)).map(({ name }) => name);
    // One whose order was cut off is new in the plan.
    const waiting = ordered.filter((one) => servers.some(({ name }) => name === one));
    return { ...(await planOf(machines, access, prepared)), servers, waiting };
  });
}
