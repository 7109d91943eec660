import { loadCompose, reachableServices } from "../compose/index.ts";
import { loadSettings } from "../config/index.ts";
import type { Settings } from "../config/index.ts";
import { invalidError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { reportOf, rollOut } from "./fleet.ts";
import { joinPlans } from "./result.ts";
import type { DeploymentResult, PlanResult } from "./result.ts";

type StackName = string | undefined;

/** One stack after the other, in the order given; after a failure no further one is begun. */
export function inStacks(
  stacks: readonly StackName[],
  report: Report,
  deployOne: (stack: StackName, report: Report) => Promise<DeploymentResult>,
): Promise<DeploymentResult> {
  if (stacks.length === 1) return deployOne(stacks[0], report);
  const places = stacks.map((stack) => ({ name: stack ?? "" }));
  return rollOut(places, { atOnce: 1, what: "stacks" }, (place) =>
    deployOne(place.name, reportOf(report, place, places.length)),
  );
}

/** The plans of all stacks in one; a service is called `<service>.<stack>` in it. */
export async function planStacks(
  stacks: readonly StackName[],
  planOne: (stack: StackName) => Promise<PlanResult>,
): Promise<PlanResult> {
  const plans: PlanResult[] = [];
  for (const stack of stacks) plans.push(await planOne(stack));
  if (plans.length === 1) return joinPlans(plans);
  const services = plans.flatMap((plan, index) =>
    plan.services.map((service) => ({ ...service, name: `${service.name}.${stacks[index] ?? ""}` })),
  );
  return { ...joinPlans(plans, stacks.map(String)), services };
}

/**
 * What a stack reaches of those that it depends on: `<service>.<stack>` -> private address, of every service there that
 * publishes a port.
 * @throws WherryError `no-address` where a stack that others depend on has none
 */
export async function hostsOfStacks(
  ctx: Context,
  { directory, environment, stack, dependsOn, file }: Settings,
): Promise<Readonly<Record<string, string>>> {
  const hosts: Record<string, string> = {};
  for (const other of dependsOn) {
    const settings = await loadSettings(ctx, { directory, environment, stack: other });
    const { address } = settings;
    if (address === undefined) {
      throw invalidError("no-address", `${stack} depends on ${other}, which has no address in ${environment}`, {
        hint: `write the private address of its server as stacks.${other}.address in ${file}, or in environments.${environment}`,
      });
    }
    const { document } = await loadCompose(ctx, settings, new Map());
    for (const service of reachableServices(document)) hosts[`${service}.${other}`] = address;
  }
  return hosts;
}
