import { refusedError, usageError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { MachineChange } from "./changes.ts";
import { volumeTooLate } from "./late-volume.ts";
import { findObstacle, refuseObstacle } from "./obstacles.ts";
import type { Obstacle } from "./obstacles.ts";
import { withPlan } from "./prepare.ts";
import type { PlannedPrice, PreparedPlan } from "./prepare.ts";
import { readAccess, readMachines } from "./session.ts";
import type { Access, InfraOptions, WantedMachines } from "./session.ts";
import { hintOf, readStock } from "./stock.ts";
import type { Stock } from "./stock.ts";

/** What would be done to the machines of one environment, and what they cost then. */
export interface InfraPlan {
  readonly app: string;
  readonly environment: string;
  readonly folder: string;
  readonly program: { readonly name: string; readonly version: string };
  readonly changes: readonly MachineChange[];
  /** DNS records that are left where they are when the machines go, as they lead elsewhere: `www.example.com A`. */
  readonly stays: readonly string[];
  /** Servers that are there already, and would get a volume that nothing mounts. */
  readonly lateVolumes: readonly string[];
  readonly price: PlannedPrice;
  /** Net per month; undefined: there is none. */
  readonly limit: number | undefined;
  readonly stock: Stock | undefined;
  /** Why it could not be carried out to its end. */
  readonly obstacle: Obstacle | undefined;
}

export async function planInfra(ctx: Context, options: InfraOptions, report: Report): Promise<InfraPlan> {
  const machines = await readMachines(ctx, options);
  const access = await readAccess(ctx, machines);
  return withPlan(ctx, machines, access, { report }, async (prepared) => {
    const plan = await planOf(machines, access, prepared);
    refuseLateVolumes(plan);
    refuseObstacle(plan.obstacle);
    return plan;
  });
}

export async function planOf(machines: WantedMachines, access: Access, prepared: PreparedPlan): Promise<InfraPlan> {
  const { program, changes, price, lateVolumes } = prepared;
  return {
    app: machines.app,
    environment: machines.environment,
    folder: machines.shownFolder,
    program: { name: program.name, version: program.version },
    changes,
    stays: [],
    lateVolumes,
    price,
    limit: machines.infrastructure.priceLimit,
    stock: await readStock(machines, access, changes),
    obstacle: await findObstacle(machines, access, changes),
  };
}

/** What the user has said beyond --yes. */
export interface Consent {
  readonly destroyData: boolean;
  readonly overLimit: boolean;
}

/** @throws WherryError for a volume that would be paid and hold nothing */
function refuseLateVolumes({ lateVolumes, environment }: InfraPlan): void {
  if (lateVolumes.length === 0) return;
  const { message, hint } = volumeTooLate(lateVolumes, environment);
  throw refusedError("volume-too-late", message, { hint });
}

/** @throws WherryError for what stands in the way, data that would be lost, a price over the limit, and servers that nobody can order */
export function refuseUnsaid(plan: InfraPlan, said: Consent): void {
  const { changes, price, limit, stock, environment } = plan;
  refuseLateVolumes(plan);
  refuseObstacle(plan.obstacle);
  const lost = changes.filter(({ losesData }) => losesData);
  if (lost.length > 0 && !said.destroyData) {
    throw usageError("data-would-be-lost", `data would be lost with ${lost.map(({ what }) => what).join(", ")}`, {
      context: lost.map(({ what, details, warning = "" }) => `${what}: ${[...details, warning].join(", ")}`),
      hint: "copy it first (wherry backup run); then say --destroy-data",
    });
  }
  if (limit !== undefined && !said.overLimit) {
    const { currency, after, before } = price;
    // What nobody knows is not below a limit.
    if (after.unknown.length > 0) {
      throw usageError(
        "price-unknown",
        `nobody knows what ${after.unknown.join(", ")} will cost, and there is a limit`,
        {
          hint: "look at it, then say --over-limit",
        },
      );
    }
    if (after.net > limit && after.net > before.net) {
      throw usageError(
        "over-limit",
        `${environment} would cost ${currency} ${after.net.toFixed(2)} per month net, more than the limit of ${limit.toFixed(2)}`,
        { hint: "raise infrastructure.price_limit, or say --over-limit" },
      );
    }
  }
  if (stock !== undefined && stock.available !== true) {
    throw refusedError("out-of-stock", `${stock.type} cannot be ordered in ${stock.location} now`, {
      hint: hintOf(stock.alternatives, environment),
    });
  }
}
