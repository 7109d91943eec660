import * as z from "zod";

/**
 * What has to be rented, apart from any provider: the question that prices answer. All figures are for one server; `count`
 * says how many of them.
 */
export const Need = z.strictObject({
  /** Virtual processors as the machine counts them. */
  cpu: z.number().positive().max(1024),
  /** GB of memory. */
  memory: z.number().positive().max(100_000),
  /** GB of disk. */
  disk: z.number().nonnegative().max(1_000_000),
  /** GB a month that leave for the internet. */
  traffic: z.number().nonnegative().max(100_000_000),
  /** Public IPv4 addresses. */
  ipv4: z.int().nonnegative().max(1000),
  /** Copies of the whole server by its provider; not the copies that `wherry backup` makes. */
  backup: z.boolean(),
  count: z.int().positive().max(1000),
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
    `${traffic} GB traffic a month`,
    ipv4 === 0 ? "no IPv4" : `${ipv4} IPv4`,
    backup ? "with backups" : "no backups",
  ];
  return `${count === 1 ? "" : `${count} x `}${parts.join(", ")}`;
}
