import { loadMachines, loadReleaseRules } from "../config/index.ts";
import { usageError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { apply as write } from "../writer/index.ts";
import { applyInfra } from "./apply.ts";
import { proposeInfra } from "./init.ts";
import type { InfraPlan } from "./plan.ts";

/** Where a move goes. */
export interface MoveTarget {
  /** As wherry.yaml would have it: `deploy@203.0.113.20`. */
  readonly to: string;
  /** The environment whose `infrastructure:` describes that server; undefined where `to` was an address. */
  readonly machines: string | undefined;
}

interface Wanted {
  /** An address, or an environment of wherry.yaml that describes one machine. */
  readonly to: string;
  readonly directory: string | undefined;
  /** Asked for a machine that has to be ordered; throws where the user says no. Undefined: nothing is ordered. */
  readonly confirm: ((plan: InfraPlan) => Promise<void>) | undefined;
}

/**
 * The server to move to. One that an environment describes, and that is not there yet, is made.
 * @throws WherryError where that environment has several, or may not be made now
 */
export async function moveTarget(
  ctx: Context,
  { to, directory, confirm }: Wanted,
  report: Report,
): Promise<MoveTarget> {
  const rules = await loadReleaseRules(ctx, { directory });
  if (!rules.environments.some(({ environment }) => environment === to)) return { to, machines: undefined };
  const options = { environment: to, directory };
  const { infrastructure, servers, at } = await loadMachines(ctx, options);
  // A name of ssh_config may be that of an environment, too.
  if (infrastructure === undefined || typeof infrastructure === "string") return { to, machines: undefined };
  const count = Math.max(infrastructure.count, servers.length);
  if (count > 1) {
    throw usageError("cannot-move", `${to} describes ${count} servers: an environment moves to one`, {
      at: at.infrastructure,
      hint: "say which: --to with its address",
    });
  }
  const [server] = servers;
  if (server !== undefined) return { to: server, machines: to };
  if (confirm === undefined) {
    throw usageError("not-made", `the server of ${to} is not there yet`, {
      at: at.infrastructure,
      hint: `what it would be: wherry infra init -e ${to}, then wherry infra plan -e ${to}`,
    });
  }
  const { directory: folder, changes } = await proposeInfra(ctx, options);
  await write(ctx, folder, changes);
  const { addresses } = await applyInfra(ctx, { ...options, destroyData: false, overLimit: false, confirm }, report);
  const [address] = addresses;
  if (address === undefined) throw new Error("infra apply says where the machine is that it has made");
  return { to: address, machines: to };
}
