/** What `replicaAddresses` needs to know of a service: both a ServiceModel and a service of a release record have it. */
export interface AddressedService {
  readonly name: string;
  readonly placement: "release" | "base";
  readonly routes: readonly unknown[];
  readonly replicas: number;
  readonly proxyNetwork: string | null | undefined;
}

export interface AddressedProject {
  readonly services: readonly AddressedService[];
  readonly releaseNetworks: readonly string[];
  readonly baseNetworks: readonly string[];
}

/** `${WHERRY_NET_<networkIndex>}.<lastOctet>` in a release project, `${WHERRY_BASE_NET_<networkIndex>}.<lastOctet>` in the base project. */
export interface ReplicaAddress {
  readonly networkIndex: number;
  readonly lastOctet: number;
}

/** .1 is the gateway, .2 to .9 are kept free, and Docker numbers all other containers from .128 (`ip_range`). */
const firstOctet = 10;
const lastOctet = 127;
export const maximumRoutedReplicas = lastOctet - firstOctet + 1;

/**
 * The fixed address of each replica of each routed service, by service name. The rendered files and the proxy's
 * configuration are made at different times from different data; this one function makes them agree.
 *
 * Base and release count apart: a base service must keep its address when a release brings another routed service.
 */
export function replicaAddresses(project: AddressedProject): ReadonlyMap<string, readonly ReplicaAddress[]> {
  const next = { release: firstOctet, base: firstOctet };
  const addresses = new Map<string, readonly ReplicaAddress[]>();
  for (const service of project.services.toSorted((a, b) => compareText(a.name, b.name))) {
    if (service.routes.length === 0 || service.proxyNetwork == null) continue;
    const networks = service.placement === "base" ? project.baseNetworks : project.releaseNetworks;
    const networkIndex = networks.indexOf(service.proxyNetwork);
    const start = next[service.placement];
    next[service.placement] = start + service.replicas;
    addresses.set(
      service.name,
      Array.from({ length: service.replicas }, (_, replica) => ({ networkIndex, lastOctet: start + replica })),
    );
  }
  return addresses;
}

/** By code unit: the order must not depend on the locale of the machine that asks. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
