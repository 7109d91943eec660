import { compareRuleset, fieldsOfNew } from "./compare-ruleset.ts";
import { fingerprintName } from "./fingerprint.ts";
import { knownHostsName, vouchesFor } from "./known-hosts.ts";
import type {
  Change,
  EnvironmentWish,
  Field,
  Present,
  PresentEnvironment,
  Protection,
  Reviewer,
  Wanted,
} from "./model.ts";
import type { JudgedSecret } from "./secret-states.ts";
import { settingOf } from "./settings.ts";

/**
 * What has to be done so that what is wanted is there, in the order in which it can be done. Pure. Nothing is ever taken
 * away that Wherry did not make: what is there beyond the wanted stays.
 * @param secrets by environment
 */
export function changesFor(
  wanted: Wanted,
  present: Present,
  secrets: ReadonlyMap<string, readonly JudgedSecret[]>,
): readonly Change[] {
  return [
    ...wanted.settings.flatMap(({ id, value }): readonly Change[] => {
      const before = present.settings.get(id);
      if (before === undefined || before === value) return [];
      const { title } = settingOf(id);
      return [
        {
          kind: "setting",
          id,
          value,
          verb: "update",
          title: "repository",
          fields: [{ name: title, before, after: value }],
        },
      ];
    }),
    ...wanted.labels
      .filter(({ name }) => present.labels.every((other) => other.toLowerCase() !== name.toLowerCase()))
      .map((label): Change => ({
        kind: "label",
        label,
        verb: "create",
        title: `label ${label.name}`,
        fields: [{ name: "description", before: null, after: label.description }],
      })),
    ...wanted.environments.flatMap((wish) =>
      environmentChanges(
        wish,
        present.environments.find(({ name }) => name === wish.name),
        secrets.get(wish.name) ?? [],
      ),
    ),
    ...wanted.rulesets.flatMap((ruleset): readonly Change[] => {
      const title = `ruleset "${ruleset.name}"`;
      const there = present.rulesets.find(({ name, target }) => name === ruleset.name && target === ruleset.target);
      if (there === undefined)
        return [{ kind: "ruleset", id: undefined, ruleset, verb: "create", title, fields: fieldsOfNew(ruleset) }];
      const { fields, ruleset: whole } = compareRuleset(there, ruleset);
      return fields.length === 0
        ? []
        : [{ kind: "ruleset", id: there.id, ruleset: whole, verb: "update", title, fields }];
    }),
  ];
}

function environmentChanges(
  wish: EnvironmentWish,
  present: PresentEnvironment | undefined,
  secrets: readonly JudgedSecret[],
): readonly Change[] {
  const environment = wish.name;
  const of = (what: string, name: string): string => `${what} ${name} of ${environment}`;
  const variables = wish.variables.flatMap(({ name, value }): readonly Change[] => {
    const before = present?.variables.find((one) => one.name === name)?.value ?? null;
    if (before === value || (name === knownHostsName && before !== null && vouchesFor(before, value))) return [];
    const fields = [{ name: "value", before, after: value }];
    const verb = before === null ? "create" : "update";
    return [{ kind: "variable", environment, name, value, verb, title: of("variable", name), fields }];
  });
  const put = secrets.filter(({ state }) => state === "new" || state === "changed");
  const sealed = put.map(({ name, state, updatedAt }): Change => ({
    kind: "secret",
    environment,
    name,
    verb: state === "new" ? "create" : "update",
    title: of("secret", name),
    fields: [{ name: "value", before: updatedAt === null ? null : `set ${updatedAt}`, after: "(sealed)" }],
  }));
  const names = wish.secrets.filter(({ value }) => value === "here").map(({ name }) => name);
  return [
    ...protectionChanges(wish, present),
    ...(wish.refs ?? [])
      .filter(({ type, name }) => present?.policies.every((one) => one.type !== type || one.name !== name) ?? true)
      .map((policy): Change => ({
        kind: "policy",
        environment,
        policy,
        verb: "create",
        title: `environment ${environment}`,
        fields: [{ name: "takes", before: null, after: `${policy.type} ${policy.name}` }],
      })),
    ...variables,
    ...sealed,
    ...(sealed.length === 0 || !wish.fingerprint
      ? []
      : [
          {
            kind: "fingerprint",
            environment,
            names,
            verb: present?.variables.some(({ name }) => name === fingerprintName) === true ? "update" : "create",
            title: of("variable", fingerprintName),
            fields: [{ name: "value", before: null, after: "(a hash of all values)" }],
          } satisfies Change,
        ]),
  ];
}

function protectionChanges(wish: EnvironmentWish, present: PresentEnvironment | undefined): readonly Change[] {
  const title = `environment ${wish.name}`;
  const before: Protection | undefined = present;
  const reviewers = added(before?.reviewers ?? [], wish.reviewers ?? []);
  const protection: Protection = {
    waitMinutes: before?.waitMinutes ?? 0,
    reviewers,
    // Where one alone may say yes, it would be nobody once that one deploys.
    preventSelfReview:
      before?.preventSelfReview === true || ((wish.reviewers ?? []).length > 0 && reviewers.length > 1),
    refs: wish.refs === undefined ? (before?.refs ?? "any") : "custom",
  };
  const parts: readonly [string, (one: Protection) => string][] = [
    ["takes", ({ refs }) => ({ any: "everything", protected: "protected branches", custom: "what is listed" })[refs]],
    ["reviewers", (one) => one.reviewers.map(({ name }) => name).join(", ") || "nobody"],
    ["one's own deployment", (one) => (one.preventSelfReview ? "somebody else approves" : "may be approved")],
  ];
  const fields = parts.flatMap(([name, text]): readonly Field[] => {
    const [from, to] = [before === undefined ? null : text(before), text(protection)];
    const usual =
      before === undefined && to === text({ waitMinutes: 0, reviewers: [], preventSelfReview: false, refs: "any" });
    return from === to || usual ? [] : [{ name, before: from, after: to }];
  });
  if (before !== undefined && fields.length === 0) return [];
  const verb = before === undefined ? "create" : "update";
  return [{ kind: "environment", environment: wish.name, protection, verb, title, fields }];
}

function added(present: readonly Reviewer[], wanted: readonly Reviewer[]): readonly Reviewer[] {
  const more = wanted.filter(({ type, id }) => present.every((one) => one.type !== type || one.id !== id));
  return [...present, ...more];
}
