import { buildsOf, loadCompose, understand } from "../compose/index.ts";
import type { ServiceModel } from "../compose/index.ts";
import { loadSettings } from "../config/index.ts";
import { refusedError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { exportTree } from "../git/index.ts";
import { preferLocal, prepareImages } from "../images/index.ts";
import type { FetchImages, ServiceImage } from "../images/index.ts";
import type { Connection } from "../server/index.ts";
import { timedStep } from "../system/index.ts";
import type { Context } from "../system/index.ts";
import type { App } from "./app.ts";
import { withConnections } from "./fleet.ts";
import { historyOf } from "./history.ts";
import type { LedgerLine } from "./ledger.ts";
import { originText } from "./origin.ts";
import type { ImagesOrigin } from "./origin.ts";
import { checkServer } from "./preflight.ts";
import { promoteImages, refusalFor } from "./promoted.ts";
import { survey } from "./survey.ts";
import type { Survey } from "./survey.ts";
import { ledgerDepth, verifiedDeployment } from "./verified.ts";

/** Where the images of a release come from: built here, or those that another environment has tried out. */
export interface Supply {
  readonly origin: ImagesOrigin;
  /** For one server: what is built is built once for all of the same platform. */
  imagesFor(found: Survey): Promise<ReadonlyMap<string, ServiceImage>>;
  /** Brings what another server has; undefined where nothing comes from one. */
  readonly fetch: FetchImages | undefined;
}

export interface SupplyOptions {
  /** Build, although the images would come from another environment. */
  readonly build?: boolean | undefined;
  readonly stack?: string | undefined;
}

/** Decides where the images come from, and has the way there open for the time of `use`. Touches no server. */
export async function withSupply<T>(
  ctx: Context,
  { app, options, found }: { readonly app: App; readonly options: SupplyOptions; readonly found: readonly Survey[] },
  report: Report,
  use: (supply: Supply) => Promise<T>,
): Promise<T> {
  const { imagesFrom } = app.settings;
  if (imagesFrom === undefined || options.build === true) {
    const origin: ImagesOrigin = { kind: "built", ...(imagesFrom === undefined ? {} : { instead: imagesFrom }) };
    return use({ origin, imagesFor: preparedOnce(ctx, app, app.model.services, report), fetch: undefined });
  }
  return withPromoted(ctx, app, { imagesFrom, stack: options.stack, found }, report, use);
}

interface Wanted {
  readonly imagesFrom: string;
  readonly stack: string | undefined;
  readonly found: readonly Survey[];
}

async function withPromoted<T>(
  ctx: Context,
  app: App,
  { imagesFrom: environment, stack, found }: Wanted,
  report: Report,
  use: (supply: Supply) => Promise<T>,
): Promise<T> {
  const { settings, model } = app;
  const commit = committed(app, environment);
  const source = await loadSettings(ctx, { directory: settings.directory, environment, stack });
  // Names of secrets are enough to see what is built from what; their values are that environment's own affair.
  const others = understand(await loadCompose(ctx, source, new Map()), source);
  return withConnections(ctx, source.servers, async (connections) => {
    const [first] = connections;
    if (first === undefined) throw new Error(`${environment} has no server`);
    const [{ state, inventory }, ledgers] = await Promise.all([
      survey(first, source),
      Promise.all(connections.map((connection) => historyOf(connection, source, ledgerDepth))),
    ]);
    checkServer(state, first.name);
    const line = verified(app, { environment, commit, connections, ledgers });
    const { images, besides, origin } = promoteImages(
      {
        environment,
        server: first.name,
        architecture: state.engine?.architecture ?? "",
        line,
        records: state.records,
        inventory,
        model: others,
      },
      {
        environment: settings.environment,
        model,
        architectures: found.flatMap((one) => one.state.engine?.architecture ?? []),
      },
    );
    report({ type: "note", text: `the images are ${originText(origin)}` });
    const near = await preferLocal(ctx, images);
    const prepareBesides = preparedOnce(ctx, app, besides, report);
    return use({
      origin,
      imagesFor: async (one) =>
        new Map([
          ...near.map((image) => [image.service, image] as const),
          ...(besides.length === 0 ? [] : await prepareBesides(one)),
        ]),
      fetch: fetchFrom(ctx, first, report),
    });
  });
}

/** What is not committed was never tried out anywhere. */
function committed({ commit, dirty, settings }: App, environment: string): string {
  if (commit !== undefined && !dirty) return commit.commit;
  throw refusalFor(settings.environment)(
    "not-committed",
    `${settings.environment} gets the images that ${environment} had from the same commit, and the files here are not those of a commit`,
    commit === undefined ? "put the app into a git repository" : "leave --dirty out",
  );
}

interface Ledgers {
  readonly environment: string;
  readonly commit: string;
  readonly connections: readonly Connection[];
  /** One for each connection, newest line first. */
  readonly ledgers: readonly (readonly LedgerLine[])[];
}

/** The deployment to take from: that of the first server, and the same release has to have succeeded on all. */
function verified({ settings }: App, { environment, commit, connections, ledgers }: Ledgers): LedgerLine {
  const refuse = refusalFor(settings.environment);
  const remedy = `deploy this commit to ${environment} first, and try it out there`;
  const found = verifiedDeployment(environment, ledgers[0] ?? [], commit);
  if (!found.ok) throw refuse("not-verified", found.reason, remedy);
  const { line } = found;
  const without = connections.find(
    (_, index) => ledgers[index]?.some((one) => one.release === line.release && one.outcome === "succeeded") !== true,
  );
  if (without === undefined) return line;
  throw refuse("not-verified", `${line.release} of ${environment} did not succeed on ${without.name}`, remedy);
}

/** From engine to file: nothing of it is held in memory, and nothing is left on that server. */
export function fetchFrom(ctx: Context, connection: Connection, report: Report): FetchImages {
  return async (references, file) => {
    report({ type: "note", text: `fetch ${references.join(", ")} from ${connection.name}` });
    const command = ["docker", "image", "save", "--", ...references];
    const argv = connection.passthrough(command, { terminal: false });
    const result = await ctx.processes.run(argv, { stdoutFile: file });
    if (result.exitCode === 0) return;
    const failure = await connection.failureOf(result);
    throw (
      failure ??
      refusedError("image-fetch-failed", `${connection.name} does not hand over ${references.join(", ")}`, {
        context: result.stderr.trim().split("\n").slice(-5),
        hint: "deploy again; if it stays so, look at the disk and the engine of that server",
      })
    );
  };
}

/** Builds, or looks up, the images of services for the platform of a server; once for all servers of one platform. */
function preparedOnce(
  ctx: Context,
  app: App,
  services: readonly ServiceModel[],
  report: Report,
): (found: Survey) => Promise<ReadonlyMap<string, ServiceImage>> {
  const begun = new Map<string, Promise<ReadonlyMap<string, ServiceImage>>>();
  return ({ state }) => {
    const platform = `linux/${state.engine?.architecture ?? "amd64"}`;
    const images = begun.get(platform) ?? prepare(ctx, app, services, platform, report);
    begun.set(platform, images);
    return images;
  };
}

async function prepare(
  ctx: Context,
  app: App,
  services: readonly ServiceModel[],
  platform: string,
  report: Report,
): Promise<ReadonlyMap<string, ServiceImage>> {
  const { settings, model, commit, dirty } = app;
  const names = new Set(services.map(({ name }) => name));
  const builds = buildsOf(model).filter(({ service }) => names.has(service));
  const title = builds.length === 0 ? "look up the images" : "build and look up the images";
  return timedStep(ctx, report, { id: "images", title }, () =>
    prepareImages(
      ctx,
      {
        app: settings.app,
        directory: settings.directory,
        services: services.map(({ name, image, built }) => ({ name, image, built })),
        builds,
        secrets: new Map([...app.secrets, ...model.fileSecrets]),
        commit: commit?.commit,
        dirty,
        platform,
        exportTree: (wanted, into) => exportTree(ctx, settings.directory, wanted, into),
      },
      report,
    ),
  );
}
