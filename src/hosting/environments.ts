import type { EnvironmentRule } from "../config/index.ts";
import type { RefPolicy } from "./model.ts";

interface Branches {
  readonly releaseBranch: string;
  /** Schedules run there. */
  readonly defaultBranch: string;
}

/**
 * Branches and tags that GitHub lets into an environment: those of its release rules. Undefined where everything may be
 * deployed by hand. Pure.
 */
export function refsOf(
  { production, rules }: EnvironmentRule,
  { releaseBranch, defaultBranch }: Branches,
): readonly RefPolicy[] | undefined {
  // By hand the gate takes any branch, and for production what is on the release branch.
  const byHand = rules.every(({ kind }) => kind === "schedule");
  if (byHand && !production) return undefined;
  const release: readonly RefPolicy[] = byHand ? [{ type: "branch", name: releaseBranch }] : [];
  const refs = rules.map((rule): RefPolicy => {
    if (rule.kind === "schedule") return { type: "branch", name: defaultBranch };
    return { type: rule.kind, name: rule.kind === "branch" ? forGitHub(rule.pattern) : rule.pattern };
  });
  const all = [...release, ...refs];
  return all.filter(
    (one, index) => all.findIndex((other) => other.type === one.type && other.name === one.name) === index,
  );
}

/** Ruby's fnmatch: a `**` alone stops at a slash like `*`, and goes below folders as a part of its own before one. */
function forGitHub(pattern: string): string {
  return pattern.replace(/(^|\/)\*\*$/, "$1**/*");
}
