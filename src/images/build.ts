import { join } from "node:path";
import type { BuildModel } from "../compose/index.ts";
import { redact, refusedError, Secret, type Report, type WherryError } from "../core/index.ts";
import type { Context, ProcessResult } from "../system/index.ts";
import { buildArguments, keysOf, neededServices } from "./build-arguments.ts";
import { engineFailure, lastLines } from "./engine.ts";

export interface BuildRequest {
  readonly builds: readonly BuildModel[];
  /** The project's folder; relative paths of caches are relative to it. */
  readonly directory: string;
  readonly platform: string;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly locate: (path: string) => string;
  /** Private folder for Dockerfiles and secrets of the builds. */
  readonly folder: string;
  /** Name for the image of a service while it is new. */
  readonly tagOf: (service: string) => string;
}

/** Builds all images side by side; what is the same is built once. Gives the tag for each service. */
export async function buildImages(
  ctx: Context,
  request: BuildRequest,
  report: Report,
): Promise<ReadonlyMap<string, string>> {
  const groups = [...Map.groupBy(request.builds, identity).values()];
  const tags = new Map(
    groups.flatMap((group) => group.map(({ service }) => [service, request.tagOf(group[0]?.service ?? "")] as const)),
  );
  refuseCircles(request.builds);
  const stop = new AbortController();
  const results = new Map<string, Promise<void>>();
  const start = (service: string): Promise<void> => {
    const group = groups.find((members) => members.some((member) => member.service === service));
    const [model] = group ?? [];
    if (group === undefined || model === undefined) return Promise.resolve();
    const already = results.get(model.service);
    if (already !== undefined) return already;
    const result = Promise.all(neededServices(model).map(start)).then(() =>
      buildOne(ctx, request, model, tags, stop.signal, report),
    );
    results.set(model.service, result);
    return result;
  };
  const outcomes = groups.map(([model]) => start(model?.service ?? ""));
  try {
    await Promise.all(outcomes);
  } catch (error) {
    // The first that fails ends the others: their images are of no use now. Their folders go when they have ended.
    stop.abort();
    await Promise.allSettled(outcomes);
    throw error;
  }
  return tags;
}

async function buildOne(
  ctx: Context,
  request: BuildRequest,
  model: BuildModel,
  serviceTags: ReadonlyMap<string, string>,
  stop: AbortSignal,
  report: Report,
): Promise<void> {
  const folder = join(request.folder, model.service);
  const secrets = secretsOf(model, request.secrets);
  const argv = buildArguments(model, {
    platform: request.platform,
    tag: serviceTags.get(model.service) ?? "",
    locate: request.locate,
    secretFiles: await writeSecrets(ctx, folder, secrets),
    inlineDockerfile: await writeInline(ctx, folder, model),
    serviceTags,
  });
  const hidden = [...secrets.values()].map((value) => new Secret(Buffer.from(value).toString()));
  const tell = (text: string): void => report({ type: "line", text: `${model.service} | ${redact(text, hidden)}` });
  const { provenance, sbom } = keysOf(model);
  // Attestations make another image of the same files each time; they are for those who ask.
  const attestations = provenance === undefined && sbom === undefined ? { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" } : {};
  stop.throwIfAborted();
  const process = ctx.processes.start(argv, {
    cwd: request.directory,
    env: { ...ctx.env, DOCKER_BUILDKIT: "1", ...attestations },
    onStdoutLine: tell,
    onStderrLine: tell,
  });
  process.stdin.end();
  stop.addEventListener("abort", () => process.kill());
  const result = await process.done;
  if (result.exitCode !== 0) throw buildFailed(model.service, result, hidden);
}

function buildFailed(service: string, result: ProcessResult, hidden: readonly Secret[]): WherryError {
  const engine = engineFailure(result);
  if (engine !== undefined) return engine;
  if (/'buildx' is not a docker command|unknown flag: --load|unknown shorthand flag/.test(result.stderr)) {
    return refusedError("no-buildx", "the buildx plugin of docker is needed on this machine to build images", {
      hint: "install it: https://docs.docker.com/go/buildx/",
    });
  }
  const context = lastLines(redact(result.stderr, hidden), 20);
  return refusedError("build-failed", `the image of ${service} could not be built`, {
    context,
    hint: `try: docker compose build ${service}`,
  });
}

/** Values of build secrets by id. Those that compose reads from files are kept in base64, as they may be binary. */
function secretsOf(model: BuildModel, secrets: ReadonlyMap<string, Secret>): ReadonlyMap<string, Uint8Array> {
  return new Map(
    model.secrets.map(({ id, name }) => {
      const value = secrets.get(name)?.reveal();
      if (value === undefined) {
        throw refusedError(
          "build-secret-missing",
          `the build of ${model.service} needs the secret ${name}, which has no value`,
        );
      }
      return [id, Buffer.from(value, name.startsWith("file:") ? "base64" : "utf8")];
    }),
  );
}

async function writeSecrets(
  ctx: Context,
  folder: string,
  secrets: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, string>> {
  const files = [...secrets].map(([id, value], index) => ({ id, value, path: join(folder, `secret-${index}`) }));
  if (files.length > 0) await ctx.files.makeFolder(folder, 0o700);
  await Promise.all(files.map(({ path, value }) => ctx.files.write(path, value, 0o600)));
  return new Map(files.map(({ id, path }) => [id, path]));
}

async function writeInline(ctx: Context, folder: string, model: BuildModel): Promise<string | undefined> {
  const { dockerfile_inline: text } = keysOf(model);
  if (text === undefined) return undefined;
  const path = join(folder, "Dockerfile");
  await ctx.files.write(path, text);
  return path;
}

/** Builds with equal identities make the same image. */
function identity({ build, platform, secrets }: BuildModel): string {
  return JSON.stringify([build, platform, secrets]);
}

function refuseCircles(builds: readonly BuildModel[]): void {
  const waiting = new Map(builds.map((build) => [build.service, neededServices(build)]));
  for (;;) {
    const free = [...waiting].filter(([, needs]) => !needs.some((need) => waiting.has(need)));
    if (free.length === 0) break;
    for (const [service] of free) waiting.delete(service);
  }
  if (waiting.size === 0) return;
  throw refusedError("build-circle", `the builds of ${[...waiting.keys()].join(", ")} need each other's images`);
}
