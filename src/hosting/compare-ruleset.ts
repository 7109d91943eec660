import { isDeepStrictEqual } from "node:util";
import type { BypassActor, Field, Rule, Ruleset } from "./model.ts";

/**
 * What has to change in a ruleset of ours. Somebody who has made it stricter (more rules, more checks, more reviews) is left
 * alone; whatever makes it weaker is set right. Pure.
 * @returns the fields that differ, and the whole ruleset that has to be written; no fields: nothing to do
 */
export function compareRuleset(
  present: Ruleset,
  wanted: Ruleset,
): { readonly fields: readonly Field[]; readonly ruleset: Ruleset } {
  const include = [...new Set([...present.include, ...wanted.include])].toSorted();
  // Who may make a release tag is for the team to say, and this list is where GitHub lets it say so.
  const teamsChoice = wanted.rules.every(({ type }) => type === "creation");
  const bypass = teamsChoice
    ? present.bypass
    : present.bypass.filter((one) => wanted.bypass.some((other) => covers(other, one)));
  const rules = [
    ...wanted.rules.map((rule) =>
      merged(
        present.rules.find(({ type }) => type === rule.type),
        rule,
      ),
    ),
    ...present.rules.filter(({ type }) => wanted.rules.every((rule) => rule.type !== type)),
  ];
  const ruleset: Ruleset = { ...wanted, include, exclude: [], bypass, rules };
  const parts: readonly [string, (one: Ruleset) => string][] = [
    ["enforcement", (one) => one.enforcement],
    ["for", (one) => one.include.toSorted().join(", ")],
    ["not for", (one) => one.exclude.toSorted().join(", ") || "nothing"],
    ["may pass", (one) => one.bypass.map(shownActor).toSorted().join(", ") || "nobody"],
  ];
  const heads = parts.flatMap(([name, text]) => {
    const [before, after] = [text(present), text(ruleset)];
    return before === after ? [] : [{ name, before, after }];
  });
  return { fields: [...heads, ...rules.flatMap((rule) => ruleFields(present.rules, rule))], ruleset };
}

/** Fields of a ruleset that is not there yet. */
export function fieldsOfNew({ include, bypass, rules }: Ruleset): readonly Field[] {
  return [
    { name: "for", before: null, after: include.join(", ") },
    { name: "may pass", before: null, after: bypass.map(shownActor).join(", ") || "nobody" },
    ...rules.flatMap((rule) => ruleFields([], rule)),
  ];
}

/** What the rule says must hold, and what somebody has added to it. */
function merged(present: Rule | undefined, wanted: Rule): Rule {
  if (present?.parameters === undefined || wanted.parameters === undefined) return wanted;
  const there = present.parameters;
  const parameters = Object.fromEntries(
    Object.entries(wanted.parameters).map(([name, value]) => [name, stricter(there[name], value)]),
  );
  return { type: wanted.type, parameters: { ...there, ...parameters } };
}

function stricter(present: unknown, wanted: unknown): unknown {
  if (typeof wanted === "number" && typeof present === "number") return Math.max(present, wanted);
  if (typeof wanted === "boolean" && typeof present === "boolean") return present || wanted;
  if (!Array.isArray(wanted) || !Array.isArray(present)) return wanted;
  const extra = present.filter((one) => !wanted.some((other) => contextOf(other) === contextOf(one)));
  return [...wanted, ...extra];
}

/** Required checks are told apart by their name. */
function contextOf(check: unknown): string {
  if (typeof check === "object" && check !== null && "context" in check) return String(check.context);
  return JSON.stringify(check);
}

function ruleFields(present: readonly Rule[], rule: Rule): readonly Field[] {
  const there = present.find(({ type }) => type === rule.type);
  if (there === undefined) return [{ name: rule.type, before: null, after: shownParameters(rule.parameters) || "yes" }];
  return Object.entries(rule.parameters ?? {}).flatMap(([name, value]) => {
    const before = there.parameters?.[name];
    return isDeepStrictEqual(normal(before), normal(value))
      ? []
      : [{ name: `${rule.type}: ${name}`, before: before === undefined ? null : shown(before), after: shown(value) }];
  });
}

/** The order of checks says nothing. */
function normal(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted((a, b) => (contextOf(a) < contextOf(b) ? -1 : 1)) : value;
}

function shownParameters(parameters: Rule["parameters"] = {}): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name} ${shown(value)}`))
    .join(", ");
}

function shown(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === "string" ? value : JSON.stringify(value);
  return value.map(contextOf).toSorted().join(", ");
}

const roleNames: Readonly<Record<number, string>> = { 2: "maintain", 4: "write", 5: "admin" };

function shownActor({ actor_type: type, actor_id: id, bypass_mode: mode }: BypassActor): string {
  const name = type === "RepositoryRole" ? (roleNames[id ?? 0] ?? `role ${id}`) : `${type} ${id ?? ""}`.trim();
  return mode === "always" ? name : `${name} (${mode.replace("_", " ")} only)`;
}

/** The same actor with no more than what is wanted for it. */
function covers(wanted: BypassActor, present: BypassActor): boolean {
  return (
    wanted.actor_type === present.actor_type &&
    wanted.actor_id === present.actor_id &&
    (wanted.bypass_mode === present.bypass_mode || wanted.bypass_mode === "always")
  );
}
