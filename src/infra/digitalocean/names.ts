import type { Owner } from "../provider.ts";

/**
 * What everything of one environment is marked with: as the tag of servers, firewall and load balancer, as the description
 * of the rest. Colons are in no name, so `a-b` in `c` is not `a` in `b-c`.
 */
export function markOf({ app, environment }: Owner): string {
  return `wherry:${app}:${environment}`;
}

/** DigitalOcean's word for `debian-13`, `ubuntu-24.04`: only x86, and dashes for dots. */
export function imageOf(name: string): string {
  return `${name.replaceAll(".", "-")}-x64`;
}
