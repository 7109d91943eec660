import { backendName, otherSlot, ownerOf, type Slot } from "../proxy/index.ts";
import { withBalancer } from "./balancer.ts";
import { assignSubnets, type Subnets } from "./networks.ts";
import {
  composeNames,
  drainLimits,
  firstSteps,
  healthTarget,
  lastSteps,
  serversOf,
  servicesWithRequests,
  setProxy,
  stillHealthy,
  workersOf,
} from "./plan-parts.ts";
import type { PlanOptions } from "./plan-parts.ts";
import type { ReleaseRecord, ReleaseService } from "./record.ts";
import { canRoll, planRolling } from "./rolling.ts";
import type { ServerState } from "./state.ts";
import type { HealthTarget, Step } from "./steps.ts";
import { trialSteps } from "./strategy.ts";

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

export function planDeployment(release: ReleaseRecord, state: ServerState, options: PlanOptions): DeploymentPlan {
  const { live } = state;
  const serving = state.records.find((record) => record.id === live?.release);
  const rolling = options.strategy.kind === "rolling" && options.begin === "start" && live !== undefined;
  const plan =
    rolling && serving !== undefined && canRoll(release, serving)
      ? planRolling(release, serving, live.slot, state, options)
      : planSlots(release, state, options);
  return withBalancer(plan, options.balancer, live === undefined);
}

/** The new release beside the live one, in the other slot. */
function planSlots(release: ReleaseRecord, state: ServerState, options: PlanOptions): DeploymentPlan {
  const owner = ownerOf(release.app, release.environment);
  const live = state.live;
  const previous = state.records.find((record) => record.id === live?.release);
  const slot: Slot = live === undefined ? "blue" : otherSlot(live.slot);
  const subnets = assignSubnets(release, state);

  const own = release.services.filter((service) => service.placement === "release" && service.kind !== "job");
  const singletons = own.filter((service) => service.singleton);
  const started = own.filter((service) => !service.singleton);
  const routedHere = servicesWithRequests(release);
  const running = stillRunning(state, slot, release);
  const there = started.filter(({ name }) => running.has(name));
  const leftovers = there.length === 0 && state.containers.some((container) => container.slot === slot);

  const steps: Step[] = [...firstSteps(release, state, options, { owner, slot, subnets, leftovers })];
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
  steps.push(setProxy({ release, previous, slot, subnets, state, strategy: options.strategy }));
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
    after.push({
      step: "keep-warm",
      slot: live.slot,
      release: previous.id,
      seconds: keepWarm,
      workers: workersOf(previous).map(({ name }) => name),
    });
  } else if (live !== undefined && previous !== undefined) {
    after.push({
      step: "retire-slot",
      slot: live.slot,
      drain: drainLimits(owner, live.slot, previous),
      servers: serversOf(owner, live.slot, previous),
    });
  }
  after.push(...lastSteps(release, state, options));
  const tried = trial.length > 0 || options.begin === "promote";
  const abandon: readonly Step[] = [
    ...(tried ? [{ step: "end-share" as const, owner }] : []),
    { step: "abandon-slot", slot, release: release.id, drain: tried ? drainLimits(owner, slot, release) : [] },
  ];
  return { release, previous, slot, steps, after, abandon };
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
