import type { EnvironmentSettings, ServiceSettings } from "../config/index.ts";
import { compareText } from "./addresses.ts";
import type { ServiceModel } from "./model.ts";
import type { ComposeProject, ResolvedPort, ResolvedService } from "./project.ts";

/** What wherry.yaml says of a service; a service may be named `constructor`. */
export function settingsFor(settings: EnvironmentSettings, service: string): ServiceSettings | undefined {
  return Object.hasOwn(settings.services, service) ? settings.services[service] : undefined;
}

/** The service's networks that Wherry makes, by name. One that gets traffic needs one: `default` where it has none. */
export function ownNetworksOf(project: ComposeProject, service: ResolvedService, routed: boolean): readonly string[] {
  if (service.network_mode !== undefined) return [];
  const own = Object.keys(service.networks ?? {})
    .filter((network) => project.document.networks[network]?.external !== true)
    .toSorted(compareText);
  return own.length === 0 && routed && project.document.networks["default"]?.external !== true ? ["default"] : own;
}

/** The names under which others on this network know the service. */
export function aliasesOf(
  project: ComposeProject,
  name: string,
  service: ResolvedService,
  network: string,
): readonly string[] {
  const written = service.networks?.[network]?.aliases ?? [];
  const container = service.container_name === undefined ? [] : [service.container_name];
  return [...new Set([name, ...container, ...written, ...linkAliases(project, name, network)])];
}

/** `links: [db:database]` in another service on the network: there, it calls us `database`. */
function linkAliases(project: ComposeProject, name: string, network: string): readonly string[] {
  return Object.values(project.document.services).flatMap((other) => {
    if (other.networks === undefined || !Object.hasOwn(other.networks, network)) return [];
    return (other.links ?? [])
      .map((link) => link.split(":"))
      .flatMap(([target, alias]) => (target === name && alias !== undefined ? [alias] : []));
  });
}

export function replicasOf(service: ResolvedService): number {
  return service.scale ?? service.deploy?.replicas ?? 1;
}

/** The one container port that can be meant; undefined where there is none or a choice. */
export function portOf(service: ResolvedService): number | undefined {
  const exposed = (service.expose ?? []).map(String).filter((port) => !port.endsWith("/udp"));
  const published = (service.ports ?? []).filter((port) => port.protocol !== "udp").map((port) => port.target);
  const candidates = exposed.length > 0 ? exposed.map((port) => port.replace(/\/tcp$/, "")) : published.map(String);
  const [only, ...others] = new Set(candidates);
  return only !== undefined && others.length === 0 && /^\d+$/.test(only) ? Number(only) : undefined;
}

/** Host ports of the proxy; nothing else on the server can have them. */
const proxyPorts = ["80", "443"];

export interface PublishedPorts {
  readonly kept: readonly ResolvedPort[];
  /** The proxy takes their traffic. */
  readonly proxied: readonly ResolvedPort[];
  /** Two releases cannot both have them, and the proxy does not know them. */
  readonly lost: readonly ResolvedPort[];
}

/** What becomes of the ports that a service publishes. */
export function publishedPorts(
  service: Pick<ServiceModel, "routes" | "port" | "placement">,
  resolved: ResolvedService,
): PublishedPorts {
  const ports = resolved.ports ?? [];
  if (service.routes.length === 0) return { kept: ports, proxied: [], lost: [] };
  const isProxied = (port: ResolvedPort): boolean => port.target === service.port || isProxyPort(port);
  const others = ports.filter((port) => !isProxied(port));
  const proxied = ports.filter(isProxied);
  return service.placement === "base" ? { kept: others, proxied, lost: [] } : { kept: [], proxied, lost: others };
}

export function isProxyPort(port: ResolvedPort): boolean {
  return port.protocol !== "udp" && proxyPorts.includes(port.published ?? "");
}
