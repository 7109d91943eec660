import { stageBefore } from "./images-from.ts";
import { releaseRules } from "./release-rules.ts";
import type { WherryFile } from "./schema.ts";
import { positionOfValue } from "./yaml-source.ts";
import type { YamlProblem, YamlSource } from "./yaml-source.ts";

/** Environments that want two people, and have no stage before them where the first one could have looked. */
export function twoPeopleProblems(file: WherryFile, source: YamlSource): readonly YamlProblem[] {
  const rules = releaseRules(file);
  return rules.flatMap((rule): readonly YamlProblem[] => {
    const { environment, production, twoPeople } = rule;
    if (twoPeople !== true || stageBefore(rule, rules) !== undefined) return [];
    const path = ["environments", environment, "deploy_on", "two_people"];
    const why = production
      ? `no environment before ${environment} is deployed by versions (such as uat by tags UAT-*), so nobody has deployed a commit there first`
      : "only production has a stage before it, where somebody else has deployed a commit first";
    return [{ at: positionOfValue(source, path), message: `${path.join(".")}: ${why}` }];
  });
}
