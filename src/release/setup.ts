import { imageForServer, openShipment, planShipment } from "../images/index.ts";
import type { EngineInventory } from "../images/index.ts";
import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { frontendConfig, proxyCompose, proxyImage } from "../proxy/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { hasOldCompose } from "./preflight.ts";
import { runSteps } from "./run.ts";
import type { PhaseFailure, PhaseResult, Scope, StepResult } from "./run.ts";
import type { ServerState } from "./state.ts";
import type { Step } from "./steps.ts";
import type { Survey } from "./survey.ts";

/** What `install` has to bring; `docker` stands for the engine and its command line, `compose` for the plugin. */
export function missingPrograms(state: ServerState): readonly string[] {
  const engine = state.engine === undefined && state.refused === undefined ? ["docker"] : [];
  const compose = state.engine !== undefined && hasOldCompose(state) ? ["compose"] : [];
  return [...new Set([...engine, ...compose, ...state.missing])];
}

/** The proxy with everything that it needs to start. */
function proxyStep(state: ServerState, httpsPort: number | undefined): Extract<Step, { step: "start-proxy" }> {
  return {
    step: "start-proxy",
    image: proxyImage,
    compose: proxyCompose,
    frontend: frontendConfig({ httpPort: 80, httpsPort, ipv6: state.ipv6 }),
  };
}

/** On this machine nobody can prove to an authority who they are; and port 443 is more often somebody else's. */
function httpsPort({ local }: Connection): number | undefined {
  return local ? undefined : 443;
}

/** Starts the proxy where it does not run as it should; ships its image from here where the server cannot pull it. */
export async function startProxy(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  found: Survey,
  report: Report,
): Promise<readonly StepResult[]> {
  const start = [proxyStep(found.state, httpsPort(connection))];
  return (await withImage(ctx, connection, scope, { image: proxyImage, found, steps: start }, report)).steps;
}

/** The same with the newest image of the registry; where the server reaches none, with what it has. */
export async function renewProxy(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  found: Survey,
  report: Report,
): Promise<PhaseResult> {
  const pull: readonly Step[] = hasImage(found, proxyImage) ? [{ step: "pull-proxy", image: proxyImage }] : [];
  const steps = [...pull, proxyStep(found.state, httpsPort(connection))];
  return withImage(ctx, connection, scope, { image: proxyImage, found, steps }, report);
}

/** Sends one of the images that the server itself needs, where the server lacks it and no registry has it. */
export async function deliverImage(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  { image, found }: Pick<ImageUse, "image" | "found">,
  report: Report,
): Promise<void> {
  if (!hasImage(found, image)) await withImage(ctx, connection, scope, { image, found, steps: [] }, report);
}

interface ImageUse {
  readonly image: string;
  readonly found: Survey;
  readonly steps: readonly Step[];
}

function hasImage({ inventory }: Survey, name: string): boolean {
  return inventory.images.some(({ references }) => references.includes(name));
}

/** Runs steps that use an image, which goes along where the server lacks it and cannot pull it. */
async function withImage(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  { image, found, steps }: ImageUse,
  report: Report,
): Promise<PhaseResult> {
  const delivery = hasImage(found, image) ? undefined : await openImage(ctx, image, found.inventory, report);
  const all: readonly Step[] = delivery === undefined ? steps : [delivery.step, ...steps];
  if (all.length === 0) return { steps: [], failure: undefined, facts: new Map() };
  const options = { ...(delivery === undefined ? {} : { input: delivery.input }), timeout: 900_000 };
  let result;
  try {
    result = await runSteps(ctx, connection, scope, all, report, options);
  } finally {
    await delivery?.close();
  }
  if (result.failure !== undefined) throw setupFailed(result.failure);
  return result;
}

/** Only an image that no registry has is shipped: else the server pulls it itself, and gets what is newest. */
async function openImage(ctx: Context, name: string, inventory: EngineInventory, report: Report) {
  const image = await imageForServer(ctx, name);
  if (image === undefined) return undefined;
  const images = [image];
  const shipment = await openShipment(ctx, images, planShipment(images, inventory), inventory, report);
  if (shipment === undefined) return undefined;
  const step: Step = { step: "receive", title: `send the image ${name}`, script: shipment.script };
  return { step, input: shipment.input, close: () => shipment.close() };
}

function setupFailed(failure: PhaseFailure): WherryError {
  const hint =
    failure.code === "proxy-image-missing"
      ? `let the server reach a registry, or pull ${proxyImage} on this machine: it is sent from here then`
      : undefined;
  return new WherryError("refused", failure.code, failure.message, {
    context: failure.context,
    ...(hint === undefined ? {} : { hint }),
  });
}
