import { createHmac, randomBytes } from "node:crypto";
import type { ReleaseId } from "./record.ts";

/** A new id: the day in UTC, and four random hex digits that no release of this environment has. */
export function newReleaseId(now: Date, taken: Iterable<ReleaseId>): ReleaseId {
  const known = new Set(taken);
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  for (;;) {
    const id = `${day}-${randomBytes(2).toString("hex")}`;
    if (!known.has(id)) return id;
  }
}

/** Deployments are told apart by a longer random name: they come from anywhere, at any time. */
export function newDeploymentId(): string {
  return randomBytes(8).toString("hex");
}

/**
 * Equal values have equal versions, and nothing else can be told from one: the key is random, and never leaves the
 * server's folder and the memory of the one who deploys.
 */
export function secretVersion(salt: string, value: string): string {
  return createHmac("sha256", salt).update(value).digest("hex").slice(0, 16);
}
