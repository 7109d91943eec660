import type { Machine } from "./measure.ts";
import type { Need } from "./need.ts";
import type { Use } from "./use/model.ts";

/**
 * The rule, and all of it: a server is large enough where, of what it has, the 95th percentile of the processors in use is
 * at most 70 %, the most memory that was ever in use is at most 80 %, and the disk is filled to at most two thirds.
 */
export const rule = { cpu: 0.7, memory: 0.8, disk: 2 / 3 } as const;

/** What a server would have to have, as its use says. */
export function sizeNeeded(use: Use, machine: Pick<Machine, "diskUsed">): Pick<Need, "cpu" | "memory" | "disk"> {
  return {
    cpu: upTo(use.cpuP95 / rule.cpu, 1),
    memory: upTo(use.memoryMax / rule.memory, 1),
    disk: upTo(machine.diskUsed / rule.disk, 10),
  };
}

/** What it has, as a provider would say it: the kernel counts less memory than there is, and a file system less disk. */
export function sizeOf({ cpus, memory, disk }: Machine): Pick<Need, "cpu" | "memory" | "disk"> {
  return { cpu: cpus, memory: upTo(memory, 1), disk: upTo(disk, 10) };
}

/** Up to the next multiple of a step, and at least one. Hundredths that only measuring made are let go. */
function upTo(value: number, step: number): number {
  return Math.max(1, Math.ceil((value - 0.01) / step)) * step;
}
