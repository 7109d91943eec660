import { dirname, resolve } from "node:path";
import { isScalar, visit } from "yaml";
import type { Scalar } from "yaml";
import { hasPath, isMapping, parseYaml, positionOfKey, positionOfOffset, shownPath } from "../config/index.ts";
import type { Path, YamlSource } from "../config/index.ts";
import type { Position } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { missingVariables } from "./interpolation.ts";
import type { Lookup, MissingVariable } from "./interpolation.ts";

/**
 * The compose files themselves, read only to tell people where something is written. What the files mean is for
 * docker compose to say.
 */
export interface ComposeSources {
  /** The files named in wherry.yaml, in the order of merging. */
  readonly own: readonly YamlSource[];
  /** Also what they include and extend, as far as that can be followed. */
  readonly all: readonly YamlSource[];
  /** Absolute paths of all of them, and of the files with variables and labels that they name. */
  readonly paths: readonly string[];
}

export async function readSources(ctx: Context, paths: readonly string[]): Promise<ComposeSources> {
  const all = new Map<string, YamlSource>();
  const waiting = [...paths];
  const named: string[] = [];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (all.has(path)) continue;
    const text = await ctx.files.readText(path);
    if (text === undefined) continue;
    const source = parseYaml(shownPath(ctx, path), text);
    all.set(path, source);
    const content = contentOf(source);
    waiting.push(...furtherFiles(content, dirname(path)));
    named.push(...variableFiles(content, dirname(path)));
  }
  return {
    own: paths.flatMap((path) => all.get(path) ?? []),
    all: [...all.values()],
    paths: [...all.keys(), ...named],
  };
}

/** Where the key at `path` is written; the last file wins, as in merging. */
export function positionIn(sources: ComposeSources, path: Path): Position | undefined {
  const source = sources.own.findLast((one) => hasPath(one, path)) ?? sources.all.find((one) => hasPath(one, path));
  return source === undefined ? undefined : positionOfKey(source, path);
}

export interface PlacedVariable extends MissingVariable {
  readonly at: Position | undefined;
}

/** Variables without value or default, in reading order, each place once. */
export function missingIn(sources: readonly YamlSource[], lookup: Lookup): readonly PlacedVariable[] {
  return sources.flatMap((source) =>
    scalars(source).flatMap((scalar) => {
      const [start, end] = scalar.range ?? [0, 0];
      const written = source.text.slice(start, end);
      let from = 0;
      return missingVariables(scalar.value, lookup).map((missing) => {
        const offset = written.indexOf(missing.written, from);
        if (offset !== -1) from = offset + missing.written.length;
        return { ...missing, at: positionOfOffset(source, start + Math.max(offset, 0)) };
      });
    }),
  );
}

/** Names of top-level secrets whose values come from whoever deploys: `environment: NAME` and external ones. */
export function secretNamesOf(sources: ComposeSources): readonly { readonly name: string; readonly at: Position }[] {
  return sources.all.flatMap((source) => {
    const secrets = contentOf(source)["secrets"];
    return Object.entries(isMapping(secrets) ? secrets : {}).flatMap(([key, secret]) => {
      const { environment, external, name } = isMapping(secret) ? secret : {};
      const wanted = external === true ? (name ?? key) : environment;
      return typeof wanted === "string" ? [{ name: wanted, at: positionOfKey(source, ["secrets", key]) }] : [];
    });
  });
}

/** Variables that a service takes from the surroundings without naming a value: `environment: [NAME]` or `NAME:`. */
export function passedThrough(
  sources: readonly YamlSource[],
): readonly { readonly service: string; readonly name: string; readonly at: Position }[] {
  return sources.flatMap((source) => {
    const services = contentOf(source)["services"];
    return Object.entries(isMapping(services) ? services : {}).flatMap(([service, definition]) => {
      const environment = isMapping(definition) ? definition["environment"] : undefined;
      const path = ["services", service, "environment"];
      if (Array.isArray(environment)) {
        return environment.flatMap((entry: unknown, index) =>
          typeof entry === "string" && !entry.includes("=")
            ? [{ service, name: entry, at: positionOfKey(source, [...path, index]) }]
            : [],
        );
      }
      return Object.entries(isMapping(environment) ? environment : {})
        .filter(([, value]) => value === null)
        .map(([name]) => ({ service, name, at: positionOfKey(source, [...path, name]) }));
    });
  });
}

/** The file as plain data; an empty mapping where it cannot be read as YAML, for docker compose will say so better. */
export function contentOf(source: YamlSource): Readonly<Record<string, unknown>> {
  if (source.document.errors.length > 0) return {};
  try {
    const content: unknown = source.document.toJS();
    return isMapping(content) ? content : {};
  } catch {
    // An alias without an anchor, or one that grows without bounds.
    return {};
  }
}

function scalars(source: YamlSource): readonly (Scalar & { readonly value: string })[] {
  const found: (Scalar & { readonly value: string })[] = [];
  if (source.document.errors.length > 0) return found;
  visit(source.document, {
    Scalar(key, node) {
      // Compose interpolates values, never keys.
      if (key !== "key" && isScalar<string>(node) && typeof node.value === "string") found.push(node);
    },
  });
  return found;
}

function furtherFiles(content: Readonly<Record<string, unknown>>, folder: string): readonly string[] {
  const included = asList(content["include"]).flatMap((entry) => asList(isMapping(entry) ? entry["path"] : entry));
  const services = content["services"];
  const extended = Object.values(isMapping(services) ? services : {}).map((service) => {
    const extend = isMapping(service) ? service["extends"] : undefined;
    return isMapping(extend) ? extend["file"] : undefined;
  });
  return [...included, ...extended].filter((path) => typeof path === "string").map((path) => resolve(folder, path));
}

function variableFiles(content: Readonly<Record<string, unknown>>, folder: string): readonly string[] {
  const services = content["services"];
  const entries = Object.values(isMapping(services) ? services : {}).flatMap((service) =>
    isMapping(service) ? [...asList(service["env_file"]), ...asList(service["label_file"])] : [],
  );
  const paths = entries.map((entry) => (isMapping(entry) ? entry["path"] : entry));
  return paths.filter((path) => typeof path === "string").map((path) => resolve(folder, path));
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
