import { dirname, isAbsolute, join } from "node:path";
import { parseYaml } from "../config/index.ts";
import type { ServiceSettings, YamlSource } from "../config/index.ts";
import { interpolate } from "../compose/index.ts";
import { finalStage, lineage, parseDockerfile } from "./dockerfile.ts";
import type { Dockerfile, Stage } from "./dockerfile.ts";
import { parseImage } from "./image.ts";
import type { ImageReference } from "./image.ts";
import { mergeParts, mergeSections } from "./merge.ts";
import type { SourceText, Spot } from "./model.ts";
import { mountsOf } from "./mounts.ts";
import type { Mount } from "./mounts.ts";
import { createReader, itemsOf, mappingOf, partAt, textOf, variablesOf } from "./part.ts";
import type { Mapping, Part, Variable } from "./part.ts";
import { portsOf } from "./ports.ts";
import type { Port } from "./ports.ts";
import type { Ignore } from "./suppress.ts";

/** Everything that the rules look at. Plain data: nothing is read while they run. */
export interface ProjectInput {
  /** Compose files in the order of merging; relative paths in them start from the folder of the first. */
  readonly files: readonly (SourceText | YamlSource)[];
  /** What they include and extend, and Dockerfiles, by path. What is not here is not judged. */
  readonly others?: readonly (SourceText | YamlSource)[];
  /** Paths that the files name, and whether something is there. What is not here is not judged. */
  readonly present?: ReadonlyMap<string, boolean>;
  /** For `${NAME}`; left out, nothing is said of variables without a value. */
  readonly variables?: { readonly values: Readonly<Record<string, string>>; readonly secrets: readonly string[] };
  /** What wherry.yaml says of the services; left out where there is no wherry.yaml. */
  readonly services?: Readonly<Record<string, ServiceSettings>>;
  /** Services that are there only with these are left out otherwise, as docker compose does. */
  readonly profiles?: readonly string[];
  /** Suppressions of wherry.yaml. */
  readonly ignore?: readonly Ignore[] | undefined;
  /** The compose files as they were before: at the last commit, for example. Left out where that is not known. */
  readonly before?: readonly SourceText[];
  /** For ends of life. */
  readonly now: Date;
}

export interface Service {
  readonly name: string;
  readonly part: Part;
  /** Its name in the first file that has it. */
  readonly at: Spot;
  /** The first file that has it, to which new keys go. */
  readonly home: YamlSource | undefined;
  /** What it runs: `image:`, or what the Dockerfile builds upon; undefined where that is not known. */
  readonly image: ImageReference | undefined;
  /** The value of `image:` where nothing is built. */
  readonly imagePart: Part | undefined;
  readonly built: Built | undefined;
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  readonly environment: readonly Variable[];
  /** From wherry.yaml. */
  readonly settings: ServiceSettings | undefined;
  /** HTTP traffic comes to it: by its route; without wherry.yaml, what is built here and publishes a port. */
  readonly routed: boolean;
  /** Runs to its end: somebody waits for that, or it is said to be started by hand. */
  readonly job: boolean;
}

export interface Built {
  readonly part: Part;
  /** Undefined where it could not be read. */
  readonly dockerfile: Dockerfile | undefined;
  readonly stage: Stage | undefined;
  /** The final stage and those below it. */
  readonly stages: readonly Stage[];
}

export const sections = ["services", "networks", "volumes", "secrets", "configs"] as const;
export type Section = (typeof sections)[number];

export interface Project {
  readonly input: ProjectInput;
  readonly files: readonly YamlSource[];
  /** Also what is included and extended. */
  readonly all: readonly YamlSource[];
  readonly top: Mapping;
  readonly sections: Readonly<Record<Section, Mapping>>;
  /** Those that the profiles leave. */
  readonly services: readonly Service[];
  readonly byName: ReadonlyMap<string, Service>;
  readonly dockerfiles: readonly Dockerfile[];
}

export function createProject(input: ProjectInput): Project {
  const files = input.files.map(parsed);
  const others = (input.others ?? []).filter((one) => isYaml(one.file)).map(parsed);
  const values = input.variables?.values ?? {};
  const put = (text: string): string =>
    interpolate(text, (name) => (Object.hasOwn(values, name) ? values[name] : undefined));
  const folder = dirname(files[0]?.file ?? ".");
  const known = new Map([...others, ...files].map((source) => [source.file, source]));
  const readers = createContents(known, put);
  const contents = files.map((source) => readers.contentOf(source, folder));
  const top = new Map(contents.flatMap(({ top: keys }) => [...keys]));
  const merged = Object.fromEntries(
    sections.map((section) => [
      section,
      contents.reduce<Mapping>((below, content) => mergeSections(below, content.sections[section], section), new Map()),
    ]),
  ) as Record<Section, Mapping>;

  const dockerfiles = new Map<string, Dockerfile>();
  const texts = new Map((input.others ?? []).map((one) => [one.file, one]));
  const dockerfileAt = (path: string): Dockerfile | undefined => {
    const source = texts.get(path);
    const found = dockerfiles.get(path) ?? (source === undefined ? undefined : parseDockerfile(source));
    if (found !== undefined) dockerfiles.set(path, found);
    return found;
  };
  const homes = new Map(
    [...others, ...files.toReversed()].flatMap((source) => readers.serviceNames(source).map((name) => [name, source])),
  );
  const awaited = awaitedIn(merged.services);
  const services = [...merged.services]
    .filter(([, part]) => isActive(part, input.profiles ?? []))
    .map(([name, part]) =>
      createService({ name, part, home: homes.get(name), input, awaited, folder, files, dockerfileAt }),
    );
  return {
    input,
    files,
    all: [...known.values()],
    top,
    sections: merged,
    services,
    byName: new Map(services.map((service) => [service.name, service])),
    dockerfiles: [...dockerfiles.values()],
  };
}

function parsed(source: SourceText | YamlSource): YamlSource {
  return "document" in source ? source : parseYaml(source.file, source.text);
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

interface Content {
  readonly top: Mapping;
  readonly sections: Readonly<Record<Section, Mapping>>;
}

/** Reads files, each once, with what they include and extend. */
function createContents(
  known: ReadonlyMap<string, YamlSource>,
  put: (text: string) => string,
): { contentOf(source: YamlSource, folder: string): Content; serviceNames(source: YamlSource): readonly string[] } {
  const roots = new Map<YamlSource, Part>();
  const including = new Set<YamlSource>();

  function rootOf(source: YamlSource): Part {
    const found = roots.get(source) ?? createReader(source, put)(source.document.contents);
    roots.set(source, found);
    return found;
  }

  function contentOf(source: YamlSource, folder: string): Content {
    const root = rootOf(source);
    const own = Object.fromEntries(
      sections.map((section) => {
        const entries = mappingOf(partAt(root, section));
        return [section, section === "services" ? extended(entries, source, folder) : entries];
      }),
    ) as Record<Section, Mapping>;
    if (including.has(source)) return { top: mappingOf(root), sections: own };
    including.add(source);
    const included = includesOf(root).flatMap((path) => {
      const file = known.get(pathIn(folder, path));
      return file === undefined ? [] : [contentOf(file, dirname(file.file))];
    });
    including.delete(source);
    const merged = Object.fromEntries(
      sections.map((section) => [
        section,
        [...included.map((content) => content.sections[section]), own[section]].reduce<Mapping>(
          (below, above) => mergeSections(below, above, section),
          new Map(),
        ),
      ]),
    ) as Record<Section, Mapping>;
    return { top: mappingOf(root), sections: merged };
  }

  function extended(entries: Mapping, source: YamlSource, folder: string): Mapping {
    return new Map([...entries].map(([name, part]) => [name, extend(part, source, folder, [])]));
  }

  function extend(part: Part, source: YamlSource, folder: string, above: readonly Part[]): Part {
    const wanted = partAt(part, "extends");
    if (wanted === undefined || above.includes(part)) return part;
    const name = textOf(wanted) ?? textOf(partAt(wanted, "service")) ?? "";
    const path = textOf(partAt(wanted, "file"));
    const file = path === undefined ? source : known.get(pathIn(folder, path));
    const base = file === undefined ? undefined : partAt(rootOf(file), "services", name);
    if (file === undefined || base === undefined) return part;
    const below = extend(base, file, path === undefined ? folder : dirname(file.file), [...above, part]);
    return mergeParts(below, part, "services.*") ?? part;
  }

  return { contentOf, serviceNames: (source) => [...mappingOf(partAt(rootOf(source), "services")).keys()] };
}

function includesOf(root: Part): readonly string[] {
  return itemsOf(partAt(root, "include")).flatMap((entry) => {
    const paths = mappingOf(entry).size > 0 ? partAt(entry, "path") : entry;
    const one = textOf(paths);
    return one === undefined ? itemsOf(paths).flatMap((path) => textOf(path) ?? []) : [one];
  });
}

/** A path as the files are named: relative ones start from `folder`. */
export function pathIn(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The folder from which relative paths in this file start. */
export function folderOf(project: Pick<Project, "files">, source: SourceText): string {
  const own = project.files.some(({ file }) => file === source.file);
  return dirname(own ? (project.files[0]?.file ?? source.file) : source.file);
}

function isActive(part: Part, profiles: readonly string[]): boolean {
  const own = itemsOf(partAt(part, "profiles")).flatMap((item) => textOf(item) ?? []);
  return own.length === 0 || profiles.includes("*") || own.some((profile) => profiles.includes(profile));
}

/** Services for whose end others wait. */
function awaitedIn(services: Mapping): ReadonlySet<string> {
  return new Set(
    [...services.values()].flatMap((part) =>
      [...mappingOf(partAt(part, "depends_on"))].flatMap(([name, one]) =>
        textOf(partAt(one, "condition")) === "service_completed_successfully" ? name : [],
      ),
    ),
  );
}

interface Making {
  readonly name: string;
  readonly part: Part;
  readonly home: YamlSource | undefined;
  readonly input: ProjectInput;
  readonly awaited: ReadonlySet<string>;
  readonly folder: string;
  readonly files: readonly YamlSource[];
  readonly dockerfileAt: (path: string) => Dockerfile | undefined;
}

function createService({ name, part, home, input, awaited, folder, files, dockerfileAt }: Making): Service {
  const buildPart = partAt(part, "build");
  const where = buildPart === undefined ? folder : folderOf({ files }, buildPart.source);
  const built = buildPart === undefined ? undefined : builtOf(buildPart, where, dockerfileAt);
  const imagePart = built === undefined ? partAt(part, "image") : undefined;
  const text = built === undefined ? textOf(imagePart) : built.stages.at(-1)?.base;
  const settings =
    input.services !== undefined && Object.hasOwn(input.services, name) ? input.services[name] : undefined;
  const ports = portsOf(part);
  return {
    name,
    part,
    at: part.key,
    home,
    image: text === undefined || text === "" ? undefined : parseImage(text),
    imagePart,
    built,
    ports,
    mounts: mountsOf(part),
    environment: variablesOf(partAt(part, "environment")),
    settings,
    routed: input.services === undefined ? built !== undefined && ports.length > 0 : (settings?.routes.length ?? 0) > 0,
    job: awaited.has(name),
  };
}

function builtOf(part: Part, folder: string, dockerfileAt: (path: string) => Dockerfile | undefined): Built {
  const inline = textOf(partAt(part, "dockerfile_inline"));
  const path = dockerfilePath(part, folder);
  const dockerfile =
    inline !== undefined
      ? parseDockerfile({ file: part.source.file, text: inline })
      : path === undefined
        ? undefined
        : dockerfileAt(path);
  const stage = dockerfile === undefined ? undefined : finalStage(dockerfile, textOf(partAt(part, "target")));
  return {
    part,
    dockerfile,
    stage,
    stages: dockerfile === undefined || stage === undefined ? [] : lineage(dockerfile, stage),
  };
}

/** Undefined where there is none to read: written inline, or on another machine. */
export function dockerfilePath(build: Part, folder: string): string | undefined {
  const context = textOf(build) ?? textOf(partAt(build, "context")) ?? ".";
  if (partAt(build, "dockerfile_inline") !== undefined || /:\/\/|^git@|\$/.test(context)) return undefined;
  const file = textOf(partAt(build, "dockerfile")) ?? "Dockerfile";
  return file.includes("$") ? undefined : pathIn(pathIn(folder, context), file);
}
