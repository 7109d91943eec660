import type { ResolvedDocument, ResolvedService } from "./project.ts";
import { isProxyPort } from "./parts.ts";

/** What a stack shares with the others of its app. */
export interface Neighbourhood {
  /** Private address of this stack's server; undefined: no other stack reaches it. */
  readonly address: string | undefined;
  /** `<service>.<stack>` -> address, of the stacks that this one depends on. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Names of other stacks, and ports bound to the private address alone. Ports that say themselves where they go stay. */
export function inNeighbourhood(document: ResolvedDocument, { address, hosts }: Neighbourhood): ResolvedDocument {
  const lines = Object.entries(hosts).map(([name, ip]) => `${name}=${ip}`);
  if (address === undefined && lines.length === 0) return document;
  const services = Object.entries(document.services).map(([name, service]): [string, ResolvedService] => [
    name,
    {
      ...service,
      ...(lines.length === 0 ? {} : { extra_hosts: [...written(service["extra_hosts"]), ...lines] }),
      ...(address === undefined || service.ports === undefined
        ? {}
        : {
            ports: service.ports.map((port) =>
              port.host_ip === undefined && !isProxyPort(port) ? { ...port, host_ip: address } : port,
            ),
          }),
    },
  ]);
  return { ...document, services: Object.fromEntries(services) };
}

/** Services that other stacks can reach: those that publish a port. */
export function reachableServices({ services }: ResolvedDocument): readonly string[] {
  return Object.entries(services).flatMap(([name, { ports = [] }]) => {
    const own = ports.filter((port) => port.published !== undefined && !isProxyPort(port));
    return own.length === 0 ? [] : [name];
  });
}

/** Compose writes them as a list; older ones as a mapping. */
function written(hosts: unknown): readonly string[] {
  if (Array.isArray(hosts)) return hosts.map(String);
  return Object.entries((hosts ?? {}) as Readonly<Record<string, unknown>>).map(
    ([name, ip]) => `${name}=${String(ip)}`,
  );
}
