import { parseDuration } from "../core/index.ts";
import type { Position, Seconds } from "../core/index.ts";
import { invalidFile } from "./problems.ts";
import type { ReadConfig } from "./read.ts";
import type { EnvironmentSection } from "./schema.ts";
import { parseServer } from "./server-address.ts";
import type {
  BalancerSettings,
  EnvironmentSettings,
  HealthSettings,
  Route,
  ServerAddress,
  ServiceSettings,
} from "./settings.ts";
import { proxySettingsOf } from "./proxy-settings.ts";
import { backupOf } from "./backup.ts";
import { notifyOf } from "./notify.ts";
import { sharedName } from "./previews.ts";
import { rotationOf } from "./rotation.ts";
import { secretsFromOf } from "./secrets-from.ts";
import { strategyOf } from "./strategy.ts";
import { tlsOf } from "./tls.ts";
import { formatPosition } from "../core/index.ts";
import type { YamlProblem } from "./yaml-source.ts";

type RawService = NonNullable<NonNullable<EnvironmentSection["services"]>[string]>;

const defaults = {
  keep: 5,
  drain: 30,
  balancerDrain: 15,
  interval: 1,
  timeout: 2,
  successes: 2,
  deadline: 60,
} as const;

/** Shorthands written out and defaults filled in; what only shows once all parts are together is checked here. */
export function settingsOf(config: ReadConfig, compose: readonly string[]): EnvironmentSettings {
  const { merged } = config;
  const services = Object.fromEntries(
    Object.entries(merged.services ?? {}).map(([name, raw]) => [name, serviceOf(config, name, raw ?? {})]),
  );
  const secrets = (merged.secrets ?? []).map((name, index) => ({ name, at: config.at(["secrets", index], "value") }));
  const servers = serversOf(merged.server);
  const addresses = servers.map((one) => JSON.stringify(one));
  const twice = servers.find((_, index) => addresses.indexOf(addresses[index] ?? "") !== index);
  const problems = [
    ...clashingRoutes(config, services),
    ...clashingNames(secrets, merged.values ?? {}),
    ...unusableProxy(config, services, secrets),
  ];
  if (servers.length === 0 && !serversAreToCome(config))
    problems.unshift({ at: config.at([], "key"), message: `environments.${config.environment}.server: is missing` });
  if (twice !== undefined)
    problems.push({ at: config.at(["server"], "value"), message: "server: the same server is in the list twice" });
  if (problems.length > 0) throw invalidFile(problems);
  return {
    app: config.stack === undefined ? config.app : `${config.app}_${config.stack}`,
    name: config.app,
    stack: config.stack ?? "default",
    dependsOn: merged.depends_on ?? [],
    address: merged.address,
    environment: config.environment,
    preview: config.preview,
    imagesFrom: config.imagesFrom,
    file: config.path,
    directory: config.directory,
    compose,
    profiles: merged.profiles ?? [],
    services,
    servers,
    atOnce: merged.servers_at_once ?? 1,
    deployOn: withoutUndefined(merged.deploy_on ?? {}),
    secrets: secrets.filter(({ name }, index) => secrets.findIndex((other) => other.name === name) === index),
    secretsFrom: secretsFromOf(merged.secrets_from, config.app, sharedName(config)),
    rotation: rotationOf(merged.rotation),
    values: Object.fromEntries(Object.entries(merged.values ?? {}).map(([name, value]) => [name, String(value)])),
    keep: merged.keep ?? defaults.keep,
    strategy: strategyOf(merged.strategy),
    tls: tlsOf(merged.tls),
    balancer: balancerOf(merged.load_balancer),
    notify: notifyOf(merged.notify),
    backup: backupOf(merged.backup),
    ignore: (merged.check?.ignore ?? []).map(({ rule, service, reason }, index) => ({
      rule,
      service,
      reason,
      at: config.at(["check", "ignore", index], "value"),
    })),
  };
}

function balancerOf(raw: EnvironmentSection["load_balancer"]): BalancerSettings | undefined {
  return raw === undefined ? undefined : { health: raw.health, drain: seconds(raw.drain, defaults.balancerDrain) };
}

function serviceOf(config: ReadConfig, name: string, raw: RawService): ServiceSettings {
  return {
    routes: routesOf(raw.route),
    port: raw.port,
    health: healthOf(raw.health),
    release: raw.release,
    drain: seconds(raw.drain, defaults.drain),
    singleton: raw.singleton ?? false,
    proxy: raw.proxy === undefined ? undefined : proxySettingsOf(raw.proxy),
    stateful: raw.stateful,
    at: config.at(["services", name], "key"),
  };
}

function routesOf(raw: RawService["route"]): readonly Route[] {
  if (raw === undefined) return [];
  const list = Array.isArray(raw) ? raw : [raw];
  return list
    .map((item) => (typeof item === "string" ? { host: item, path: undefined } : item))
    .map(({ host, path }) => ({ host: host.toLowerCase(), path: path ?? "/" }));
}

function healthOf(raw: RawService["health"]): HealthSettings | undefined {
  if (raw === undefined) return undefined;
  const health = typeof raw === "string" ? { path: raw } : raw;
  return {
    path: health.path,
    interval: seconds(health.interval, defaults.interval),
    timeout: seconds(health.timeout, defaults.timeout),
    successes: health.successes ?? defaults.successes,
    deadline: seconds(health.deadline, defaults.deadline),
  };
}

function serversOf(raw: EnvironmentSection["server"]): readonly ServerAddress[] {
  if (raw === undefined) return [];
  return (Array.isArray(raw) ? raw : [raw]).flatMap(
    (one) =>
      (typeof one === "string" ? parseServer(one) : { kind: "ssh", host: one.host, user: one.user, port: one.port }) ??
      [],
  );
}

/** `wherry infra apply` makes and writes them; for stacks it does not. */
function serversAreToCome({ merged, stack }: ReadConfig): boolean {
  return merged.infrastructure !== undefined && stack === undefined;
}

function seconds(text: string | undefined, otherwise: Seconds): Seconds {
  return (text === undefined ? undefined : parseDuration(text)) ?? otherwise;
}

function clashingRoutes(config: ReadConfig, services: Readonly<Record<string, ServiceSettings>>): YamlProblem[] {
  const taken = new Map<string, { readonly service: string; readonly at: Position }>();
  const problems: YamlProblem[] = [];
  for (const [service, { routes }] of Object.entries(services)) {
    for (const { host, path } of routes) {
      const at = config.at(["services", service, "route"], "value");
      const key = `${host}${path.replace(/(?<=.)\/$/, "")}`;
      const first = taken.get(key);
      if (first === undefined) taken.set(key, { service, at });
      else
        problems.push({
          at,
          message: `services.${service}.route: ${key} is also a route of ${first.service} (${formatPosition(first.at)})`,
        });
    }
  }
  return problems;
}

function clashingNames(
  secrets: EnvironmentSettings["secrets"],
  values: Readonly<Record<string, unknown>>,
): readonly YamlProblem[] {
  return secrets
    .filter(({ name }) => Object.hasOwn(values, name))
    .map(({ name, at }) => ({
      at,
      message: `secrets: ${name} is in values as well, where anybody can read it; take it out there`,
    }));
}

/** Rules for requests that never come, and passwords that nobody has. */
function unusableProxy(
  config: ReadConfig,
  services: Readonly<Record<string, ServiceSettings>>,
  secrets: EnvironmentSettings["secrets"],
): readonly YamlProblem[] {
  return Object.entries(services).flatMap(([service, { proxy, routes }]) => {
    if (proxy === undefined) return [];
    const problem = (keys: readonly string[], message: string): YamlProblem => ({
      at: config.at(["services", service, "proxy", ...keys], "key"),
      message: `services.${service}.proxy${keys.map((key) => `.${key}`).join("")}: ${message}`,
    });
    const known = new Set(secrets.map(({ name }) => name));
    const hosts = new Set(routes.map(({ host }) => host));
    return [
      ...(routes.length === 0 ? [problem([], "has no route, so the proxy sees none of its requests")] : []),
      ...Object.entries(proxy.auth)
        .filter(([, secret]) => !known.has(secret))
        .map(([user, secret]) => problem(["auth", user], `${secret} is not in secrets:`)),
      ...proxy.redirects
        .filter(({ from }) => !from.startsWith("/") && !hosts.has(from.toLowerCase()))
        .map(({ from }) => problem(["redirects"], `${from} is no host of its routes`)),
    ];
  });
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
