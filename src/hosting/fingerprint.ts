import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import type { Secret } from "../core/index.ts";

/**
 * Which values were set in an environment, without saying them: GitHub never shows a secret again. One slow hash over all
 * values together, with a salt: whoever wants to try guesses has to guess all of them at once. Where all together are so
 * short that this could be done, nothing is kept.
 */
export interface Fingerprint {
  readonly salt: string;
  readonly hash: string;
  /** Sorted. */
  readonly names: readonly string[];
}

/** Name of the variable of the environment that holds it. */
export const fingerprintName = "WHERRY_SECRETS_FINGERPRINT";

const shortestTogether = 24;
// 32 MiB and about 0.1 s for each guess.
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Are the values together long enough for a fingerprint that everybody may see? */
export function canHaveFingerprint(values: ReadonlyMap<string, Secret>): boolean {
  return [...values.values()].reduce((sum, value) => sum + value.reveal().length, 0) >= shortestTogether;
}

export function fingerprintOf(values: ReadonlyMap<string, Secret>): Fingerprint {
  const salt = randomBytes(16).toString("base64url");
  return { salt, hash: hashOf(values, salt).toString("base64url"), names: [...values.keys()].toSorted() };
}

/** Undefined where a value that went into it is not known here: then nobody can tell. */
export function matches({ salt, hash, names }: Fingerprint, values: ReadonlyMap<string, Secret>): boolean | undefined {
  const same = new Map<string, Secret>();
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) return undefined;
    same.set(name, value);
  }
  const [wanted, found] = [Buffer.from(hash, "base64url"), hashOf(same, salt)];
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

export function writeFingerprint({ salt, hash, names }: Fingerprint): string {
  return ["v1", salt, hash, names.join(",")].join(":");
}

export function readFingerprint(text: string): Fingerprint | undefined {
  const [version, salt, hash, names] = text.split(":");
  if (version !== "v1" || salt === undefined || hash === undefined || names === undefined) return undefined;
  return { salt, hash, names: names.split(",").filter((name) => name !== "") };
}

function hashOf(values: ReadonlyMap<string, Secret>, salt: string): Buffer {
  const sorted = [...values]
    .map(([name, value]) => [name, value.reveal()])
    .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return scryptSync(JSON.stringify(sorted), salt, 32, cost);
}
