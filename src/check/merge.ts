import type { Mapping, Part } from "./part.ts";
import { mappingOf, namesOf, partAt, spotOf, textOf, variablesOf } from "./part.ts";

/**
 * Lays one compose file over another as docker compose does: mappings are merged, lists appended, everything else
 * replaced; `!reset` takes away, `!override` replaces. `path` is the key below its section: `services.*.ports`.
 */
export function mergeParts(below: Part | undefined, above: Part, path: string): Part | undefined {
  if (above.tag === "!reset") return undefined;
  if (below !== undefined && above.value === null) return below;
  if (below === undefined || above.tag === "!override" || replaced.has(path)) return above;
  if (named.has(path)) return { ...above, value: mergeMappings(namesOf(below), namesOf(above), path) };
  if (variables.test(path)) return { ...above, value: mergeMappings(asMapping(below), asMapping(above), path) };
  if (below.value instanceof Map && above.value instanceof Map)
    return { ...above, value: mergeMappings(mappingOf(below), mappingOf(above), path) };
  if (Array.isArray(below.value) && Array.isArray(above.value))
    return { ...above, value: joined(below.value as readonly Part[], above.value as readonly Part[], path) };
  return above;
}

const replaced = new Set(["services.*.command", "services.*.entrypoint", "services.*.healthcheck.test"]);
const named = new Set(["services.*.depends_on", "services.*.networks"]);
const variables =
  /^services\.\*\.(environment|labels|annotations|sysctls|extra_hosts|build\.args|build\.labels)$|^(networks|volumes|secrets|configs)\.\*\.labels$/;

/** Whole sections, `services` or `volumes`, entry by entry. */
export function mergeSections(below: Mapping, above: Mapping, section: string): Mapping {
  return merged(below, above, () => `${section}.*`);
}

function mergeMappings(below: Mapping, above: Mapping, path: string): Mapping {
  return merged(below, above, (name) => `${path}.${name}`);
}

function merged(below: Mapping, above: Mapping, pathOf: (name: string) => string): Mapping {
  const result = new Map(below);
  for (const [name, part] of above) {
    const one = mergeParts(below.get(name), part, pathOf(name));
    if (one === undefined) result.delete(name);
    else result.set(name, one);
  }
  return result;
}

function asMapping(part: Part): Mapping {
  if (part.value instanceof Map) return mappingOf(part);
  return new Map(
    variablesOf(part).map(({ name, value, part: item }) => [
      name,
      { ...item, key: spotOf(item), value: value ?? null },
    ]),
  );
}

/** Of two mounts with the same target, two ports that are the same, the later one stays. */
function joined(below: readonly Part[], above: readonly Part[], path: string): readonly Part[] {
  const seen = new Map([...below, ...above].map((item) => [identity(item, path), item]));
  return [...seen.values()];
}

function identity(item: Part, path: string): string | Part {
  const text = textOf(item);
  if (/\.(volumes|devices)$/.test(path))
    return textOf(partAt(item, "target")) ?? text?.split(":").at(text.includes(":") ? 1 : 0) ?? item;
  if (/\.(secrets|configs)$/.test(path))
    return textOf(partAt(item, "target")) ?? textOf(partAt(item, "source")) ?? text ?? item;
  return text ?? item;
}
