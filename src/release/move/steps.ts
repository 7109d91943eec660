import { WherryError } from "../../core/index.ts";
import type { Report } from "../../core/index.ts";
import { maintenancePage } from "../../proxy/index.ts";
import { script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { assignSubnets } from "../networks.ts";
import { composeNames, healthTarget } from "../plan-parts.ts";
import type { ReleaseRecord, ReleaseService } from "../record.ts";
import { runSteps } from "../run.ts";
import type { PhaseResult, Scope } from "../run.ts";
import type { ServerState } from "../state.ts";
import type { Step } from "../steps.ts";

/** What visitors see while a server waits for its data, in base64. */
export const page = Buffer.from(maintenancePage).toString("base64");

/** Services of which two must never run, wherever they are. */
export function singletonsOf(record: ReleaseRecord): readonly string[] {
  return record.services
    .filter(({ placement, kind, singleton }) => placement === "release" && kind !== "job" && singleton)
    .map(({ name }) => name);
}

/** What runs of a release in its slot. */
export function runningServices({ services }: ReleaseRecord): readonly ReleaseService[] {
  return services.filter(({ placement, kind }) => placement === "release" && kind !== "job");
}

export function starts(
  record: ReleaseRecord,
  services: readonly ReleaseService[],
  state: ServerState,
): readonly Step[] {
  const slot = state.live?.slot;
  if (services.length === 0 || slot === undefined) return [];
  const subnets = assignSubnets(record, state);
  return [
    { step: "start-slot", slot, release: record.id, services: services.flatMap(composeNames) },
    { step: "verify", slot, targets: services.map((service) => healthTarget(record, service, subnets, slot)) },
  ];
}

export function note(title: string, text: string, args: readonly string[]): Step {
  return { step: "receive", title, script: script(text, args) };
}

/** Steps of which each has to work. @throws WherryError with what the server said */
export async function must(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  steps: readonly Step[],
  report: Report,
): Promise<PhaseResult> {
  const result = await runSteps(ctx, connection, scope, steps, report, { timeout: 3_600_000 });
  const { failure } = result;
  if (failure === undefined) return result;
  throw new WherryError("attention", failure.code, `${connection.name}: ${failure.message}`, {
    context: failure.context,
    hint: "run it again: it goes on from what is there",
  });
}
