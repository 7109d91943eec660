import { loadSettings, stacksOf } from "../config/index.ts";
import type { LoadOptions, Settings, Strategy } from "../config/index.ts";
import { nearest, refusedError, usageError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { keptImages, openShipment, planShipment, pullScript } from "../images/index.ts";
import type { Context } from "../system/index.ts";
import { joinDeliveries } from "./deliver.ts";
import type { Delivery } from "./deliver.ts";
import { planDeployment } from "./plan.ts";
import { checkServer } from "./preflight.ts";
import type { ReleaseId, ReleaseRecord } from "./record.ts";
import { reportOf, rollOut, withConnections } from "./fleet.ts";
import { joinPlans, planResult } from "./result.ts";
import type { DeploymentResult, PlanResult } from "./result.ts";
import { underLock } from "./session.ts";
import { inStacks, planStacks } from "./stacks.ts";
import type { ServerState } from "./state.ts";
import { atOnce } from "./strategy.ts";
import { readSurvey, survey, surveySteps } from "./survey.ts";
import type { Survey } from "./survey.ts";

export interface RollbackOptions extends LoadOptions {
  /** Left out: the release before the live one. */
  readonly to?: ReleaseId | undefined;
}

/** Makes an older release live again, from its record on the server: same images, same values, same secrets as then. */
export async function rollback(ctx: Context, options: RollbackOptions, report: Report): Promise<DeploymentResult> {
  // In reverse: what depends on the others goes first.
  const stacks = (await stacksOf(ctx, options)).toReversed();
  return inStacks(stacks, report, (stack, told) => rollbackStack(ctx, { ...options, stack }, told));
}

async function rollbackStack(ctx: Context, options: RollbackOptions, report: Report): Promise<DeploymentResult> {
  const begun = ctx.clock.monotonic();
  const queued = ctx.clock.now().toISOString();
  const settings = await loadSettings(ctx, options);
  const scope = { app: settings.app, environment: settings.environment };
  const what = `rollback${options.to === undefined ? "" : ` to ${options.to}`}`;
  const session = { scope, settings, queued, begun, what, before: surveySteps };
  return withConnections(ctx, settings.servers, (connections) => {
    // What the first server goes back to is what all go back to.
    let to = options.to;
    return rollOut(connections, settings, (connection) => {
      const told = reportOf(report, connection, connections.length);
      return underLock(ctx, connection, session, told, async (state, output) => {
        checkServer(state, connection.name);
        const record = chooseRelease(state, to);
        to = record.id;
        const delivery = await bringBackImages(ctx, record, readSurvey(output), told);
        const strategy = strategyFor(settings);
        // In code it goes back, in data never: what keeps data stays as it is.
        return { record, kind: "rollback", delivery, data: "leave", strategy, begin: "start" };
      });
    });
  });
}

/** Says what `rollback` would do. */
export async function planRollback(ctx: Context, options: RollbackOptions): Promise<PlanResult> {
  const stacks = (await stacksOf(ctx, options)).toReversed();
  return planStacks(stacks, (stack) => planRollbackOf(ctx, { ...options, stack }));
}

async function planRollbackOf(ctx: Context, options: RollbackOptions): Promise<PlanResult> {
  const settings = await loadSettings(ctx, options);
  return withConnections(ctx, settings.servers, async (connections) => {
    let { to } = options;
    const plans: PlanResult[] = [];
    for (const connection of connections) {
      const { state } = await survey(connection, { app: settings.app, environment: settings.environment });
      checkServer(state, connection.name);
      const record = chooseRelease(state, to);
      to = record.id;
      const planned = planDeployment(record, state, {
        data: "leave",
        keep: settings.keep,
        balancer: settings.balancer,
        ledgerLine: "",
        delivery: [],
        strategy: strategyFor(settings),
        begin: "start",
      });
      plans.push({ ...planResult(connection.name, planned, []), kind: "rollback" });
    }
    return joinPlans(plans);
  });
}

/** Who goes back wants it now, and away from what serves. */
function strategyFor({ strategy }: Settings): Strategy {
  return { ...atOnce(strategy), keepWarm: 0 };
}

/**
 * The asked one, else the one that was live when the live one was made: asking again goes back further, and never to one
 * that was itself rolled back.
 */
function chooseRelease(state: ServerState, wanted: ReleaseId | undefined): ReleaseRecord {
  const served = state.records
    .filter(({ id }) => state.served.has(id))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const ids = served.map(({ id }) => id);
  const live = state.records.find(({ id }) => id === state.live?.release);
  if (live === undefined) {
    throw refusedError("nothing-live", "nothing is deployed here yet: there is nothing to go back from", {
      hint: "wherry deploy",
    });
  }
  if (wanted !== undefined) {
    const found = served.find(({ id }) => id === wanted);
    if (found !== undefined) return found;
    const near = nearest(wanted, ids);
    throw usageError("unknown-release", `there is no release ${wanted} on the server; there is ${ids.join(", ")}`, {
      hint: near === undefined ? "wherry history lists what was deployed" : `did you mean --to ${near}?`,
    });
  }
  const before = served.find(({ id }) => id === live.previous);
  if (before !== undefined) return before;
  throw refusedError(
    "no-earlier-release",
    live.previous === null
      ? `${live.id} is the first release: there was none before`
      : `${live.previous}, which was live before ${live.id}, is no longer kept on the server`,
    {
      hint:
        ids.length > 1 ? `a newer one can be asked for: --to ${ids[0]}` : "keep: in wherry.yaml says how many are kept",
    },
  );
}

/** Images are kept with their releases; where somebody removed one all the same, it comes from where it came from. */
async function bringBackImages(
  ctx: Context,
  record: ReleaseRecord,
  { inventory }: Survey,
  report: Report,
): Promise<Delivery> {
  const present = new Set(inventory.images.flatMap(({ references }) => references));
  const gone = record.services.filter(({ image }) => !present.has(image));
  if (gone.length === 0) return joinDeliveries([]);
  const images = await keptImages(ctx, gone);
  const lost = gone.filter(({ name }) => !images.some(({ service }) => service === name));
  if (lost.length > 0) {
    const names = lost.map(({ name, image }) => `${name} (${image})`).join(", ");
    throw refusedError(
      "image-gone",
      `the images of ${names} are no longer on the server, and not on this machine either`,
      {
        hint: `deploy that commit again: git checkout ${record.commit ?? record.id}, then wherry deploy`,
      },
    );
  }
  const shipment = planShipment(images, inventory);
  const opened = await openShipment(ctx, images, shipment, inventory, report);
  const title = `bring back ${gone.map(({ image }) => image).join(", ")}`;
  const pulls =
    shipment.pulls.length === 0 ? [] : [{ step: "receive" as const, title, script: pullScript(shipment.pulls) }];
  const sent = opened === undefined ? [] : [{ step: "receive" as const, title, script: opened.script }];
  return {
    steps: [...pulls, ...sent],
    input: opened?.input,
    close: async () => opened?.close(),
  };
}
