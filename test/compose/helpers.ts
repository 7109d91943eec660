import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadCompose, renderRelease, understand } from "../../src/compose/index.ts";
import type { AppModel, RenderedFile } from "../../src/compose/index.ts";
import type { ComposeProject, ResolvedDocument } from "../../src/compose/project.ts";
import { loadSettings, strategyOf, tlsOf } from "../../src/config/index.ts";
import type { ServiceSettings, Settings } from "../../src/config/index.ts";
import { Secret } from "../../src/core/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";

/** A folder with these files, for the time of one test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeAll(folder, Object.entries(files));
  return folder;
}

export function writeAll(folder: string, files: Iterable<readonly [string, string | Uint8Array]>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function contextIn(folder: string, env: Readonly<Record<string, string>> = {}): Context {
  return createContext({ cwd: folder, env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env } });
}

export const secretValue = "s3cr$t 'quoted' \"double\" `tick`\nsecond line é";

export interface Loaded {
  readonly settings: Settings;
  readonly project: ComposeProject;
  readonly model: AppModel;
}

/** Settings, project and model of an app in a folder, as a deployment reads them. */
export async function loadApp(
  folder: string,
  environment = "production",
  env: Readonly<Record<string, string>> = {},
): Promise<Loaded> {
  const ctx = contextIn(folder, env);
  const settings = await loadSettings(ctx, { environment });
  const project = await loadCompose(ctx, settings, new Map());
  return { settings, project, model: understand(project, settings) };
}

export function render({ settings, model }: Pick<Loaded, "settings" | "model">): readonly RenderedFile[] {
  return renderRelease(model, {
    app: settings.app,
    environment: settings.environment,
    stack: "main",
    images: new Map(
      model.services.map((service) => [service.name, service.image ?? `${settings.app}/${service.name}:built`]),
    ),
    secrets: new Map([
      ...model.secrets.map(({ name }) => [name, new Secret(secretValue)] as const),
      ...model.fileSecrets,
    ]),
    configHashes: new Map(model.services.map((service) => [service.name, `hash-of-${service.name}`])),
  });
}

/** Reads rendered files back with docker compose itself, as the server would. */
export function composeConfig(folder: string, files: readonly string[], model: AppModel): ResolvedDocument {
  const nets = (prefix: string, names: readonly string[], first: number): Record<string, string> =>
    Object.fromEntries(names.map((_, index) => [`${prefix}${index}`, `10.213.${first + index}`]));
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    WHERRY_SLOT: "blue",
    WHERRY_RELEASE: "20261124-3f2a",
    WHERRY_DATA: "/var/lib/wherry/data",
    ...nets("WHERRY_NET_", model.releaseNetworks, 1),
    ...nets("WHERRY_BASE_NET_", model.baseNetworks, 100),
  };
  const program = process.env["WHERRY_TEST_COMPOSE"]?.split(" ") ?? ["docker", "compose"];
  const [command, ...args] = [
    ...program,
    ...files.flatMap((file) => ["-f", file]),
    "--project-directory",
    folder,
    "-p",
    "test",
    "--profile",
    "*",
    "config",
    "--format",
    "json",
  ];
  return JSON.parse(
    execFileSync(command, args, { cwd: folder, env, encoding: "utf8", maxBuffer: 1e9 }),
  ) as ResolvedDocument;
}

export const noCompose = ((): string | undefined => {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "docker compose is not installed here";
  }
})();

/** A project as if docker compose had resolved it, for the pure parts. */
export function resolved(document: Partial<ResolvedDocument>, rest: Partial<ComposeProject> = {}): ComposeProject {
  const services = Object.fromEntries(
    Object.entries(document.services ?? {}).map(([name, service]) => [
      name,
      service.network_mode === undefined ? { networks: { default: null }, ...service } : service,
    ]),
  );
  return {
    document: { networks: { default: {} }, volumes: {}, secrets: {}, configs: {}, ...document, services },
    name: "shop-production",
    placeholders: new Map(),
    composeSecrets: [],
    fileSecrets: new Map(),
    configFiles: new Map(),
    binds: new Map(),
    files: [],
    positionOf: () => undefined,
    ...rest,
  };
}

export function settingsWith(services: Readonly<Record<string, Partial<ServiceSettings>>> = {}): Settings {
  const at = { file: "wherry.yaml", line: 1, column: 1 };
  const defaults = {
    routes: [],
    port: undefined,
    health: undefined,
    release: undefined,
    drain: 30,
    singleton: false,
    proxy: undefined,
    stateful: undefined,
    at,
  };
  return {
    app: "shop",
    name: "shop",
    stack: "default",
    dependsOn: [],
    address: undefined,
    preview: undefined,
    balancer: undefined,
    environment: "production",
    imagesFrom: undefined,
    file: "/app/wherry.yaml",
    directory: "/app",
    compose: ["compose.yaml"],
    profiles: [],
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, { ...defaults, ...service }]),
    ),
    server: { kind: "local" },
    servers: [{ kind: "local" }],
    atOnce: 1,
    deployOn: {},
    secrets: [],
    rotation: new Map(),
    secretsFrom: [{ kind: "environment" }, { kind: "file" }],
    values: {},
    keep: 5,
    strategy: strategyOf(undefined),
    notify: [],
    backup: undefined,
    ignore: [],
    tls: tlsOf("off"),
  };
}

export const routed = (path = "/"): Partial<ServiceSettings> => ({
  routes: [{ host: "shop.example.com", path }],
  health: { path: "/", interval: 1, timeout: 2, successes: 2, deadline: 60 },
});
