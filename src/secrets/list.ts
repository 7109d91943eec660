import type { EnvironmentSettings } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { WantedSecret } from "./read.ts";
import { openSources } from "./sources/open.ts";

export interface ListedSecret {
  readonly name: string;
  /** Title of the source that a deployment takes it from; null: it has no value. */
  readonly source: string | null;
  /** Titles of further ones that have it. */
  readonly also: readonly string[];
  /** ISO instant at which it was last written, where a source tells it; null: none does. */
  readonly changed: string | null;
  /** Does wherry.yaml or a compose file ask for it? */
  readonly wanted: boolean;
}

export interface SecretList {
  readonly environment: string;
  readonly sources: readonly {
    readonly title: string;
    /** Why it cannot be written; null: it can. */
    readonly readOnly: string | null;
    /** Why it did not answer, or its values cannot be read from here; null: it is fine. */
    readonly problem: string | null;
  }[];
  readonly secrets: readonly ListedSecret[];
}

/** Names of the secrets whose values the repository itself has, encrypted. */
export async function secretsInRepository(ctx: Context, settings: EnvironmentSettings): Promise<readonly string[]> {
  const sources = openSources(ctx, settings).filter(({ kind }) => kind === "age");
  return (await Promise.all(sources.map((source) => source.names([])))).flat();
}

/** Names, and where each has its value; no value is read where a source can tell its names without. */
export async function listSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  wanted: readonly WantedSecret[],
): Promise<SecretList> {
  const names = wanted.map(({ name }) => name);
  const asked = await Promise.all(
    openSources(ctx, settings).map(async (source) => {
      try {
        const [has, problem] = [await source.names(names), await source.unreadable()];
        const changed = (await source.changed?.(has)) ?? new Map<string, string>();
        return { source, has: new Set(has), changed, problem: problem ?? null };
      } catch (error) {
        // One that is locked must not hide what the others have.
        ctx.signal.throwIfAborted();
        const problem = error instanceof Error ? error.message : String(error);
        return { source, has: new Set<string>(), changed: new Map<string, string>(), problem };
      }
    }),
  );
  const all = [...new Set([...names, ...asked.flatMap(({ has }) => [...has])])].toSorted();
  return {
    environment: settings.environment,
    sources: asked.map(({ source, problem }) => ({ title: source.title, readOnly: source.readOnly ?? null, problem })),
    secrets: all.map((name) => {
      const [first, ...others] = asked.filter(({ has }) => has.has(name)).map(({ source }) => source.title);
      const times = asked.flatMap(({ changed }) => changed.get(name) ?? []);
      return {
        name,
        source: first ?? null,
        also: others,
        changed: times.toSorted().at(-1) ?? null,
        wanted: names.includes(name),
      };
    }),
  };
}
