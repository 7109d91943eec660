import * as z from "zod";
import { parseDuration } from "../core/index.ts";
import type { Seconds } from "../core/index.ts";
import { duration } from "./words.ts";

/** Where copies of the data go, how often and for how long, as people write it. */

const methods = ["postgres", "mysql", "mongodb", "redis", "volume", "none"] as const;
const consistencies = ["pause", "stop", "live"] as const;

const amount = z.int().min(0).max(1000).optional();

const secret = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a secret, not its value");

const service = z.strictObject({
  method: z
    .enum(methods)
    .optional()
    .describe(
      "postgres, mysql (MariaDB too), mongodb and redis (Valkey too) dump with the database's own tool; volume copies its folders; none leaves it out. Default: seen from the image",
    ),
  consistency: z
    .enum(consistencies)
    .optional()
    .describe(
      "For the method volume: the container is paused meanwhile, stopped meanwhile, or goes on (live), and then the copy may be torn. Default: pause",
    ),
});

export const backup = z
  .strictObject({
    repository: z
      .string()
      .regex(
        /^(\/[^\s]+|sftp:[^\s]+|(s3|rest):https?:\/\/[^\s]+)$/,
        "a repository is /a/folder of the server, sftp:user@host:/folder, s3:https://host/bucket or rest:https://host/",
      )
      .refine((text) => !/\/\/[^/]*:[^/]*@/.test(text), "a password must not stand in an address")
      .describe(
        "A restic repository: /folder of the server, sftp:user@host:/folder, s3:https://host/bucket or rest:https://host/.",
      ),
    every: duration.optional().describe("How often wherry backup schedule lets it run. Default: 24h"),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is written as 03:00")
      .optional()
      .describe("Time of day of the one backup a day, by the server's clock; instead of every."),
    keep: z
      .strictObject({
        daily: amount.describe("Days of which the last copy is kept. Default: 7"),
        weekly: amount.describe("The same in weeks. Default: 4"),
        monthly: amount.describe("The same in months. Default: 6"),
      })
      .optional()
      .describe("Which copies stay when a newer one succeeded; those of the last day always do."),
    services: z
      .record(z.string(), service)
      .optional()
      .describe("How services are copied, where it is not as their image says. Every service that keeps data is."),
    password: secret
      .optional()
      .describe("Secret with the password that the repository is encrypted with. Default: BACKUP_PASSWORD"),
    access_key: secret.optional().describe("Secret with the access key of s3. Default: AWS_ACCESS_KEY_ID"),
    secret_key: secret.optional().describe("Secret with the secret key of s3. Default: AWS_SECRET_ACCESS_KEY"),
    before_deploy: z.boolean().optional().describe("A copy is made before each deployment. Default: false"),
  })
  .refine(
    ({ keep }) => keep === undefined || (keep.daily ?? 7) + (keep.weekly ?? 4) + (keep.monthly ?? 6) > 0,
    "keep: no copy would stay",
  )
  .refine(({ every, at }) => every === undefined || at === undefined, "every and at: one of the two");

/** How the data of a service is copied. */
export type BackupMethod = (typeof methods)[number];

export interface BackupSettings {
  readonly repository: string;
  readonly every: Seconds;
  /** `03:00`; undefined: whenever `every` is over. */
  readonly at: string | undefined;
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Exceptions: a service that is not here is copied as its image says, where it keeps data. */
  readonly services: Readonly<Record<string, ServiceBackup>>;
  /** Names of secrets. */
  readonly secrets: { readonly password: string; readonly accessKey: string; readonly secretKey: string };
  readonly beforeDeploy: boolean;
}

export interface ServiceBackup {
  readonly method: BackupMethod | undefined;
  readonly consistency: (typeof consistencies)[number] | undefined;
}

/** Fills in what is not written. */
export function backupOf(raw: z.infer<typeof backup> | undefined): BackupSettings | undefined {
  if (raw === undefined) return undefined;
  const { repository, every, at, keep, services = {} } = raw;
  return {
    repository,
    every: (every === undefined ? undefined : parseDuration(every)) ?? 86_400,
    at,
    keep: { daily: keep?.daily ?? 7, weekly: keep?.weekly ?? 4, monthly: keep?.monthly ?? 6 },
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, { method: one.method, consistency: one.consistency }]),
    ),
    secrets: {
      password: raw.password ?? "BACKUP_PASSWORD",
      accessKey: raw.access_key ?? "AWS_ACCESS_KEY_ID",
      secretKey: raw.secret_key ?? "AWS_SECRET_ACCESS_KEY",
    },
    beforeDeploy: raw.before_deploy ?? false,
  };
}
