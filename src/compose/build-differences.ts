import { buildsOf } from "./builds.ts";
import type { AppModel, BuildModel } from "./model.ts";

/** One thing that an image is built from, and that is not the same for two environments. */
export interface BuildDifference {
  readonly service: string;
  /** In the words of the compose file: `build.args.API_URL`, `build.target`, `platform`. */
  readonly key: string;
  /** Undefined where it is not written. */
  readonly here: string | undefined;
  readonly there: string | undefined;
}

/** They say how fast something is built, or what it is called, and not what is in it. */
const withoutEffect = new Set(["cache_from", "cache_to", "no_cache", "no_cache_filter", "pull", "tags", "shm_size"]);

/** Maps whose entries are told one by one. */
const maps = new Set(["args", "labels", "additional_contexts"]);

/**
 * Where the services that are built in both environments are built from something else. Pure. A service that is built
 * in one of them alone is none of its business.
 */
export function buildDifferences(here: AppModel, there: AppModel): readonly BuildDifference[] {
  const others = new Map(buildsOf(there).map((build) => [build.service, partsOf(build, there)]));
  return buildsOf(here).flatMap((build) => {
    const other = others.get(build.service);
    if (other === undefined) return [];
    const own = partsOf(build, here);
    return [...new Set([...own.keys(), ...other.keys()])]
      .filter((key) => own.get(key) !== other.get(key))
      .map((key) => ({ service: build.service, key, here: own.get(key), there: other.get(key) }));
  });
}

function partsOf({ build, platform, secrets }: BuildModel, { resolved }: AppModel): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  const add = (key: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    let text = typeof value === "string" ? value : JSON.stringify(value);
    // Placeholders are other ones each time a file is read.
    for (const [token, name] of resolved.placeholders) text = text.replaceAll(token, () => `\${secret ${name}}`);
    parts.set(key, text);
  };
  add("platform", platform);
  for (const [key, value] of Object.entries(build)) {
    if (withoutEffect.has(key)) continue;
    if (!maps.has(key) || typeof value !== "object" || value === null) add(`build.${key}`, value);
    else for (const [name, one] of Object.entries(value)) add(`build.${key}.${name}`, one ?? "");
  }
  if (secrets.length > 0) add("build.secrets", secrets);
  return parts;
}
