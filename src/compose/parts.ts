import { compareText } from "./addresses.ts";
import type { ComposeProject, ResolvedService } from "./project.ts";

/** The service's networks that Wherry makes, by name. One that gets traffic needs one: `default` where it has none. */
export function ownNetworksOf(project: ComposeProject, _name: string, service: ResolvedService, routed: boolean): readonly string[] {
  if (service.network_mode !== undefined) return [];
  const own = Object.keys(service.networks ?? {})
    .filter((network) => project.document.networks[network]?.external !== true)
    .toSorted(compareText);
  return own.length === 0 && routed && project.document.networks["default"]?.external !== true ? ["default"] : own;
}

/** The names under which others on this network know the service. */
export function aliasesOf(project: ComposeProject, name: string, service: ResolvedService, network: string): readonly string[] {
  const written = service.networks?.[network]?.aliases ?? [];
  const container = service.container_name === undefined ? [] : [service.container_name];
  return [...new Set([name, ...container, ...written, ...linkAliases(project, name, network)])];
}

/** `links: [db:database]` in another service on the network: there, it calls us `database`. */
function linkAliases(project: ComposeProject, name: string, network: string): readonly string[] {
  return Object.values(project.document.services).flatMap((other) => {
    if (other.networks === undefined || !Object.hasOwn(other.networks, network)) return [];
    return (other.links ?? []).map((link) => link.split(":")).flatMap(([target, alias]) => (target === name && alias !== undefined ? [alias] : []));
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
