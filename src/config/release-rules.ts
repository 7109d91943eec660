import { ruleOf } from "./deploy-on.ts";
import type { DeployRule, EnvironmentRule } from "./deploy-on.ts";
import { commonName } from "./ref-pattern.ts";
import type { PatternKind } from "./ref-pattern.ts";
import type { WherryFile } from "./schema.ts";
import { positionOfKey, positionOfValue } from "./yaml-source.ts";
import type { YamlProblem, YamlSource } from "./yaml-source.ts";

/**
 * The release rules of a file, by environment. What somebody has written wins over what a name means by default: an
 * environment whose default belongs to another one is deployed to by hand alone.
 */
export function releaseRules({ environments }: WherryFile): readonly EnvironmentRule[] {
  const all = Object.entries(environments).map(([name, section]) => ruleOf(name, section?.deploy_on));
  const written = all.filter(({ from }) => from === "wherry.yaml");
  return all.map((one) => {
    if (one.from !== "default" || written.every((other) => clashOf(one, other) === undefined)) return one;
    return { ...one, rules: [], from: "none" };
  });
}

/** Two environments that claim one ref: which of them gets it would be chance. */
export function ruleProblems(file: WherryFile, source: YamlSource): readonly YamlProblem[] {
  const rules = releaseRules(file);
  return rules.flatMap((later, index) =>
    rules.slice(0, index).flatMap((earlier): readonly YamlProblem[] => {
      const clash = clashOf(earlier, later);
      if (clash === undefined) return [];
      const path = ["environments", later.environment, "deploy_on", clash.kind];
      const other = positionOfKey(source, ["environments", earlier.environment, "deploy_on", clash.kind]);
      return [
        {
          at: positionOfValue(source, path),
          message: `${path.join(".")}: the ${clash.kind} ${clash.name} would go to ${earlier.environment} (line ${other.line}) as well: each belongs to one environment`,
        },
      ];
    }),
  );
}

function clashOf(
  a: EnvironmentRule,
  b: EnvironmentRule,
): { readonly kind: DeployRule["kind"]; readonly name: string } | undefined {
  for (const one of a.rules) {
    for (const other of b.rules) {
      // One run of a pipeline deploys to one environment, and a schedule starts one run.
      if (one.kind === "schedule" && other.kind === "schedule" && one.cron === other.cron)
        return { kind: "schedule", name: one.cron };
      if (one.kind === "schedule" || other.kind === "schedule" || one.kind !== other.kind) continue;
      const name = commonName(
        { pattern: one.pattern, kind: kindOf(a, one) },
        { pattern: other.pattern, kind: kindOf(b, other) },
      );
      if (name !== undefined) return { kind: one.kind, name };
    }
  }
  return undefined;
}

function kindOf({ production }: EnvironmentRule, { kind }: DeployRule): PatternKind {
  if (kind === "branch") return "branch";
  return production ? "full version" : "version";
}
