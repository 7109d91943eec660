import * as z from "zod";
import { schemas } from "../schemas.ts";

const copied = z.strictObject({
  name: z.string(),
  method: z.string(),
  image: z.string(),
  bytes: z.int(),
  parts: z.array(z.strictObject({ name: z.string(), snapshot: z.string(), bytes: z.int(), sha256: z.string() })),
  tables: z.int().nullable(),
  rows: z.int().nullable(),
});

const record = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  kind: z.enum(["backup", "drill", "restore"]),
  by: z.string(),
  started: z.string(),
  finished: z.string(),
  outcome: z.enum(["succeeded", "failed"]),
  reason: z.string().nullable(),
  snapshot: z.string().optional(),
  copy: z.string().optional(),
  services: z.array(copied),
  retention: z.string().nullable().optional(),
});

/** The JSON of backup run, drill and restore. */
export const backupResult = z.strictObject({
  environment: z.string(),
  servers: z.array(
    z.strictObject({
      server: z.string(),
      record: record.nullable(),
      compared: z.array(
        z.strictObject({
          service: z.string(),
          equal: z.boolean().nullable(),
          tables: z.int().nullable(),
          rows: z.int().nullable(),
        }),
      ),
    }),
  ),
  error: schemas.error.optional(),
});

/** `31 kB`, `2.4 GB`. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
