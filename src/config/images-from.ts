import { nearest } from "../core/index.ts";
import type { EnvironmentRule } from "./deploy-on.ts";
import { releaseRules } from "./release-rules.ts";
import type { WherryFile } from "./schema.ts";
import { positionOfValue } from "./yaml-source.ts";
import type { YamlProblem, YamlSource } from "./yaml-source.ts";

/** Which environments build their images, and which take those that another one has tried out. */

/** What `images_from` says where an environment builds for itself although another one stands before it. */
const ownBuild = "build";

/**
 * Environment -> the one whose images it gets. Those that build for themselves are not in it. Where nothing is written,
 * production gets what the stage before it has, if both are deployed by versions.
 */
export function imageSources(file: WherryFile): ReadonlyMap<string, string> {
  const rules = releaseRules(file);
  return new Map(
    rules.flatMap((rule) => {
      const source = file.environments[rule.environment]?.images_from ?? usualSource(rule, rules);
      return source === undefined || source === ownBuild ? [] : [[rule.environment, source] as const];
    }),
  );
}

function usualSource(rule: EnvironmentRule, rules: readonly EnvironmentRule[]): string | undefined {
  return isByVersion(rule) ? stageBefore(rule, rules) : undefined;
}

/**
 * Where a version is tried out before production: the last environment before it that is deployed by versions. Undefined
 * where there is none, and for all others than production.
 */
export function stageBefore(
  { production }: EnvironmentRule,
  environments: readonly EnvironmentRule[],
): string | undefined {
  return production ? environments.findLast((one) => !one.production && isByVersion(one))?.environment : undefined;
}

function isByVersion({ rules }: EnvironmentRule): boolean {
  return rules.some((rule) => rule.kind === "tag" && rule.pattern.includes("*"));
}

/** Environments that are not there, and such that wait for each other's images. */
export function imageSourceProblems(file: WherryFile, source: YamlSource): readonly YamlProblem[] {
  const sources = imageSources(file);
  const names = Object.keys(file.environments);
  return Object.entries(file.environments).flatMap(([environment, section]): readonly YamlProblem[] => {
    const wanted = section?.images_from;
    if (wanted === undefined || wanted === ownBuild) return [];
    const path = ["environments", environment, "images_from"];
    const problem = (message: string): readonly YamlProblem[] => [
      { at: positionOfValue(source, path), message: `${path.join(".")}: ${message}` },
    ];
    if (!names.includes(wanted)) {
      const near = nearest(wanted, [...names, ownBuild]);
      return problem(`there is no environment ${wanted}${near === undefined ? "" : `, did you mean "${near}"?`}`);
    }
    return endsSomewhere(environment, sources)
      ? []
      : problem(`${environment} would wait for its own images: somebody has to build them`);
  });
}

function endsSomewhere(environment: string, sources: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = environment; at !== undefined; at = sources.get(at)) {
    if (seen.has(at)) return false;
    seen.add(at);
  }
  return true;
}
