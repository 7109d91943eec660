import * as z from "zod";
import { unknown } from "./schema.ts";

/** Far more than anybody rents; the sum of all of them, with VAT, is still an amount that is exact. */
export const most = {
  cpu: 1024,
  memory: 100_000,
  disk: 1_000_000,
  /** 30 gigabits a second, all month. */
  traffic: 10_000_000,
  ipv4: 1000,
  count: 1000,
} as const;

/**
 * What has to be rented, apart from any provider: the question that prices answer. All figures are for one server; `count`
 * says how many of them.
 */
export const Need = z.strictObject({
  /** Virtual processors as the machine counts them. */
  cpu: z.number().positive().max(most.cpu),
  /** GB of memory. */
  memory: z.number().positive().max(most.memory),
  /** GB of disk. */
  disk: z.number().nonnegative().max(most.disk),
  /** GB a month that leave for the internet. */
  traffic: z.union([z.number().nonnegative().max(most.traffic), unknown]),
  /** Public IPv4 addresses. */
  ipv4: z.int().nonnegative().max(most.ipv4),
  /** Copies of the whole server by its provider; not the copies that `wherry backup` makes. */
  backup: z.boolean(),
  count: z.int().positive().max(most.count),
});
export type Need = z.infer<typeof Need>;

/** Instruction set that the images are built for. `any`: they are built for both. */
export const architectures = ["x86", "arm", "any"] as const;
export type Architecture = (typeof architectures)[number];

/** `3 x 2 CPU, 4 GB, 40 GB disk, 500 GB traffic, 1 IPv4, backups`. */
export function needInWords({ cpu, memory, disk, traffic, ipv4, backup, count }: Need): string {
  const parts = [
    `${cpu} CPU`,
    `${memory} GB memory`,
    `${disk} GB disk`,
    typeof traffic === "number" ? `${traffic} GB traffic a month` : "unknown traffic",
    ipv4 === 0 ? "no IPv4" : `${ipv4} IPv4`,
    backup ? "with backups" : "no backups",
  ];
  return `${count === 1 ? "" : `${count} x `}${parts.join(", ")}`;
}
