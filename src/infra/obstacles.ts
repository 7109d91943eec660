import { refusedError } from "../core/index.ts";
import type { Position } from "../core/index.ts";
import type { MachineChange } from "./changes.ts";
import type { Access, WantedMachines } from "./session.ts";

/** What there is at the provider, or is not, for which a plan would end halfway, with everything else ordered and paid. */
export interface Obstacle {
  readonly code: string;
  readonly message: string;
  readonly at: Position;
  readonly context: readonly string[];
  readonly hint: string;
}

/** @throws WherryError where there is one */
export function refuseObstacle(obstacle: Obstacle | undefined): void {
  if (obstacle === undefined) return;
  const { code, message, ...more } = obstacle;
  throw refusedError(code, message, more);
}

/** Asks the provider of what the plan makes anew alone. */
export async function findObstacle(
  machines: WantedMachines,
  access: Access,
  changes: readonly MachineChange[],
): Promise<Obstacle | undefined> {
  const made = changes.filter(({ action }) => action === "create" || action === "replace");
  const shrunk = shrunkVolume(machines, changes);
  if (shrunk !== undefined) return shrunk;
  return (await balancerObstacle(machines, access, made)) ?? dnsObstacle(machines, access, made);
}

/** Providers refuse it when the rest has been changed. */
function shrunkVolume(
  { environment, provider, at }: WantedMachines,
  changes: readonly MachineChange[],
): Obstacle | undefined {
  const smaller = changes.flatMap(({ type, action, details, what }) => {
    const [, now, then] = details.map((one) => /^size: (\d+) -> (\d+)$/.exec(one)).find((one) => one !== null) ?? [];
    const isSmaller = type === provider.resources.volume && action !== "replace" && Number(then) < Number(now);
    return isSmaller && now !== undefined ? [{ what, now }] : [];
  });
  const [first] = smaller;
  if (first === undefined) return undefined;
  return {
    code: "volume-shrinks",
    message: "a volume can only grow",
    at: at.setting("data"),
    context: smaller.map(({ what, now }) => `${what} has ${now} GB now`),
    hint: `infrastructure.data: ${first.now}GB or more, then wherry infra init -e ${environment}`,
  };
}

/** Files that were written without a token have a type that nobody looked up. */
async function balancerObstacle(
  { environment, infrastructure: { loadBalancer }, provider, at }: WantedMachines,
  { cloud }: Access,
  made: readonly MachineChange[],
): Promise<Obstacle | undefined> {
  if (loadBalancer === undefined || !made.some(({ type }) => type === provider.resources.balancer)) return undefined;
  const known = (await cloud.balancerTypes?.()) ?? [loadBalancer];
  if (known.includes(loadBalancer)) return undefined;
  return {
    code: "unknown-load-balancer",
    message: `${provider.title} has no load balancer ${loadBalancer}`,
    at: at.setting("load_balancer"),
    context: [],
    hint: `known are ${known.toSorted().join(", ")}; then wherry infra init -e ${environment}`,
  };
}

/** A zone that is not there, and names that lead elsewhere: half of a host's records would be made before the other is refused. */
async function dnsObstacle(
  { app, environment, infrastructure: { dns }, provider, at }: WantedMachines,
  { cloud }: Access,
  made: readonly MachineChange[],
): Promise<Obstacle | undefined> {
  const records = new Set(
    made.filter(({ type }) => type === provider.resources.record).map(({ address }) => recordOf(address)),
  );
  if (dns === undefined || records.size === 0) return undefined;
  const again = `wherry infra init -e ${environment}`;
  const taken = await cloud.takenNames({ app, environment }, dns);
  if (taken === undefined) {
    return {
      code: "no-zone",
      message: `${provider.title} shows this token no DNS zone ${dns.zone}`,
      at: at.setting("dns", "zone"),
      context: [],
      hint: `make the zone there first, and lead the domain to its name servers; or take dns: out of wherry.yaml, then ${again}`,
    };
  }
  // Beside a CNAME there can be nothing else.
  const inTheWay = taken.filter(({ name, type }) =>
    type === "CNAME" ? records.has(`${name} A`) || records.has(`${name} AAAA`) : records.has(`${name} ${type}`),
  );
  if (inTheWay.length === 0) return undefined;
  return {
    code: "dns-name-taken",
    message: `names of infrastructure.dns have records in ${dns.zone} already, which lead elsewhere`,
    at: at.setting("dns", "names"),
    context: inTheWay.map(({ host, type, values }) => `${host} ${type}: ${values.join(", ")}`),
    hint: `remove them there; or, as long as something serves behind them, take these names out of infrastructure.dns.names, then ${again}`,
  };
}

/** `hcloud_zone_rrset.ipv4["www"]`, and `digitalocean_record.ipv4["www shop-production-1"]`: `www A` */
function recordOf(address: string): string {
  const [, version, name = ""] = /\.(ipv[46])\["([^" ]+)/.exec(address) ?? [];
  return `${name} ${version === "ipv6" ? "AAAA" : "A"}`;
}
