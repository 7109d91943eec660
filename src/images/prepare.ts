import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { BuildModel } from "../compose/index.ts";
import { refusedError, WherryError, type Report, type Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { hexOf } from "./archive.ts";
import { isSamePlatform, keysOf, relocate } from "./build-arguments.ts";
import { buildImages } from "./build.ts";
import { docker, findLocal, type LocalImage } from "./engine.ts";
import type { ServiceImage } from "./model.ts";
import { lookUp, pinned, repositoryOf } from "./registry.ts";

/** What the images of a release are made from. */
export interface PrepareRequest {
  readonly app: string;
  /** The project's folder, absolute. */
  readonly directory: string;
  readonly services: readonly { readonly name: string; readonly image: string | undefined; readonly built: boolean }[];
  readonly builds: readonly BuildModel[];
  /** For builds: by name, and by `file:NAME` in base64. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Checked out here; undefined without git. */
  readonly commit: string | undefined;
  /** Builds take the files as they lie here, and not those of the commit. */
  readonly dirty: boolean;
  /** Of the server: `linux/amd64`. */
  readonly platform: string;
  /** Writes the committed files of `directory` into a folder. */
  readonly exportTree: (commit: string, into: string) => Promise<void>;
}

/** Builds, or finds, the image of each service. Touches no server. */
export async function prepareImages(
  ctx: Context,
  request: PrepareRequest,
  report: Report,
): Promise<ReadonlyMap<string, ServiceImage>> {
  const tags = await buildAll(ctx, request, report);
  const looking = tags.size === 0 ? undefined : oldNames(ctx, request.app);
  // Awaited further down.
  looking?.catch(() => {});
  const built = await findBuilt(ctx, request, tags);
  const images = await Promise.all(
    request.services.map(
      async (service) => [service.name, await imageOf(ctx, request, service, built, report)] as const,
    ),
  );
  const local = images.flatMap(([, image]) =>
    image.source.kind === "local" ? [[image.source.id, image.reference] as const] : [],
  );
  if (local.length === 0) return new Map(images);
  const current = new Set(local.map(([, reference]) => reference));
  const [old] = await Promise.all([
    looking ?? oldNames(ctx, request.app),
    ...local.map(([id, reference]) => docker(ctx, ["image", "tag", id, reference])),
  ]);
  const unwanted = [...built.temporary, ...old.filter((reference) => !current.has(reference))];
  // Only names go, and not the image of another name; one that a container uses here stays, and may.
  if (unwanted.length > 0) await docker(ctx, ["image", "rm", ...unwanted]);
  return new Map(images);
}

interface Built {
  /** By service. */
  readonly images: ReadonlyMap<string, LocalImage>;
  /** Service that builds it -> the names that other services may use for its image. */
  readonly names: ReadonlyMap<string, string>;
  readonly temporary: ReadonlySet<string>;
}

/** Gives the name that the image of a service has while it is new. */
async function buildAll(ctx: Context, request: PrepareRequest, report: Report): Promise<ReadonlyMap<string, string>> {
  const { builds, directory, commit, dirty, exportTree } = request;
  if (builds.length === 0) return new Map();
  const unique = randomUUID().slice(0, 8);
  return ctx.files.withTemporaryFolder(async (folder) => {
    const tree = join(folder, "tree");
    const committed = commit !== undefined && !dirty ? commit : undefined;
    if (committed !== undefined) {
      await ctx.files.makeFolder(tree, 0o700);
      await exportTree(committed, tree);
    }
    const locate = committed === undefined ? (path: string): string => path : relocate(directory, tree);
    const tagOf = (service: string): string => `wherry/${request.app}/${service}:new-${unique}`;
    return buildImages(ctx, { ...request, locate, folder: join(folder, "builds"), tagOf }, report);
  });
}

async function findBuilt(ctx: Context, { builds }: PrepareRequest, tags: ReadonlyMap<string, string>): Promise<Built> {
  const images = await Promise.all(
    [...tags].map(async ([service, tag]) => {
      const image = await findLocal(ctx, tag);
      if (image === undefined) {
        throw refusedError("build-lost", `the image of ${service} was built, but the Docker engine does not have it`, {
          hint: "look at: docker buildx ls",
        });
      }
      return [service, image] as const;
    }),
  );
  const names = builds.flatMap((build) =>
    [build.image ?? [], keysOf(build).tags ?? []].flat().map((name) => [withTag(name), build.service] as const),
  );
  return { images: new Map(images), names: new Map(names), temporary: new Set(tags.values()) };
}

async function imageOf(
  ctx: Context,
  request: PrepareRequest,
  { name: service, image, built }: PrepareRequest["services"][number],
  { images, names }: Built,
  report: Report,
): Promise<ServiceImage> {
  const platform = request.builds.find((build) => build.service === service)?.platform ?? request.platform;
  // The name that one service gives to what it builds is how another one says that it runs the same.
  const builder = built ? service : names.get(withTag(image ?? ""));
  const own = builder === undefined ? undefined : images.get(builder);
  if (own !== undefined) {
    const { commit, dirty } = request;
    const label = commit === undefined ? "none" : `${commit.slice(0, 12)}${dirty ? "-dirty" : ""}`;
    return localImage(request.app, service, label, own, platform);
  }
  if (image === undefined) throw new Error(`${service} has no image and no build`);
  return foreignImage(ctx, { app: request.app, service, image, platform }, report);
}

interface Wanted {
  readonly app: string;
  readonly service: string;
  readonly image: string;
  readonly platform: string;
}

/** An image that nobody builds here: from its registry, or as this machine has it. */
async function foreignImage(ctx: Context, wanted: Wanted, report: Report): Promise<ServiceImage> {
  const { app, service, image, platform } = wanted;
  const fixed = pinned(image);
  if (fixed !== undefined) return registryImage(app, service, fixed);
  const local = await findLocal(ctx, image).catch(unlessNoEngine);
  // What was built here and never pulled is in no registry; asking costs seconds where there is no network.
  if (local !== undefined && local.digests.length === 0)
    return localImage(app, service, "local", local, platform, image);
  const answer = await lookUp(ctx, image);
  if (answer.found) {
    if (answer.platforms.length > 0 && !answer.platforms.some((one) => isSamePlatform(one, platform))) {
      throw wrongArchitecture(service, image, answer.platforms.join(", "), platform);
    }
    return registryImage(app, service, `${repositoryOf(image)}@${answer.digest}`);
  }
  if (local === undefined) {
    throw refusedError(
      "image-not-found",
      `${image}, the image of ${service}, is in no registry and not on this machine`,
      {
        context: answer.why === "" ? [] : [answer.why],
        hint: `try: docker pull ${image}`,
      },
    );
  }
  report({
    type: "note",
    text: `${service}: ${image} is sent as this machine has it, for its registry says: ${answer.why}`,
  });
  return localImage(app, service, "local", local, platform, image);
}

/** What comes from a registry needs no engine on this machine. */
function unlessNoEngine(error: unknown): undefined {
  if (!(error instanceof WherryError) || error.code !== "no-docker") throw error;
}

function registryImage(app: string, service: string, pull: string): ServiceImage {
  const digest = pull.slice(pull.indexOf("@") + 1);
  return {
    service,
    reference: referenceOf(app, service, "pulled", digest),
    digest,
    source: { kind: "registry", pull },
    layers: undefined,
    bytes: undefined,
  };
}

function localImage(
  app: string,
  service: string,
  label: string,
  image: LocalImage,
  platform: string,
  name = `the image of ${service}`,
): ServiceImage {
  if (!isSamePlatform(image.platform, platform)) throw wrongArchitecture(service, name, image.platform, platform);
  return describeLocal(service, referenceOf(app, service, label, image.id), image);
}

/** An image of this machine's engine, under the name that it gets on the server. */
export function describeLocal(service: string, reference: string, image: LocalImage): ServiceImage {
  const { id, layers, layerBytes, bytes, store } = image;
  const source = { kind: "local", id, store } as const;
  return { service, reference, digest: id, source, layers, bytes, ...(layerBytes === undefined ? {} : { layerBytes }) };
}

function referenceOf(app: string, service: string, label: string, digest: string): string {
  // A repository's name has no capitals; compose allows them in the name of a service.
  return `wherry/${app}/${service.toLowerCase()}:${label}-${hexOf(digest).slice(0, 12)}`;
}

function wrongArchitecture(service: string, name: string, has: string, needs: string): Error {
  return refusedError("wrong-architecture", `${name} is for ${has}, and ${service} needs ${needs} on the server`, {
    hint: `docker pull --platform ${needs}, or build it for that platform`,
  });
}

function withTag(name: string): string {
  return name.includes("@") || name.lastIndexOf(":") > name.lastIndexOf("/") ? name : `${name}:latest`;
}

/** Names of earlier releases that stay on this machine, per service: enough to send an image again that a server lost. */
const keptNames = 5;

async function oldNames(ctx: Context, app: string): Promise<readonly string[]> {
  const listed = await docker(ctx, [
    "image",
    "ls",
    "--filter",
    `reference=wherry/${app}/*`,
    "--format",
    "{{.Repository}} {{.Tag}}",
  ]);
  // Newest first. Temporary names of a build that runs beside this one are that one's affair.
  const earlier = listed.stdout
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, tag]) => tag !== undefined && tag !== "<none>" && !tag.startsWith("new-"))
    .map(([repository = "", tag]) => ({ repository, reference: `${repository}:${tag}` }));
  const groups = [...Map.groupBy(earlier, ({ repository }) => repository).values()];
  const old = groups.flatMap((group) => group.slice(keptNames).map(({ reference }) => reference));
  return old.length === 0 ? [] : unusedNames(ctx, old);
}

/** Another deployment from this machine may be about to send what it has just named. */
async function unusedNames(ctx: Context, references: readonly string[]): Promise<readonly string[]> {
  const format = "{{json .Metadata.LastTagTime}}";
  const times = await docker(ctx, ["image", "inspect", "--format", format, ...references]);
  const hourAgo = ctx.clock.now().getTime() - 3_600_000;
  const lines = times.stdout.trim().split("\n");
  // One of them is gone meanwhile: the other deployment is cleaning up as well.
  if (lines.length !== references.length) return [];
  return references.filter((_reference, index) => Date.parse(JSON.parse(lines[index] ?? '""') as string) < hourAgo);
}
