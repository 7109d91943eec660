import type { Owner } from "../provider.ts";

/**
 * What everything of one environment is marked with: as the tag of servers, firewall and load balancer, as the description
 * of the rest. Colons are in no name, so `a-b` in `c` is not `a` in `b-c`.
 */
export function markOf({ app, environment }: Owner): string {
  return `wherry:${app}:${environment}`;
}

/** Of a tag: do files of Wherry's give it? */
export function isMark(tag: string): boolean {
  return tag.startsWith("wherry:");
}

/** The tag of a server: which volume its first boot was told to mount. */
export function volumeTagOf(volume: string): string {
  return `wherry:volume:${volume}`;
}

/** DigitalOcean's word for `debian-13`, `ubuntu-24.04`: only x86, and dashes for dots. */
export function imageOf(name: string): string {
  return `${name.replaceAll(".", "-")}-x64`;
}
