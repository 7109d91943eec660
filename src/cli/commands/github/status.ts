import * as z from "zod";
import { survey } from "../../../hosting/index.ts";
import { command } from "../../definition.ts";
import { version } from "../../version.ts";
import { releaseBranch } from "../pipeline/flags.ts";
import {
  changeOf,
  changeShape,
  foundOf,
  foundShape,
  knownHosts,
  lacksValues,
  showChanges,
  showLimits,
  showMissing,
  showNotes,
  showSecrets,
} from "./shapes.ts";

/** After this time a secret is worth a new value. */
const oldDays = 90;

export const status = command({
  description: [
    "Compares the repository on GitHub with what wherry github setup would make of it, and changes nothing: settings, environments, secrets by name and age, variables, rules. GitHub shows no value of a secret; whether it is that of here is told by a fingerprint that setup leaves.",
    "The exit code is 8 where something is not as it should be, or has no value.",
  ],
  flags: { knownHosts, releaseBranch },
  examples: [{ line: "github status", what: "see what has drifted" }],
  schema: z.strictObject({
    ...foundShape,
    drift: z.array(changeShape),
    /** Secrets that have had their value for long. */
    old: z.array(z.strictObject({ environment: z.string(), name: z.string(), days: z.int() })),
    at: z.string(),
  }),
  async run({ knownHosts: file, releaseBranch: branch, directory }, ctx) {
    const found = await survey(
      ctx,
      { directory, releaseBranch: branch, reviewers: [], knownHosts: file, makeKeys: "no", version },
      ctx.report,
    );
    const now = ctx.clock.now();
    const old = found.environments.flatMap(({ name, secrets }) =>
      secrets.flatMap((secret) => {
        if (secret.updatedAt === null) return [];
        const days = Math.floor((now.getTime() - Date.parse(secret.updatedAt)) / 86_400_000);
        return days > oldDays ? [{ environment: name, name: secret.name, days }] : [];
      }),
    );
    return { ...foundOf(found), drift: found.changes.map(changeOf), old, at: now.toISOString() };
  },
  exitCode: (data) => (data.drift.length > 0 || lacksValues(data) ? "findings" : "done"),
  print(data, { style }) {
    const { repository, drift, old, limits, notes, environments, at } = data;
    const extra = environments.flatMap(({ name, extraRefs }) =>
      extraRefs.map(
        (ref) => `${name} also takes ${ref}, which no release rule says: take it away on GitHub if it is not meant`,
      ),
    );
    const ages = old.map(
      ({ environment, name, days }) =>
        `${environment}: ${name} has had its value for ${days} days: wherry secrets rotate ${name} -e ${environment}`,
    );
    return [
      ...showChanges(drift, style),
      drift.length === 0
        ? `${style.good("as it should be:")} ${repository}`
        : `${style.bad("drift:")} ${repository}, ${drift.length} differences; wherry github setup makes them right`,
      ...showSecrets(data, new Date(at), style),
      ...showMissing(data, style),
      ...showLimits(limits, style),
      ...showNotes([...extra, ...ages, ...notes], style),
    ];
  },
});
