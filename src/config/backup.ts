import * as z from "zod";
import { parseDuration } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { duration } from "./words.ts";

/** Where copies of the data go, how often and for how long, as people write it. */

const methods = ["postgres", "mysql", "mongodb", "redis", "volume"] as const;

const amount = z.int().min(0).max(1000).optional();

export const backup = z
  .strictObject({
    repository: z
      .string()
      .regex(
        /^(\/[^\s]+|sftp:[^\s]+|s3:[^\s]+)$/,
        "a repository is /a/folder of the server, sftp:user@host:/folder or s3:https://host/bucket",
      )
      .refine((text) => !/\/\/[^/]*:[^/]*@/.test(text), "a password must not stand in an address: name it in secrets:")
      .describe("A restic repository: /folder of the server, sftp:user@host:/folder or s3:https://host/bucket."),
    every: duration.optional().describe("How often wherry backup schedule lets it run. Default: 24h"),
    keep: z
      .strictObject({
        daily: amount.describe("Days of which the last copy is kept. Default: 7"),
        weekly: amount.describe("The same in weeks. Default: 4"),
        monthly: amount.describe("The same in months. Default: 6"),
      })
      .optional()
      .describe("Which copies stay when a newer one succeeded."),
    services: z
      .record(
        z.string(),
        z.strictObject({
          method: z
            .enum(methods)
            .optional()
            .describe("The tool of its database, or volume. Default: seen from the image"),
        }),
      )
      .optional()
      .describe("What is copied. Default: every service that keeps data"),
    before_deploy: z.boolean().optional().describe("A copy is made before each deployment. Default: false"),
  })
  .refine(
    ({ keep }) => keep === undefined || (keep.daily ?? 7) + (keep.weekly ?? 4) + (keep.monthly ?? 6) > 0,
    "keep: no copy would stay",
  );

/** How the data of a service is copied. */
export type BackupMethod = (typeof methods)[number];

export interface BackupSettings {
  readonly repository: string;
  readonly every: Seconds;
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Undefined: every service that keeps data. A service without a method: as its image says. */
  readonly services: Readonly<Record<string, BackupMethod | undefined>> | undefined;
  readonly beforeDeploy: boolean;
}

/** Fills in what is not written. */
export function backupOf(raw: z.infer<typeof backup> | undefined): BackupSettings | undefined {
  if (raw === undefined) return undefined;
  const { repository, every, keep, services } = raw;
  return {
    repository,
    every: (every === undefined ? undefined : parseDuration(every)) ?? 86_400,
    keep: { daily: keep?.daily ?? 7, weekly: keep?.weekly ?? 4, monthly: keep?.monthly ?? 6 },
    services:
      services === undefined
        ? undefined
        : Object.fromEntries(Object.entries(services).map(([name, { method }]) => [name, method])),
    beforeDeploy: raw.before_deploy ?? false,
  };
}
