import { renderRelease, buildsOf } from "../compose/index.ts";
import { loadSettings } from "../config/index.ts";
import type { Settings, Strategy } from "../config/index.ts";
import { exportTree } from "../git/index.ts";
import { openShipment, planShipment, prepareImages, pullScript } from "../images/index.ts";
import type { EngineInventory, ServiceImage, Shipment } from "../images/index.ts";
import { withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { Report } from "../core/index.ts";
import { readApp } from "./app.ts";
import type { App, AppOptions } from "./app.ts";
import { configHashes, createRecord } from "./create.ts";
import { deliverFiles, joinDeliveries } from "./deliver.ts";
import type { Delivery } from "./deliver.ts";
import { newReleaseId } from "./identity.ts";
import { kindOf } from "./ledger-line.ts";
import { planDeployment } from "./plan.ts";
import { checkDisk, checkOwnership, checkPort, checkServer } from "./preflight.ts";
import type { ReleaseRecord } from "./record.ts";
import { planResult } from "./result.ts";
import type { DeploymentResult, PlanResult } from "./result.ts";
import { underLock } from "./session.ts";
import { startProxy } from "./setup.ts";
import { survey } from "./survey.ts";
import type { Survey } from "./survey.ts";

export interface DeployOptions extends AppOptions {
  /** First this share of the requests, in percent, whatever the strategy is. */
  readonly canary?: number | undefined;
}

/** Builds, ships and switches to a new release of the app as it lies here. */
export async function deploy(ctx: Context, options: DeployOptions, report: Report): Promise<DeploymentResult> {
  const begun = ctx.clock.monotonic();
  const queued = ctx.clock.now().toISOString();
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const { app, found } = await readAndLook(ctx, connection, settings, options, report);
    const ready = await prepare(ctx, connection, app, found, report);
    // Reading images out of the engine takes its seconds: the lock is taken meanwhile.
    const packing = deliverImages(ctx, ready, report);
    packing.catch(() => {});
    const scope = { app: settings.app, environment: settings.environment };
    const session = { scope, settings, queued, begun, what: describe(app), before: [] };
    try {
      return await underLock(ctx, connection, session, report, async (state) => {
        const record = makeRecord(ctx, app, ready, state, state.salt ?? "");
        const files = renderRelease(app.model, {
          app: settings.app,
          environment: settings.environment,
          stack: record.stack,
          images: new Map([...ready.images].map(([name, { reference }]) => [name, reference])),
          secrets: app.secrets,
          configHashes: configHashes(record),
        });
        const delivery = joinDeliveries([...(await packing), await deliverFiles(record, files)]);
        const previous = state.records.find(({ id }) => id === state.live?.release);
        return {
          record,
          kind: kindOf(record, previous),
          delivery,
          data: "change",
          strategy: strategyFor(settings, options),
          begin: "start",
        };
      });
    } finally {
      const packed = await packing.catch(() => []);
      await Promise.all(packed.map((delivery) => delivery.close()));
    }
  });
}

/** Says what `deploy` would do, and does nothing: images are built, for without them nothing is known of the release. */
export async function plan(ctx: Context, options: DeployOptions, report: Report): Promise<PlanResult> {
  const settings = await loadSettings(ctx, options);
  return withConnection(ctx, settings.server, async (connection) => {
    const { app, found } = await readAndLook(ctx, connection, settings, options, report);
    const ready = await build(ctx, connection, app, found, report);
    // Without a key no secret can be compared with the live one's.
    const record = makeRecord(ctx, app, ready, found.state, found.state.salt ?? "");
    const deliveries = shipmentTitles(ready.shipment).map((title, index) => ({ id: `deliver.${index + 1}`, title }));
    const planned = planDeployment(record, found.state, {
      data: "change",
      keep: app.settings.keep,
      ledgerLine: "",
      delivery: [],
      strategy: strategyFor(settings, options),
      begin: "start",
    });
    const proxy = found.state.proxy?.state === "running" ? [] : [{ id: "start-proxy", title: "start the proxy" }];
    return planResult(connection.name, planned, [...proxy, ...deliveries]);
  });
}

function strategyFor({ strategy }: Settings, { canary }: DeployOptions): Strategy {
  if (canary === undefined) return strategy;
  return { ...strategy, kind: "canary", canary: { ...strategy.canary, steps: [canary], manual: true } };
}

interface Ready {
  readonly images: ReadonlyMap<string, ServiceImage>;
  readonly shipment: Shipment;
  readonly inventory: EngineInventory;
}

/** Builds here, and sees that the proxy runs there. */
async function prepare(ctx: Context, connection: Connection, app: App, found: Survey, report: Report): Promise<Ready> {
  const ready = await build(ctx, connection, app, found, report);
  if (found.state.proxy?.state !== "running") {
    const scope = { app: app.settings.app, environment: app.settings.environment, deployment: "-" };
    await startProxy(ctx, connection, scope, found, report);
  }
  return ready;
}

/** The app here and the server there, at the same time; then whether they fit. */
async function readAndLook(
  ctx: Context,
  connection: Connection,
  settings: Settings,
  options: AppOptions,
  report: Report,
): Promise<{ readonly app: App; readonly found: Survey }> {
  const looking = survey(connection, { app: settings.app, environment: settings.environment });
  // What is wrong with the files here is told first, whatever the server says.
  looking.catch(() => {});
  const app = await readApp(ctx, settings, options, report);
  const found = await looking;
  checkServer(found.state, connection.name);
  checkPort(found.state, connection.name);
  checkOwnership(app, found.state, connection.name);
  checkDisk(found.state, connection.name, 0);
  return { app, found };
}

async function build(
  ctx: Context,
  connection: Connection,
  app: App,
  { state, inventory }: Survey,
  report: Report,
): Promise<Ready> {
  const { settings, model, commit, dirty } = app;
  const since = ctx.clock.monotonic();
  const title = "build and look up the images";
  report({ type: "step-started", id: "images", title });
  const elapsed = (): number => (ctx.clock.monotonic() - since) / 1000;
  const images = await prepareImages(
    ctx,
    {
      app: settings.app,
      directory: settings.directory,
      services: model.services.map(({ name, image, built }) => ({ name, image, built })),
      builds: buildsOf(model),
      secrets: new Map([...app.secrets, ...model.fileSecrets]),
      commit: commit?.commit,
      dirty,
      platform: `linux/${state.engine?.architecture ?? "amd64"}`,
      exportTree: (wanted, into) => exportTree(ctx, settings.directory, wanted, into),
    },
    report,
  ).catch((error: unknown) => {
    report({ type: "step-failed", id: "images", title, seconds: elapsed() });
    throw error;
  });
  report({ type: "step-finished", id: "images", title, seconds: elapsed() });
  const shipment = planShipment(images.values(), inventory);
  checkDisk(state, connection.name, shipment.bytesNeeded);
  return { images, shipment, inventory };
}

function makeRecord(ctx: Context, app: App, ready: Ready, state: Survey["state"], salt: string): ReleaseRecord {
  const now = ctx.clock.now();
  const id = newReleaseId(
    now,
    state.records.map((record) => record.id),
  );
  return createRecord(app, { id, now, previous: state.live?.release, images: ready.images, salt });
}

async function deliverImages(
  ctx: Context,
  { images, shipment, inventory }: Ready,
  report: Report,
): Promise<readonly Delivery[]> {
  const [ship, pull] = shipmentTitles(shipment);
  const pulls: Delivery = {
    steps: [{ step: "receive", title: pull ?? "", script: pullScript(shipment.pulls) }],
    input: undefined,
    close: async () => {},
  };
  const opened = await openShipment(ctx, [...images.values()], shipment, inventory, report);
  return [
    ...(shipment.pulls.length === 0 ? [] : [pulls]),
    ...(opened === undefined
      ? []
      : [
          {
            steps: [{ step: "receive" as const, title: ship ?? "send the images", script: opened.script }],
            input: opened.input,
            close: () => opened.close(),
          },
        ]),
  ];
}

function shipmentTitles({ missing, layerBytes, pulls }: Shipment): readonly string[] {
  const megabytes = layerBytes < 1e6 ? "less than 1 MB" : `${Math.round(layerBytes / 1e6)} MB`;
  const names = (list: readonly { readonly reference: string }[]): string =>
    list.map(({ reference }) => reference).join(", ");
  return [
    ...(missing.length === 0 ? [] : [`send ${names(missing)} (${megabytes} that the server lacks)`]),
    ...(pulls.length === 0 ? [] : [`pull ${names(pulls)}`]),
  ];
}

function describe({ commit }: App): string {
  return commit === undefined ? "deploy" : `deploy ${commit.commit.slice(0, 8)}`;
}
