import { backendName, ownerOf, type Slot } from "../proxy/index.ts";
import { assignSubnets, type Subnets } from "./networks.ts";
import type { DeploymentPlan } from "./plan.ts";
import {
  composeNames,
  firstSteps,
  healthTarget,
  lastSteps,
  serversOf,
  servicesWithRequests,
  setProxy,
  workersOf,
} from "./plan-parts.ts";
import type { PlanOptions } from "./plan-parts.ts";
import type { ReleaseRecord, ReleaseService } from "./record.ts";
import type { ServerState } from "./state.ts";
import type { Step } from "./steps.ts";

/**
 * Replicas can be replaced in place where there are two or more of everything that gets requests, and both releases have
 * them at the same addresses. Else the releases run side by side.
 */
export function canRoll(release: ReleaseRecord, previous: ReleaseRecord): boolean {
  const places = (record: ReleaseRecord): string =>
    JSON.stringify([
      record.releaseNetworks,
      workersOf(record).map(({ name }) => name),
      servicesWithRequests(record).map(({ name, port, replicas, proxyNetwork, networks }) => [
        name,
        port,
        replicas,
        proxyNetwork,
        networks,
      ]),
    ]);
  const routed = servicesWithRequests(release);
  return routed.length > 0 && routed.every(({ replicas }) => replicas > 1) && places(release) === places(previous);
}

/** Replaces the replicas inside the live slot, so many at a time; needs no second set of containers. */
export function planRolling(
  release: ReleaseRecord,
  previous: ReleaseRecord,
  slot: Slot,
  state: ServerState,
  options: PlanOptions,
): DeploymentPlan {
  const owner = ownerOf(release.app, release.environment);
  const subnets = assignSubnets(release, state);
  const { strategy } = options;
  const replace = (record: ReleaseRecord): readonly Step[] => [
    ...servicesWithRequests(record).flatMap((service) =>
      batches(record, service, slot, { subnets, atOnce: strategy.rolling.atOnce }),
    ),
    ...workersOf(record).map((service): Step => ({
      step: "replace-replicas",
      slot,
      release: record.id,
      services: [service.name],
      servers: [],
      drain: 0,
      targets: [healthTarget(record, service, subnets, slot)],
    })),
  ];
  const steps: Step[] = [
    ...firstSteps(release, state, options, { owner, slot, subnets, leftovers: false }),
    setProxy({ release, previous, slot, subnets, state, strategy }),
    ...replace(release),
  ];
  if (strategy.watch !== undefined) {
    steps.push({
      step: "watch",
      slot,
      owner,
      share: 100,
      seconds: strategy.watch.for,
      limits: strategy.watch,
      newBackends: servicesWithRequests(release).map(({ name }) => backendName(owner, name, slot)),
      oldBackends: [],
    });
  }
  steps.push({
    step: "switch-slot",
    from: slot,
    to: slot,
    release: release.id,
    owner,
    servers: serversOf(owner, slot, release),
  });
  return {
    release,
    previous,
    slot,
    steps,
    after: lastSteps(release, state, options),
    // What was replaced is replaced again, by what it was.
    abandon: [...replace(previous), { step: "forget-release", release: release.id }],
  };
}

/** Steps that replace the replicas of one service, so many at a time. */
function batches(
  record: ReleaseRecord,
  service: ReleaseService,
  slot: Slot,
  { subnets, atOnce }: { readonly subnets: Subnets; readonly atOnce: number },
): readonly Step[] {
  const backend = backendName(ownerOf(record.app, record.environment), service.name, slot);
  const target = healthTarget(record, service, subnets, slot);
  // Never all of them: somebody has to answer.
  const size = Math.min(atOnce, service.replicas - 1);
  const replicas = composeNames(service).map((name, index) => ({ name, index }));
  return Array.from({ length: Math.ceil(replicas.length / size) }, (_, batch): Step => {
    const chosen = replicas.slice(batch * size, (batch + 1) * size);
    return {
      step: "replace-replicas",
      slot,
      release: record.id,
      services: chosen.map(({ name }) => name),
      servers: chosen.map(({ index }) => `${backend}/s${index + 1}`),
      drain: service.drain,
      targets: [{ ...target, addresses: chosen.flatMap(({ index }) => target.addresses[index] ?? []) }],
    };
  });
}
