import { backendName, otherSlot, ownerOf, proxyFragment, type ProxyTarget, type Slot } from "../proxy/index.ts";
import type { Strategy } from "../config/index.ts";
import { addressesOf, assignSubnets, baseVariables, networkName, slotVariables, type Subnets } from "./networks.ts";
import type { ReleaseRecord, ReleaseService } from "./record.ts";
import type { ServerState } from "./state.ts";
import type { DrainLimit, HealthTarget, Step } from "./steps.ts";
import { trialSteps } from "./strategy.ts";

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
  /** `promote`: the release has a share of the requests already, and goes on from there. */
  readonly begin: "start" | "promote";
}

/** What a deployment will do, decided from what is wanted and what is; nothing in it touches anything. */
export interface DeploymentPlan {
  readonly release: ReleaseRecord;
  readonly previous: ReleaseRecord | undefined;
  readonly slot: Slot;
  /** Up to the switch, which is the last of them. Nothing that serves is changed; `abandon` undoes what fails. */
  readonly steps: readonly Step[];
  /** With traffic on the new release. */
  readonly after: readonly Step[];
  readonly abandon: readonly Step[];
}

/** A container that answers no check stays up for this long before it counts as started, in verify.pl. */
const defaultDeadline = 60;

export function planDeployment(release: ReleaseRecord, state: ServerState, options: PlanOptions): DeploymentPlan {
  const owner = ownerOf(release.app, release.environment);
  const live = state.live;
  const previous = state.records.find((record) => record.id === live?.release);
  const slot: Slot = live === undefined ? "blue" : otherSlot(live.slot);
  const subnets = assignSubnets(release, state);

  const own = release.services.filter((service) => service.placement === "release" && service.kind !== "job");
  const singletons = own.filter((service) => service.singleton);
  const started = own.filter((service) => !service.singleton);
  const baseChanges = changedBaseServices(release, state, options.data);
  const joins = missingJoins(release, state, slot);
  const routedHere = servicesWithRequests(release);
  const running = stillRunning(state, slot, release);
  const there = started.filter(({ name }) => running.has(name));
  const leftovers = there.length === 0 && state.containers.some((container) => container.slot === slot);

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
  if (joins.length > 0 || baseChanges.length > 0)
    steps.push({ step: "join-networks", slot, release: release.id, joins: allJoins(release, slot) });
  if (options.data === "change" && options.begin === "start") steps.push(...jobSteps(release, slot));
  if (there.length > 0)
    steps.push({
      step: "verify",
      slot,
      targets: there.map((service) => stillHealthy(healthTarget(release, service, subnets, slot))),
    });
  steps.push(
    ...startInWaves(
      release,
      started.filter(({ name }) => !running.has(name)),
      subnets,
      slot,
    ),
  );
  const { match } = options.strategy.canary;
  steps.push({
    step: "set-proxy",
    fragment: proxyFragment(owner, proxyTargets(release, previous, slot, subnets, state), match),
    healthy: serversOf(owner, slot, release),
  });
  const trial =
    live === undefined || previous === undefined
      ? []
      : trialSteps(options.strategy, {
          owner,
          slot,
          release: release.id,
          servers: serversOf(owner, slot, release),
          newBackends: routedHere.map(({ name }) => backendName(owner, name, slot)),
          oldBackends: servicesWithRequests(previous).map(({ name }) => backendName(owner, name, live.slot)),
          share: options.begin === "promote" ? (state.canary?.share ?? 0) : 0,
        });
  steps.push(...trial);
  if (singletons.length > 0) {
    steps.push({
      step: "replace-singletons",
      slot,
      release: release.id,
      services: singletons.map((service) => service.name),
      targets: singletons.map((service) => healthTarget(release, service, subnets, slot)),
    });
  }
  steps.push({
    step: "switch-slot",
    from: live?.slot,
    to: slot,
    release: release.id,
    owner,
    servers: serversOf(owner, slot, release),
  });
  const after: Step[] = [];
  const { keepWarm } = options.strategy;
  if (live !== undefined && previous !== undefined && keepWarm > 0) {
    const idle = previous.services.filter(
      (service) => service.placement === "release" && service.kind !== "job" && service.routes.length === 0,
    );
    after.push({
      step: "keep-warm",
      slot: live.slot,
      release: previous.id,
      seconds: keepWarm,
      workers: idle.map(({ name }) => name),
    });
  } else if (live !== undefined && previous !== undefined) {
    after.push({
      step: "retire-slot",
      slot: live.slot,
      drain: drainLimits(owner, live.slot, previous),
      servers: serversOf(owner, live.slot, previous),
    });
  }
  after.push(pruneStep(release, state, options.keep));
  const tried = trial.length > 0 || options.begin === "promote";
  const abandon: readonly Step[] = [
    ...(tried ? [{ step: "end-share" as const, owner }] : []),
    { step: "abandon-slot", slot, release: release.id, drain: tried ? drainLimits(owner, slot, release) : [] },
  ];
  return { release, previous, slot, steps, after, abandon };
}

/** What of a release gets requests and changes with it. */
function servicesWithRequests(release: ReleaseRecord): readonly ReleaseService[] {
  return release.services.filter((service) => service.routes.length > 0 && service.placement === "release");
}

/** What of a release still runs where it would be started: all of a canary, what gets requests of one that was kept warm. */
function stillRunning(
  { canary, warm, containers }: ServerState,
  slot: Slot,
  release: ReleaseRecord,
): ReadonlySet<string> {
  const kept = [canary, warm].some((one) => one?.slot === slot && one.release === release.id);
  const running = containers.filter(
    (container) =>
      kept &&
      container.slot === slot &&
      container.release === release.id &&
      container.state === "running" &&
      !container.oneOff,
  );
  return new Set(
    release.services
      .filter(({ name, replicas }) => running.filter(({ service }) => service === name).length >= replicas)
      .map(({ name }) => name),
  );
}

/**
 * `depends_on` between services of the release: each starts when what it needs has started, and is healthy where it asks
 * for that. Compose would do the same and look for health at the intervals of the health checks; ours looks more often.
 */
function startInWaves(
  release: ReleaseRecord,
  services: readonly ReleaseService[],
  subnets: Subnets,
  slot: Slot,
): readonly Step[] {
  const steps: Step[] = [];
  const target = (service: ReleaseService): HealthTarget => healthTarget(release, service, subnets, slot);
  let waiting = services;
  let unverified: readonly ReleaseService[] = [];
  while (waiting.length > 0) {
    const later = new Set(waiting.map(({ name }) => name));
    const free = waiting.filter(({ needs }) => !needs.some(({ service }) => later.has(service)));
    // Compose refuses circles; whoever gets past that starts all at once.
    const wave = free.length > 0 ? free : waiting;
    const awaited = new Set(
      wave.flatMap(({ needs }) => needs.flatMap(({ service, healthy }) => (healthy ? [service] : []))),
    );
    const first = unverified.filter(({ name }) => awaited.has(name));
    if (first.length > 0) steps.push({ step: "verify", slot, targets: first.map(target) });
    steps.push({ step: "start-slot", slot, release: release.id, services: wave.flatMap(composeNames) });
    unverified = [...unverified.filter((service) => !first.includes(service)), ...wave];
    waiting = waiting.filter((service) => !wave.includes(service));
  }
  if (unverified.length > 0) steps.push({ step: "verify", slot, targets: unverified.map(target) });
  return steps;
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
    .filter((service) => service.placement === "base")
    .map((service) => {
      const container = state.containers.find(
        (candidate) => candidate.slot === "base" && candidate.service === service.name && !candidate.oneOff,
      );
      return { service, running: container?.state === "running", same: container?.configHash === service.configHash };
    })
    .filter(({ running, same }) => !running || (!same && data === "change"));
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
  return release.services
    .filter((service) => service.placement === "base")
    .flatMap((service) =>
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
        addresses: addressesOf(record, on === slot ? subnets : assignSubnets(record, state), on, service.name),
      }));
  const other = otherSlot(slot);
  // Without a release on the other side it gets the new one's back ends, so that the next switch needs no reload.
  return [...side(release, slot), ...side(previous ?? release, other)];
}

function healthTarget(release: ReleaseRecord, service: ReleaseService, subnets: Subnets, slot: Slot): HealthTarget {
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

/** For what has been running: one good answer is enough, and nothing has to stay up for some seconds first. */
function stillHealthy(target: HealthTarget): HealthTarget {
  return { ...target, successes: 1, check: target.check === "docker" ? "runs" : target.check };
}

/** How long requests may stay on one side when it gets no new ones. */
export function drainLimits(owner: string, slot: Slot, record: ReleaseRecord): readonly DrainLimit[] {
  return servicesWithRequests(record).map((service) => ({
    backend: backendName(owner, service.name, slot),
    seconds: service.drain,
  }));
}

/** `shop-production-backend-blue/s1` for each replica: the proxy's names of the servers of one side. */
function serversOf(owner: string, slot: Slot, record: ReleaseRecord): readonly string[] {
  return servicesWithRequests(record).flatMap((service) =>
    Array.from(
      { length: service.replicas },
      (_, replica) => `${backendName(owner, service.name, slot)}/s${replica + 1}`,
    ),
  );
}

/** A routed service with replicas is one compose service per replica, each with its own address. */
function composeNames(service: ReleaseService): readonly string[] {
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
