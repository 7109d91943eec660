import type { EnvironmentSettings } from "../config/index.ts";
import { nearest, usageError } from "../core/index.ts";
import type { Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { findSecrets } from "./read.ts";
import type { WantedSecret } from "./read.ts";
import { openSources } from "./sources/open.ts";

/** How a secret is here, measured against the other side. */
export interface Difference {
  readonly name: string;
  /** `unknown`: on both sides, and the other one does not tell its value. */
  readonly state: "same" | "different" | "unknown" | "only-here" | "only-there";
}

/** Names alone: which values are equal, and which there are on one side only. Sorted by name. */
export function compareValues(
  here: ReadonlyMap<string, Secret>,
  there: ReadonlyMap<string, Secret>,
): readonly Difference[] {
  return compare(here, [...there.keys()], (name, mine) =>
    mine.reveal() === there.get(name)?.reveal() ? "same" : "different",
  );
}

/** What one source has, against what a deployment would get without it. */
export interface SourceDifferences {
  readonly environment: string;
  /** Title of the source. */
  readonly with: string;
  /** `changed`: ISO instant at which the source got its value; null: it does not tell, or has none. */
  readonly secrets: readonly (Difference & { readonly changed: string | null })[];
}

/**
 * Measures what the other sources have against one of them. Of a source that tells no values, names and times are compared.
 * @param kind of the source, as in secrets_from
 */
export async function compareWithSource(
  ctx: Context,
  settings: EnvironmentSettings,
  wanted: readonly WantedSecret[],
  kind: string,
): Promise<SourceDifferences> {
  const source = openSources(ctx, settings).find((one) => one.kind === kind);
  if (source === undefined) {
    const kinds = settings.secretsFrom.map((one) => one.kind);
    throw usageError("unknown-source", `secrets_from has no ${kind}; it has ${kinds.join(", ")}`, {
      hint: `did you mean --source ${nearest(kind, kinds) ?? kinds.at(-1)}?`,
    });
  }
  const others = { ...settings, secretsFrom: settings.secretsFrom.filter((one) => one.kind !== kind) };
  const names = await source.names(wanted.map(({ name }) => name));
  const asked = new Map([...wanted, ...names.map((name) => ({ name, at: undefined }))].map((one) => [one.name, one]));
  const here = await findSecrets(ctx, others, [...asked.values()]);
  const there = source.writeOnly === undefined ? await source.read(names) : undefined;
  for (const value of there?.values() ?? []) ctx.mask.add(value);
  const changed = (await source.changed?.(names)) ?? new Map<string, string>();
  const differences = compare(here, names, (name, mine) => {
    const other = there?.get(name)?.reveal();
    if (other === undefined) return "unknown";
    return other === mine.reveal() ? "same" : "different";
  });
  return {
    environment: settings.environment,
    with: source.title,
    secrets: differences.map((one) => ({ ...one, changed: changed.get(one.name) ?? null })),
  };
}

function compare(
  here: ReadonlyMap<string, Secret>,
  there: readonly string[],
  both: (name: string, mine: Secret) => Difference["state"],
): readonly Difference[] {
  return [...new Set([...here.keys(), ...there])].toSorted().map((name): Difference => {
    const mine = here.get(name);
    if (mine === undefined) return { name, state: "only-there" };
    return { name, state: there.includes(name) ? both(name, mine) : "only-here" };
  });
}
