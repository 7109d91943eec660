import * as z from "zod";
import type { Change, Limit, Survey } from "../../../hosting/index.ts";
import { ago, table } from "../../format/table.ts";
import { optional } from "../../parameters.ts";
import type { Style } from "../../style.ts";

/** What `github setup` and `github status` have in common: flags, JSON, and how it looks. */

export const knownHosts = optional(
  "file of host keys to take those of the servers from; ~/.ssh/known_hosts if left out",
  {
    placeholder: "FILE",
  },
);

const field = z.strictObject({ name: z.string(), before: z.string().nullable(), after: z.string() });

export const changeShape = z.strictObject({
  kind: z.enum(["setting", "label", "environment", "policy", "variable", "secret", "fingerprint", "ruleset"]),
  environment: z.string().nullable(),
  verb: z.enum(["create", "update"]),
  title: z.string(),
  fields: z.array(field),
});

export const limitShape = z.strictObject({ what: z.string(), reason: z.string(), instead: z.string() });

export const foundShape = {
  repository: z.string(),
  visibility: z.enum(["public", "private"]),
  owner: z.enum(["user", "organization"]),
  plan: z.enum(["free", "pro", "team", "enterprise"]).nullable(),
  environments: z.array(
    z.strictObject({
      name: z.string(),
      secrets: z.array(
        z.strictObject({
          name: z.string(),
          state: z.enum(["set", "unknown", "new", "changed", "missing"]),
          updatedAt: z.string().nullable(),
        }),
      ),
      missingVariables: z.array(z.string()),
      extraRefs: z.array(z.string()),
    }),
  ),
  limits: z.array(limitShape),
  notes: z.array(z.string()),
};

/** What is told of a survey; the values of secrets are not in it. */
export function foundOf({ api, account, environments, limits, notes }: Survey) {
  const { visibility, owner, plan } = account;
  return {
    repository: `${api.place.host}/${api.place.owner}/${api.place.name}`,
    visibility,
    owner,
    plan: plan ?? null,
    environments: environments.map((one) => ({
      name: one.name,
      secrets: one.secrets.map((secret) => ({ ...secret })),
      missingVariables: [...one.missingVariables],
      extraRefs: [...one.extraRefs],
    })),
    limits: limits.map((limit) => ({ ...limit })),
    notes: [...notes],
  };
}

export function changeOf(change: Change): z.infer<typeof changeShape> {
  const { kind, verb, title, fields } = change;
  const environment = "environment" in change ? change.environment : null;
  return { kind, environment, verb, title, fields: fields.map((one) => ({ ...one })) };
}

type Found = ReturnType<typeof foundOf>;

/** Wanted against present: `+` is to come, `-` is to go. */
export function showChanges(changes: readonly z.infer<typeof changeShape>[], style: Style): readonly string[] {
  return changes.flatMap(({ verb, title, fields }) => [
    `${verb === "create" ? style.good("+") : style.warning("~")} ${title}`,
    ...fields.flatMap(({ name, before, after }) => [
      ...(before === null ? [] : before.split("\n").map((line) => style.bad(`    - ${name}: ${line}`))),
      ...after.split("\n").map((line) => style.good(`    + ${name}: ${line}`)),
    ]),
  ]);
}

export function showLimits(limits: readonly Limit[], style: Style): readonly string[] {
  if (limits.length === 0) return [];
  return [
    "",
    style.bold("Not to be had here:"),
    ...limits.flatMap(({ what, reason, instead }) => [`  ${what}`, `    why: ${reason}`, `    instead: ${instead}`]),
  ];
}

export function showNotes(notes: readonly string[], style: Style): readonly string[] {
  return notes.length === 0 ? [] : ["", style.bold("To know:"), ...notes.map((note) => `  ${note}`)];
}

/** What nobody but the team can give. */
export function showMissing({ environments }: Pick<Found, "environments">, style: Style): readonly string[] {
  const lines = environments.flatMap(({ name, secrets, missingVariables }) => [
    ...secrets
      .filter(({ state }) => state === "missing")
      .map((secret) =>
        secret.name === "WHERRY_SSH_KEY"
          ? `  ${name}: ${secret.name}: wherry github setup --make-keys, or wherry secrets set ${secret.name} -e ${name} < KEY`
          : `  ${name}: ${secret.name}: wherry secrets set ${secret.name} -e ${name}`,
      ),
    ...missingVariables.map((variable) => `  ${name}: ${variable}: connect to the server once by ssh`),
  ]);
  return lines.length === 0 ? [] : ["", style.bad("Without a value, and so no deployment:"), ...lines];
}

export function lacksValues({ environments }: Pick<Found, "environments">): boolean {
  return environments.some(
    ({ secrets, missingVariables }) => missingVariables.length > 0 || secrets.some(({ state }) => state === "missing"),
  );
}

export function showSecrets({ environments }: Pick<Found, "environments">, now: Date, style: Style): readonly string[] {
  const words = {
    set: "as it is here",
    unknown: "there; whether it is that of here is not known",
    new: "not there yet",
    changed: "not the value of here",
    missing: "no value",
  };
  const rows = environments.flatMap(({ name, secrets }) =>
    secrets.map((secret) => [
      `  ${name}`,
      secret.name,
      secret.updatedAt === null ? "" : `set ${ago(secret.updatedAt, now)}`,
      words[secret.state],
    ]),
  );
  return rows.length === 0 ? [] : ["", style.bold("Secrets:"), ...table(rows)];
}
