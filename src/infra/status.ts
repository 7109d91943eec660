import * as z from "zod";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { withPlan } from "./prepare.ts";
import { planOf } from "./plan.ts";
import type { InfraPlan } from "./plan.ts";
import { readAccess, readMachines } from "./session.ts";
import type { InfraOptions } from "./session.ts";

/** The machines of an environment as they are now, and how far they are from the files. */
export interface InfraStatus extends InfraPlan {
  readonly servers: readonly RunningServer[];
}

export interface RunningServer {
  readonly name: string;
  /** As the provider calls it: running, off, starting, ... */
  readonly status: string;
  readonly type: string;
  readonly location: string;
  readonly ipv4: string | null;
  readonly created: string;
  /** Is it in the state? One that is not was made for this environment, and is not managed. */
  readonly managed: boolean;
}

const Server = z.looseObject({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  created: z.string(),
  labels: z.record(z.string(), z.string()),
  server_type: z.looseObject({ name: z.string() }),
  location: z.looseObject({ name: z.string() }),
  public_net: z.looseObject({ ipv4: z.looseObject({ ip: z.string() }).nullable() }),
});

/** Asks the provider; changes nothing. */
export async function infraStatus(ctx: Context, options: InfraOptions, report: Report): Promise<InfraStatus> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  const { app, environment } = machines;
  return withPlan(ctx, machines, access, { report }, async (prepared) => {
    const known = new Set(prepared.state.servers.map(({ id }) => id));
    const listed = (await access.hetzner.list("/servers", "servers")).map((raw) => Server.parse(raw));
    // Those that were imported have no labels of ours.
    const own = listed.filter(
      ({ id, labels }) =>
        known.has(String(id)) ||
        (labels["managed-by"] === "wherry" &&
          labels["wherry.app"] === app &&
          labels["wherry.environment"] === environment),
    );
    const servers = own.map((server): RunningServer => {
      const { id, name, status, created, server_type: type, location, public_net: net } = server;
      return {
        name,
        status,
        type: type.name,
        location: location.name,
        ipv4: net.ipv4?.ip ?? null,
        created,
        managed: known.has(String(id)),
      };
    });
    return { ...(await planOf(machines, access, prepared)), servers };
  });
}
