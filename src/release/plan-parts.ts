import type { BalancerSettings, Strategy } from "../config/index.ts";
import type { CertificateWishes } from "../proxy/index.ts";
import { backendName, otherSlot, ownerOf, proxyFragment, type ProxyTarget, type Slot } from "../proxy/index.ts";
import { addressesOf, assignSubnets, baseVariables, networkName, slotVariables, type Subnets } from "./networks.ts";
import type { ReleaseRecord, ReleaseService } from "./record.ts";
import type { ServerState } from "./state.ts";
import type { DrainLimit, HealthTarget, Step } from "./steps.ts";

/** What plans of every strategy are put together from. */

export interface PlanOptions {
  /**
   * `change`: services that keep data are changed, and jobs run. `leave`: neither; a rollback goes back in code and never
   * in data, and migrations of old code may not even start on the data of newer code.
   */
  readonly data: "change" | "leave";
  /** Releases to keep on the server, the live one included. */
  readonly keep: number;
  /** What the ledger says if the client goes away in the middle. */
  readonly ledgerLine: string;
  /** The release is not on the server yet: these steps bring it there, on the phase's standard input. */
  readonly delivery: readonly Step[];
  readonly strategy: Strategy;
  /** Whom the server tells of what; see `notifyFile`. */
  readonly notify?: string | undefined;
  /** Certificates to get once the release is live. */
  readonly certificates?: CertificateWishes | undefined;
  /** A load balancer in front that has to be told. */
  readonly balancer?: BalancerSettings | undefined;
  /** `promote`: the release has a share of the requests already, and goes on from there. */
  readonly begin: "start" | "promote";
}

/** A container that answers no check stays up for this long before it counts as started, in verify.pl. */
const defaultDeadline = 60;

/** Where a release is brought to. */
export interface Site {
  readonly owner: string;
  readonly slot: Slot;
  readonly subnets: Subnets;
  /** The slot has containers of an earlier deployment in it. */
  readonly leftovers: boolean;
}

/** Everything before the release starts: nothing that serves is touched, but what keeps data and has to change. */
export function firstSteps(
  release: ReleaseRecord,
  state: ServerState,
  options: PlanOptions,
  { owner, slot, subnets, leftovers }: Site,
): readonly Step[] {
  const baseChanges = changedBaseServices(release, state, options.data);
  const joins = missingJoins(release, state, slot);
  const steps: Step[] = [
    {
      step: "prepare",
      subnets: subnets.added,
      pool: subnets.pool,
      slot,
      slotVariables: slotVariables(release, subnets, slot),
      baseVariables: baseVariables(release, subnets),
      owner,
      ledgerLine: options.ledgerLine,
      notify: options.notify,
    },
    ...options.delivery,
  ];
  if (state.canary !== undefined && options.begin === "start") steps.push({ step: "end-share", owner });
  if (release.volumes.length > 0) steps.push({ step: "make-volumes", volumes: release.volumes });
  if (leftovers) steps.push({ step: "clear-slot", slot, drain: drainLimits(owner, slot, release) });
  if (baseChanges.length > 0) {
    steps.push({
      step: "change-base",
      release: release.id,
      services: baseChanges.map(({ service }) => service.name),
      price: priceOf(baseChanges),
    });
  }
  // Of an app that keeps data and nothing else there is no slot to join.
  const changing = release.services.some(({ placement }) => placement === "release");
  if (changing && (joins.length > 0 || baseChanges.length > 0))
    steps.push({ step: "join-networks", slot, release: release.id, joins: allJoins(release, slot) });
  if (options.data === "change" && options.begin === "start") steps.push(...jobSteps(release, slot));
  return steps;
}

/** With the release live: what is not kept goes, and its hosts get their certificates. */
export function lastSteps(release: ReleaseRecord, state: ServerState, options: PlanOptions): readonly Step[] {
  const { certificates: wishes } = options;
  const owner = ownerOf(release.app, release.environment);
  return [
    pruneStep(release, state, options.keep),
    ...(wishes === undefined ? [] : [{ step: "certificates" as const, owner, wishes }]),
  ];
}

interface ProxySides {
  readonly release: ReleaseRecord;
  readonly previous: ReleaseRecord | undefined;
  readonly slot: Slot;
  readonly subnets: Subnets;
  readonly state: ServerState;
  readonly strategy: Strategy;
}

export function setProxy({ release, previous, slot, subnets, state, strategy }: ProxySides): Step {
  const owner = ownerOf(release.app, release.environment);
  return {
    step: "set-proxy",
    fragment: proxyFragment(owner, proxyTargets(release, previous, slot, subnets, state), strategy.canary.match),
    healthy: serversOf(owner, slot, release),
  };
}

/** What of a release gets requests and changes with it. */
export function servicesWithRequests(release: ReleaseRecord): readonly ReleaseService[] {
  return release.services.filter((service) => service.routes.length > 0 && service.placement === "release");
}

/** What of a release runs without requests and changes with it. */
export function workersOf(release: ReleaseRecord): readonly ReleaseService[] {
  return release.services.filter(
    (service) => service.placement === "release" && service.kind !== "job" && service.routes.length === 0,
  );
}

/** The jobs of the compose file, then the `release:` commands. */
function jobSteps(release: ReleaseRecord, slot: Slot): readonly Step[] {
  const step = (service: string, command: readonly string[]): Step => {
    return { step: "run-job", slot, release: release.id, service, command };
  };
  return [
    ...release.jobs.map((service) => step(service, [])),
    ...release.services.flatMap(({ name, release: command }) => (command === null ? [] : [step(name, command)])),
  ];
}

/** A base service that must be created or changed, and whether it runs now. */
interface BaseChange {
  readonly service: ReleaseService;
  readonly running: boolean;
}

function changedBaseServices(
  release: ReleaseRecord,
  state: ServerState,
  data: PlanOptions["data"],
): readonly BaseChange[] {
  return release.services
    .filter(staysRunning)
    .map((service) => {
      const container = state.containers.find(
        (candidate) => candidate.slot === "base" && candidate.service === service.name && !candidate.oneOff,
      );
      return { service, running: container?.state === "running", same: container?.configHash === service.configHash };
    })
    .filter(({ running, same }) => !running || (!same && data === "change"));
}

/** Not the jobs of base services: they run and end when what waits for them is started, which compose sees to. */
function staysRunning({ placement, kind }: ReleaseService): boolean {
  return placement === "base" && kind !== "job";
}

function priceOf(changes: readonly BaseChange[]): string {
  const stopped = changes.filter((change) => change.running).map((change) => change.service.name);
  return stopped.length === 0
    ? ""
    : `${stopped.join(", ")} ${stopped.length === 1 ? "is" : "are"} away for the seconds of a restart`;
}

/** Base services join each release network that they share by name with the release's services. */
function allJoins(
  release: ReleaseRecord,
  slot: Slot,
): readonly { service: string; network: string; aliases: readonly string[] }[] {
  return release.services.filter(staysRunning).flatMap((service) =>
    service.networks
      .filter((network) => release.releaseNetworks.includes(network.name))
      .map((network) => ({
        service: service.name,
        network: networkName(release.app, release.environment, slot, network.name),
        aliases: network.aliases,
      })),
  );
}

function missingJoins(release: ReleaseRecord, state: ServerState, slot: Slot) {
  return allJoins(release, slot).filter((join) => {
    const container = state.containers.find(
      (candidate) => candidate.slot === "base" && candidate.service === join.service && !candidate.oneOff,
    );
    return container === undefined || !container.networks.includes(join.network);
  });
}

/** Both sides: the new release on its slot, what serves now on the other; a first release stands on one side only. */
function proxyTargets(
  release: ReleaseRecord,
  previous: ReleaseRecord | undefined,
  slot: Slot,
  subnets: Subnets,
  state: ServerState,
): readonly ProxyTarget[] {
  const side = (record: ReleaseRecord, on: Slot): readonly ProxyTarget[] =>
    record.services
      .filter((service) => service.routes.length > 0)
      .map((service) => ({
        service: service.name,
        slot: on,
        routes: service.routes,
        http: service.http,
        rules: service.proxy,
        addresses: addressesOf(record, on === slot ? subnets : assignSubnets(record, state), on, service.name),
      }));
  const other = otherSlot(slot);
  // Without a release on the other side it gets the new one's back ends, so that the next switch needs no reload.
  return [...side(release, slot), ...side(previous ?? release, other)];
}

/** For what has been running: one good answer is enough, and nothing has to stay up for some seconds first. */
export function stillHealthy(target: HealthTarget): HealthTarget {
  return { ...target, successes: 1, check: target.check === "docker" ? "runs" : target.check };
}

export function healthTarget(
  release: ReleaseRecord,
  service: ReleaseService,
  subnets: Subnets,
  slot: Slot,
): HealthTarget {
  const routed = service.routes.length > 0;
  const addresses = routed
    ? addressesOf(release, subnets, slot, service.name).map((address) => address.slice(0, address.lastIndexOf(":")))
    : [];
  return {
    service: service.name,
    check: routed && service.http !== null ? "http" : routed && !service.composeHealth ? "tcp" : "docker",
    addresses: routed && (service.http !== null || !service.composeHealth) ? addresses : [],
    port: service.port ?? 80,
    host: service.routes[0]?.host ?? "",
    path: service.http?.path ?? "",
    successes: service.http?.successes ?? 2,
    timeout: service.http?.timeout ?? 2,
    interval: service.http?.interval ?? 1,
    deadline: service.http?.deadline ?? defaultDeadline,
  };
}

/** How long requests may stay on one side when it gets no new ones. */
export function drainLimits(owner: string, slot: Slot, record: ReleaseRecord): readonly DrainLimit[] {
  return servicesWithRequests(record).map((service) => ({
    backend: backendName(owner, service.name, slot),
    seconds: service.drain,
  }));
}

/** `shop-production-backend-blue/s1` for each replica: the proxy's names of the servers of one side. */
export function serversOf(owner: string, slot: Slot, record: ReleaseRecord): readonly string[] {
  return servicesWithRequests(record).flatMap((service) =>
    Array.from(
      { length: service.replicas },
      (_, replica) => `${backendName(owner, service.name, slot)}/s${replica + 1}`,
    ),
  );
}

/** A routed service with replicas is one compose service per replica, each with its own address. */
export function composeNames(service: ReleaseService): readonly string[] {
  if (service.routes.length === 0) return [service.name];
  return Array.from({ length: service.replicas }, (_, replica) =>
    replica === 0 ? service.name : `${service.name}-r${replica + 1}`,
  );
}

/** Keeps the newest releases that have served, the live one and the one before it among them. */
function pruneStep(release: ReleaseRecord, state: ServerState, keep: number): Step {
  const previous = state.live?.release;
  const others = state.records.filter(
    (record) => record.id !== release.id && record.id !== previous && state.served.has(record.id),
  );
  const newest = others
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, Math.max(0, keep - (previous === undefined ? 1 : 2)));
  const kept = new Set([release.id, previous, ...newest.map((record) => record.id)]);
  const gone = state.records.filter((record) => !kept.has(record.id));
  return {
    step: "prune",
    releases: gone.map((record) => record.id),
    images: [...new Set(gone.flatMap((record) => record.services.map((service) => service.image)))],
  };
}
