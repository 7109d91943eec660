import type { Rule } from "../model.ts";
import { correctness } from "./correctness.ts";
import { data } from "./data.ts";
import { dockerfile } from "./dockerfile.ts";
import { downtime } from "./downtime.ts";
import { exposure } from "./exposure.ts";
import { health } from "./health.ts";
import { operations } from "./operations.ts";
import { references } from "./references.ts";
import { security } from "./security.ts";
import { ownRules } from "./check.ts";

export interface RuleGroup {
  readonly title: string;
  /** What all of them are about, in one sentence. */
  readonly about: string;
  readonly rules: readonly Rule[];
}

/** The table of all rules. A new rule is one more entry in the file of its group. */
export const ruleGroups: readonly RuleGroup[] = [
  {
    title: "The check itself",
    about: "What keeps the check from being made, and suppressions.",
    rules: Object.values(ownRules),
  },
  {
    title: "Correctness",
    about: "What docker compose refuses, or does not do as it reads.",
    rules: byId([...correctness, ...references]),
  },
  { title: "Health checks", about: "Health checks that can never pass.", rules: health },
  {
    title: "Security",
    about: "Ways into a container, and from a container into the server.",
    rules: byId([...security, ...exposure]),
  },
  { title: "Data", about: "Ways to lose data.", rules: data },
  {
    title: "Zero downtime",
    about: "What stands in the way of a new version beside the old one, and of an orderly end.",
    rules: downtime,
  },
  { title: "Cost and operations", about: "What wakes people up at night.", rules: operations },
  {
    title: "Dockerfiles",
    about: "Only what touches a deployment; all else is for hadolint, which is run as well where it is installed.",
    rules: dockerfile,
  },
];

export const rules: readonly Rule[] = ruleGroups.flatMap((group) => group.rules);

function byId(list: readonly Rule[]): readonly Rule[] {
  return list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
