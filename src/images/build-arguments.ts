import { isAbsolute, join, relative } from "node:path";
import type { BuildModel } from "../compose/index.ts";
import { invalidError } from "../core/index.ts";

/** The `build` mapping as `docker compose config` writes it. */
export interface BuildKeys {
  readonly additional_contexts?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string | null>>;
  readonly cache_from?: readonly string[];
  readonly cache_to?: readonly string[];
  readonly context?: string;
  readonly dockerfile?: string;
  readonly dockerfile_inline?: string;
  readonly entitlements?: readonly string[];
  readonly extra_hosts?: Readonly<Record<string, string>> | readonly string[];
  readonly isolation?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  readonly no_cache?: boolean;
  readonly no_cache_filter?: readonly string[] | string;
  readonly platforms?: readonly string[];
  readonly privileged?: boolean;
  readonly provenance?: string | boolean;
  readonly pull?: boolean;
  readonly sbom?: string | boolean;
  readonly shm_size?: string | number;
  readonly ssh?: readonly string[];
  readonly tags?: readonly string[];
  readonly target?: string;
  readonly ulimits?: Readonly<Record<string, number | string | { readonly soft: number; readonly hard: number }>>;
}

export interface BuildSurroundings {
  /** `linux/amd64` of the server. */
  readonly platform: string;
  /** Name that the built image gets on this machine. */
  readonly tag: string;
  /** Where a path of the project is: the folder itself, or in its committed tree. */
  readonly locate: (path: string) => string;
  /** Build secret -> file with its value. */
  readonly secretFiles: ReadonlyMap<string, string>;
  /** File with the Dockerfile that the compose file holds. */
  readonly inlineDockerfile: string | undefined;
  /** Service -> name of its image, for contexts `service:NAME`. */
  readonly serviceTags: ReadonlyMap<string, string>;
}

export function keysOf({ build }: BuildModel): BuildKeys {
  return build;
}

/** The services whose images must be there before: contexts `service:NAME`. */
export function neededServices(build: BuildModel): readonly string[] {
  return Object.values(keysOf(build).additional_contexts ?? {}).flatMap((context) =>
    context.startsWith("service:") ? context.slice("service:".length) : [],
  );
}

/** The command line that builds one image. Nothing secret is in it. */
export function buildArguments(model: BuildModel, surroundings: BuildSurroundings): readonly string[] {
  const keys = keysOf(model);
  const { locate, tag, secretFiles, serviceTags } = surroundings;
  const context = keys.context ?? ".";
  return [
    "docker",
    "buildx",
    "build",
    "--load",
    "--progress=plain",
    `--platform=${platformOf(model, surroundings.platform)}`,
    `--tag=${tag}`,
    ...each("--tag", keys.tags),
    ...option("--file", surroundings.inlineDockerfile ?? dockerfileOf(keys, locate)),
    ...option("--target", keys.target),
    // A value of null is taken from the surroundings by compose itself, which leaves out what has none.
    ...pairs("--build-arg", keys.args),
    ...Object.entries(keys.additional_contexts ?? {}).flatMap(([name, value]) => [
      `--build-context=${name}=${contextOf(value, locate, serviceTags)}`,
    ]),
    ...each("--cache-from", keys.cache_from),
    ...each("--cache-to", keys.cache_to),
    ...pairs("--label", keys.labels),
    ...flag("--no-cache", keys.no_cache),
    ...each("--no-cache-filter", listOf(keys.no_cache_filter)),
    ...flag("--pull", keys.pull),
    ...[...secretFiles].flatMap(([id, file]) => `--secret=${field(`id=${id}`)},${field(`src=${file}`)}`),
    ...each("--ssh", keys.ssh),
    ...option("--network", keys.network),
    ...each("--add-host", hostsOf(keys.extra_hosts)),
    ...option("--shm-size", keys.shm_size),
    ...each("--ulimit", ulimitsOf(keys.ulimits)),
    ...each("--allow", entitlementsOf(keys)),
    ...option("--provenance", keys.provenance),
    ...option("--sbom", keys.sbom),
    "--",
    locate(context),
  ];
}

/** A service that asks for a platform gets it; else the server's. */
export function platformOf(model: BuildModel, server: string): string {
  const { isolation, platforms } = keysOf(model);
  const wanted = model.platform ?? server;
  if (isolation !== undefined && isolation !== "" && isolation !== "default") {
    throw invalidError(
      "build-isolation",
      `services.${model.service}.build.isolation: ${isolation} is for Windows only`,
    );
  }
  if (platforms === undefined || platforms.length === 0 || platforms.some((one) => isSamePlatform(one, wanted))) {
    return wanted;
  }
  throw invalidError(
    "build-platform",
    `services.${model.service}.build.platforms has ${platforms.join(", ")}, and the server needs ${wanted}`,
    { hint: `add ${wanted} to the list` },
  );
}

/** `linux/arm64/v8` is `linux/arm64`. */
export function isSamePlatform(a: string, b: string): boolean {
  const short = (platform: string): string => platform.split("/").slice(0, 2).join("/");
  return short(a) === short(b);
}

/** A folder of this machine, and not an address or the name of something else. */
function isFolder(context: string): boolean {
  return isAbsolute(context);
}

/** Moves paths of the project's folder to where its committed tree lies; all others stay. */
export function relocate(directory: string, tree: string): (path: string) => string {
  return (path) => {
    if (!isFolder(path)) return path;
    const inside = relative(directory, path);
    return inside === ".." || inside.startsWith("../") || isAbsolute(inside) ? path : join(tree, inside);
  };
}

function dockerfileOf({ context = ".", dockerfile }: BuildKeys, locate: (path: string) => string): string | undefined {
  if (dockerfile === undefined || !isFolder(context)) return dockerfile;
  return isAbsolute(dockerfile) ? locate(dockerfile) : locate(join(context, dockerfile));
}

function contextOf(value: string, locate: (path: string) => string, serviceTags: ReadonlyMap<string, string>): string {
  if (!value.startsWith("service:")) return locate(value);
  const service = value.slice("service:".length);
  const tag = serviceTags.get(service);
  if (tag === undefined) throw invalidError("build-context", `the build context ${value}: no such service is built`);
  return `docker-image://${tag}`;
}

function entitlementsOf({ entitlements = [], privileged }: BuildKeys): readonly string[] {
  return [...new Set([...entitlements, ...(privileged === true ? ["security.insecure"] : [])])];
}

function hostsOf(hosts: BuildKeys["extra_hosts"]): readonly string[] {
  if (hosts === undefined) return [];
  if (Array.isArray(hosts)) return hosts as readonly string[];
  return Object.entries(hosts).map(([name, address]) => `${name}=${address}`);
}

function ulimitsOf(limits: BuildKeys["ulimits"]): readonly string[] {
  return Object.entries(limits ?? {}).map(([name, limit]) =>
    typeof limit === "object" ? `${name}=${limit.soft}:${limit.hard}` : `${name}=${limit}`,
  );
}

/** One field of the comma-separated values that buildx reads. */
function field(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function option(name: string, value: string | number | boolean | undefined): readonly string[] {
  // With the equals sign: a value that begins with a dash stays a value.
  return value === undefined || value === "" ? [] : [`${name}=${value}`];
}

function flag(name: string, on: boolean | undefined): readonly string[] {
  return on === true ? [name] : [];
}

function each(name: string, values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).map((value) => `${name}=${value}`);
}

function pairs(name: string, map: Readonly<Record<string, string | null>> | undefined): readonly string[] {
  return Object.entries(map ?? {}).map(([key, value]) => `${name}=${value === null ? key : `${key}=${value}`}`);
}

function listOf(value: readonly string[] | string | undefined): readonly string[] {
  return typeof value === "string" ? value.split(",") : (value ?? []);
}
