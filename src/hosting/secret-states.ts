import type { Secret } from "../core/index.ts";
import { canHaveFingerprint, fingerprintName, matches, readFingerprint } from "./fingerprint.ts";
import type { EnvironmentWish, PresentEnvironment } from "./model.ts";

/**
 * `set`: there, and the value is that of here. `unknown`: there, and nobody can tell whether it is. `new`, `changed`: to be
 * set. `missing`: not there, and no value here.
 */
export type SecretState = "set" | "unknown" | "new" | "changed" | "missing";

export interface JudgedSecret {
  readonly name: string;
  readonly state: SecretState;
  /** ISO instant at which GitHub got the value it has; null: it has none. */
  readonly updatedAt: string | null;
}

/** Compares the secrets of an environment with the values that are here, by the fingerprint that was left there. Pure. */
export function judgeSecrets(
  { secrets }: Pick<EnvironmentWish, "secrets">,
  present: PresentEnvironment | undefined,
  values: ReadonlyMap<string, Secret>,
): readonly JudgedSecret[] {
  const variable = present?.variables.find(({ name }) => name === fingerprintName);
  const fingerprint = variable === undefined ? undefined : readFingerprint(variable.value);
  const same = fingerprint === undefined ? undefined : matches(fingerprint, values);
  // GitHub's own clock on both: a value that came after the fingerprint was set by another hand.
  const later = (updatedAt: string): boolean =>
    variable !== undefined && Date.parse(updatedAt) > Date.parse(variable.updatedAt);
  const tellable = canHaveFingerprint(values);
  return secrets.map(({ name, value }): JudgedSecret => {
    const there = present?.secrets.find((one) => one.name === name.toUpperCase());
    const updatedAt = there?.updatedAt ?? null;
    const judged = (state: SecretState): JudgedSecret => ({ name, state, updatedAt });
    if (there === undefined) return judged(value === "none" ? "missing" : "new");
    if (value === "none") return judged("unknown");
    if (fingerprint?.names.includes(name) === true) {
      if (same === undefined) return judged("unknown");
      return judged(same && !later(there.updatedAt) ? "set" : "changed");
    }
    return judged(tellable ? "changed" : "unknown");
  });
}
