import { dirname, join, resolve } from "node:path";
import { nearest, refusedError, usageError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { invalidFile } from "./problems.ts";
import { sharedName } from "./previews.ts";
import { readConfig } from "./read.ts";
import type { LoadOptions, ReadConfig } from "./read.ts";
import type { EnvironmentSettings, ServerAddress, Settings } from "./settings.ts";
import { parseServer } from "./server-address.ts";
import { settingsOf } from "./settings-of.ts";

/** The settings of one environment; throws one error that lists everything that is wrong with the file. */
export async function loadEnvironment(ctx: Context, options: LoadOptions): Promise<EnvironmentSettings> {
  return environmentSettings(ctx, await readConfig(ctx, options), options);
}

/**
 * The same, for what works on a server.
 * @throws WherryError `no-server` while it is still to be made
 */
export async function loadSettings(ctx: Context, options: LoadOptions): Promise<Settings> {
  const config = await readConfig(ctx, options);
  const settings = await environmentSettings(ctx, config, options);
  const [server] = settings.servers;
  if (server === undefined) throw noServerYet(config);
  return { ...settings, server };
}

async function environmentSettings(
  ctx: Context,
  config: ReadConfig,
  options: LoadOptions,
): Promise<EnvironmentSettings> {
  const settings = settingsOf(config, await composeFiles(ctx, config));
  ctx.mask.spare(openWords(settings));
  return onServer(settings, options);
}

function noServerYet(config: ReadConfig): WherryError {
  const { environment, merged } = config;
  const { infrastructure } = merged;
  const at = config.at(["infrastructure"], "key");
  const make = (name: string): string => `wherry infra apply -e ${name}`;
  return typeof infrastructure === "string"
    ? refusedError("no-server", `${environment} has no server: it shares that of ${infrastructure}`, {
        at,
        hint: `write the server of ${infrastructure} under environments.${environment} as well; where that has none yet, ${make(infrastructure)} makes it`,
      })
    : refusedError("no-server", `${environment} has no server yet`, {
        at,
        hint: `${make(environment)} makes it, and writes it into wherry.yaml`,
      });
}

/** What every output says of an app. */
function openWords(settings: EnvironmentSettings): readonly string[] {
  const { app, name, environment, stack, services, servers } = settings;
  const hosts = servers.flatMap((server) => (server.kind === "local" ? "local" : [server.host, server.user ?? ""]));
  return [app, name, environment, stack, ...Object.keys(services), ...hosts];
}

/** Only one of the servers, where one is asked for by its host; or one that is not written there at all. */
function onServer(settings: EnvironmentSettings, { server: wanted, instead }: LoadOptions): EnvironmentSettings {
  if (instead !== undefined) {
    const other = parseServer(instead);
    if (other === undefined) throw usageError("bad-address", `${instead} is not the address of a server`);
    return { ...settings, servers: [other] };
  }
  if (wanted === undefined) return settings;
  const hostOf = (server: ServerAddress): string => (server.kind === "local" ? "local" : server.host);
  const server = settings.servers.find((candidate) => hostOf(candidate) === wanted);
  if (server !== undefined) return { ...settings, servers: [server] };
  const hosts = settings.servers.map(hostOf);
  const near = nearest(wanted, hosts);
  throw usageError(
    "unknown-server",
    `${settings.environment} has no server ${wanted}; it has ${hosts.join(", ") || "none yet"}`,
    near === undefined ? {} : { hint: `did you mean --server ${near}?` },
  );
}

/** wherry.yaml merged for one environment, as somebody would have written it for this one alone: what `wherry config` prints. */
export async function loadMergedDocument(
  ctx: Context,
  options: LoadOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const config = await readConfig(ctx, options);
  return {
    app: config.app,
    environment: config.environment,
    ...(config.stack === undefined ? {} : { stack: config.stack }),
    ...config.merged,
    compose: await composeFiles(ctx, config),
  };
}

/**
 * Docker Compose's own order of names. Its `compose.override.yaml` is left out on purpose: it holds what developers want on
 * their laptops (source mounts, debug ports), and an environment has `compose.<environment>.yaml` for its own wishes.
 */
const defaultNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

async function composeFiles(ctx: Context, config: ReadConfig): Promise<readonly string[]> {
  const exists = async (file: string): Promise<boolean> =>
    (await ctx.files.stat(resolve(config.directory, file))) !== undefined;
  const files = await writtenOrDefault(config, exists);
  const folder = dirname(files[0] ?? ".");
  const overlays = [".yaml", ".yml"].flatMap((ending) =>
    ["compose", "docker-compose"].map((stem) => join(folder, `${stem}.${sharedName(config)}${ending}`)),
  );
  const known = new Set(files.map((file) => resolve(config.directory, file)));
  for (const overlay of overlays) {
    if (!known.has(resolve(config.directory, overlay)) && (await exists(overlay))) return [...files, overlay];
  }
  return files;
}

async function writtenOrDefault(
  config: ReadConfig,
  exists: (file: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const written = config.merged.compose;
  if (written === undefined) {
    for (const name of defaultNames) if (await exists(name)) return [name];
    throw invalidFile([
      {
        at: config.at(["compose"], "key"),
        message: `compose: there is no ${defaultNames.join(", ")} in ${config.directory}`,
      },
    ]);
  }
  const files = typeof written === "string" ? [written] : written;
  const missing = await Promise.all(files.map(exists));
  const problems = files.flatMap((file, index) =>
    missing[index] === true
      ? []
      : [
          {
            at: config.at(typeof written === "string" ? ["compose"] : ["compose", index], "value"),
            message: `compose: there is no file ${file}`,
          },
        ],
  );
  if (problems.length > 0) throw invalidFile(problems);
  return files;
}
