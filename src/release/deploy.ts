import { renderRelease } from "../compose/index.ts";
import { loadSettings, stacksOf } from "../config/index.ts";
import type { Settings, Strategy } from "../config/index.ts";
import { openShipment, planShipment, pullScript } from "../images/index.ts";
import type { EngineInventory, ServiceImage, Shipment } from "../images/index.ts";
import { legoImage } from "../proxy/index.ts";
import type { CertificateWishes } from "../proxy/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import type { Report } from "../core/index.ts";
import { readApp } from "./app.ts";
import { backupBeforeDeploy } from "./backup.ts";
import { suggestCopy } from "./copy-first.ts";
import { readCertificateWishes } from "./certificates.ts";
import type { App, AppOptions } from "./app.ts";
import { configHashes, createRecord } from "./create.ts";
import { deliverFiles, joinDeliveries } from "./deliver.ts";
import type { Delivery } from "./deliver.ts";
import { readNotifyFile } from "./notify.ts";
import { newReleaseId } from "./identity.ts";
import { kindOf } from "./ledger-line.ts";
import { originText } from "./origin.ts";
import type { ImagesOrigin } from "./origin.ts";
import { planDeployment } from "./plan.ts";
import { checkDisk, checkEngine, checkOwnership, checkPort, checkPreviews, checkServer } from "./preflight.ts";
import type { ReleaseId, ReleaseRecord } from "./record.ts";
import { reportOf, rollOut, withConnections } from "./fleet.ts";
import { joinPlans, planResult } from "./result.ts";
import type { DeploymentResult, PlanResult } from "./result.ts";
import { underLock } from "./session.ts";
import type { Session } from "./session.ts";
import { deliverImage, startProxy } from "./setup.ts";
import { inStacks, planStacks } from "./stacks.ts";
import { withSupply } from "./supply.ts";
import type { Supply } from "./supply.ts";
import { survey } from "./survey.ts";
import type { Survey } from "./survey.ts";

export interface DeployOptions extends AppOptions {
  /** First this share of the requests, in percent, whatever the strategy is. */
  readonly canary?: number | undefined;
  /** Build the images, although they would come from another environment. */
  readonly build?: boolean | undefined;
}

/** Builds, ships and switches to a new release of the app as it lies here: stack after stack where it has several. */
export async function deploy(ctx: Context, options: DeployOptions, report: Report): Promise<DeploymentResult> {
  const stacks = await stacksOf(ctx, options);
  if (stacks.length === 1) return deployStack(ctx, { ...options, stack: stacks[0] }, report);
  // What is wrong with a later stack's files is told before the first one is touched.
  for (const stack of stacks) {
    const settings = await loadSettings(ctx, { ...options, stack });
    await readApp(ctx, settings, options, () => {});
  }
  // All stacks get the same release: a rollback finds it in each.
  let id: ReleaseId | undefined;
  return inStacks(stacks, report, async (stack, told) => {
    const result = await deployStack(ctx, { ...options, stack }, told, id);
    id = result.release.id;
    return result;
  });
}

async function deployStack(
  ctx: Context,
  options: DeployOptions,
  report: Report,
  wanted?: ReleaseId,
): Promise<DeploymentResult> {
  const begun = ctx.clock.monotonic();
  const queued = ctx.clock.now().toISOString();
  const settings = await loadSettings(ctx, options);
  return withConnections(ctx, settings.servers, async (connections) => {
    const { app, lanes } = await readAndLook(ctx, connections, settings, options, report);
    const found = lanes.map((lane) => lane.found);
    return withSupply(ctx, { app, options, found }, report, async (supply) => {
      const ready = new Map<Connection, Lane & Ready>();
      // Every server has to be fit for it before the first one is touched.
      for (const lane of lanes) ready.set(lane.connection, { ...lane, ...(await readyFor(lane, supply)) });
      const id = wanted ?? releaseIdFor(ctx, lanes);
      const certificates = await certificatesOf(ctx, app);
      const notify = await readNotifyFile(ctx, settings);
      // Of a first deployment there is nothing to copy yet.
      if (lanes.some((lane) => lane.found.state.live !== undefined)) await backupBeforeDeploy(ctx, settings, report);
      const session = { settings, queued, begun, what: describe(app), before: [] };
      return rollOut(connections, settings, async (connection) => {
        const lane = ready.get(connection);
        if (lane === undefined) throw new Error(`${connection.name} was not looked at`);
        return deployTo(
          ctx,
          { app, certificates, notify, id, options, session },
          lane,
          reportOf(report, connection, connections.length),
        );
      });
    });
  });
}

interface Deploying {
  readonly app: App;
  readonly certificates: CertificateWishes | undefined;
  readonly notify: string;
  /** The same on all servers. */
  readonly id: ReleaseId;
  readonly options: DeployOptions;
  readonly session: Omit<Session, "scope">;
}

async function deployTo(
  ctx: Context,
  { app, certificates, notify, id, options, session }: Deploying,
  lane: Lane & Ready,
  report: Report,
): Promise<DeploymentResult> {
  const { settings } = app;
  const { connection, found } = lane;
  if (found.state.proxy?.state !== "running") {
    const scope = { app: settings.app, environment: settings.environment, deployment: "-" };
    await startProxy(ctx, connection, scope, found, report);
  }
  if (certificates !== undefined && certificates.hosts.length > 0) {
    const scope = { app: settings.app, environment: settings.environment, deployment: "-" };
    await deliverImage(ctx, connection, scope, { image: legoImage, found }, report);
  }
  // Reading images out of the engine takes its seconds: the lock is taken meanwhile.
  const packing = deliverImages(ctx, lane, report);
  packing.catch(() => {});
  const scope = { app: settings.app, environment: settings.environment };
  try {
    return await underLock(ctx, connection, { ...session, scope }, report, async (state) => {
      const record = makeRecord(ctx, app, lane, id, state, state.salt ?? "");
      const files = renderRelease(app.model, {
        app: settings.app,
        environment: settings.environment,
        stack: record.stack,
        images: new Map([...lane.images].map(([name, { reference }]) => [name, reference])),
        secrets: app.secrets,
        configHashes: configHashes(record),
      });
      const delivery = joinDeliveries([...(await packing), await deliverFiles(record, files)]);
      const previous = state.records.find((one) => one.id === state.live?.release);
      const strategy = strategyFor(settings, options);
      const kind = kindOf(record, previous);
      return { record, kind, delivery, data: "change", strategy, begin: "start", certificates, notify };
    });
  } finally {
    const packed = await packing.catch(() => []);
    await Promise.all(packed.map((delivery) => delivery.close()));
  }
}

/** Says what `deploy` would do, and does nothing: images are built, for without them nothing is known of the release. */
export async function plan(ctx: Context, options: DeployOptions, report: Report): Promise<PlanResult> {
  return planStacks(await stacksOf(ctx, options), (stack) => planStack(ctx, { ...options, stack }, report));
}

async function planStack(ctx: Context, options: DeployOptions, report: Report): Promise<PlanResult> {
  const settings = await loadSettings(ctx, options);
  return withConnections(ctx, settings.servers, async (connections) => {
    const { app, lanes } = await readAndLook(ctx, connections, settings, options, report);
    const found = lanes.map((lane) => lane.found);
    return withSupply(ctx, { app, options, found }, report, (supply) =>
      planWith(ctx, app, options, lanes, supply, report),
    );
  });
}

async function planWith(
  ctx: Context,
  app: App,
  options: DeployOptions,
  lanes: readonly Lane[],
  supply: Supply,
  report: Report,
): Promise<PlanResult> {
  const { settings } = app;
  const id = releaseIdFor(ctx, lanes);
  const certificates = await certificatesOf(ctx, app);
  const plans: PlanResult[] = [];
  for (const lane of lanes) {
    const { state } = lane.found;
    const ready = await readyFor(lane, supply);
    // Without a key no secret can be compared with the live one's.
    const record = makeRecord(ctx, app, ready, id, state, state.salt ?? "");
    const deliveries = shipmentTitles(ready.shipment).map((title, index) => ({ id: `deliver.${index + 1}`, title }));
    const planned = planDeployment(record, state, {
      data: "change",
      keep: app.settings.keep,
      balancer: app.settings.balancer,
      ledgerLine: "",
      delivery: [],
      strategy: strategyFor(settings, options),
      begin: "start",
      certificates,
    });
    suggestCopy(planned.steps, settings, report);
    const proxy = state.proxy?.state === "running" ? [] : [{ id: "start-proxy", title: "start the proxy" }];
    plans.push(planResult(lane.connection.name, planned, [...taking(supply.origin), ...proxy, ...deliveries]));
  }
  return joinPlans(plans);
}

function taking(origin: ImagesOrigin): readonly { readonly id: string; readonly title: string }[] {
  return origin.kind === "built" ? [] : [{ id: "take-images", title: `take the images: ${originText(origin)}` }];
}

function certificatesOf(ctx: Context, { settings, model }: App): Promise<CertificateWishes | undefined> {
  const routes = model.services.flatMap((service) => service.routes);
  return readCertificateWishes(ctx, settings, routes);
}

function strategyFor({ strategy }: Settings, { canary }: DeployOptions): Strategy {
  if (canary === undefined) return strategy;
  return { ...strategy, kind: "canary", canary: { ...strategy.canary, steps: [canary], manual: true } };
}

/** One server, as it was found. */
interface Lane {
  readonly connection: Connection;
  readonly found: Survey;
}

interface Ready {
  readonly images: ReadonlyMap<string, ServiceImage>;
  readonly shipment: Shipment;
  readonly inventory: EngineInventory;
  readonly supply: Supply;
}

/** The app here and the servers there, at the same time; then whether they fit. */
async function readAndLook(
  ctx: Context,
  connections: readonly Connection[],
  settings: Settings,
  options: AppOptions,
  report: Report,
): Promise<{ readonly app: App; readonly lanes: readonly Lane[] }> {
  const looking = Promise.all(
    connections.map(async (connection) => {
      const found = await survey(connection, { app: settings.app, environment: settings.environment });
      return { connection, found };
    }),
  );
  // What is wrong with the files here is told first, whatever the servers say.
  looking.catch(() => {});
  const app = await readApp(ctx, settings, options, report);
  const lanes = await looking;
  for (const { connection, found } of lanes) {
    checkServer(found.state, connection.name);
    checkEngine(app.model, found.state, connection.name);
    checkPort(found.state, connection.name);
    checkPreviews(settings, found.state, connection.name);
    checkOwnership(app, found.state, connection.name);
    checkDisk(found.state, connection.name, 0);
  }
  return { app, lanes };
}

/** What has to go to a server, and whether it has room for it. */
async function readyFor({ connection, found }: Lane, supply: Supply): Promise<Ready> {
  const { state, inventory } = found;
  const images = await supply.imagesFor(found);
  const shipment = planShipment(images.values(), inventory);
  checkDisk(state, connection.name, shipment.bytesNeeded);
  return { images, shipment, inventory, supply };
}

function releaseIdFor(ctx: Context, lanes: readonly Lane[]): ReleaseId {
  const taken = lanes.flatMap(({ found }) => found.state.records.map(({ id }) => id));
  return newReleaseId(ctx.clock.now(), taken);
}

function makeRecord(
  ctx: Context,
  app: App,
  ready: Ready,
  id: ReleaseId,
  state: Survey["state"],
  salt: string,
): ReleaseRecord {
  const now = ctx.clock.now();
  return createRecord(app, {
    id,
    now,
    previous: state.live?.release,
    images: ready.images,
    origin: ready.supply.origin,
    salt,
  });
}

/** What has to go to a server, as steps and their data; the images are read out of an engine meanwhile. */
export async function deliverImages(
  ctx: Context,
  { images, shipment, inventory, supply }: Omit<Ready, "supply"> & { readonly supply: Pick<Supply, "fetch"> },
  report: Report,
): Promise<readonly Delivery[]> {
  const [ship, pull] = shipmentTitles(shipment);
  const pulls: Delivery = {
    steps: [{ step: "receive", title: pull ?? "", script: pullScript(shipment.pulls) }],
    input: undefined,
    close: async () => {},
  };
  const opened = await openShipment(ctx, [...images.values()], shipment, inventory, report, supply.fetch);
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
