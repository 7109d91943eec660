import type { BalancerSettings } from "../config/index.ts";
import type { Step } from "./steps.ts";

/** Steps that move requests, or take replicas away from them. */
const moving: ReadonlySet<Step["step"]> = new Set(["set-share", "replace-replicas", "switch-slot"]);

/** The parts of a plan that a load balancer in front of the servers is told of. */
interface Parts {
  readonly steps: readonly Step[];
  readonly after: readonly Step[];
  readonly abandon: readonly Step[];
}

/**
 * Lets the load balancer send its requests elsewhere for the moment in which they move here: behind the first step that
 * moves them all is well again, for a release on trial is judged by its requests. Only a rolling deployment stays out until
 * its last replica is replaced. A first deployment has nobody to send elsewhere.
 */
export function withBalancer<P extends Parts>(plan: P, balancer: BalancerSettings | undefined, first: boolean): P {
  if (balancer === undefined) return plan;
  const join: Step = { step: "join-balancer", path: balancer.health };
  if (first) return { ...plan, after: [join, ...plan.after] };
  const leave: Step = { step: "leave-balancer", path: balancer.health, seconds: balancer.drain };
  const from = plan.steps.findIndex(({ step }) => moving.has(step));
  const rolling = plan.steps[from]?.step === "replace-replicas";
  const to = rolling ? plan.steps.findLastIndex(({ step }) => step === "replace-replicas") : from;
  const told = [...plan.steps.slice(0, from), leave, ...plan.steps.slice(from, to + 1)];
  const rest = plan.steps.slice(to + 1);
  const abandon = [join, ...plan.abandon];
  // The switch is the last step that can be undone: what comes behind it must not be among those that are.
  return rest.length === 0
    ? { ...plan, steps: told, after: [join, ...plan.after], abandon }
    : { ...plan, steps: [...told, join, ...rest], abandon };
}
