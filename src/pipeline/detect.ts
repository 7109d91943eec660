import { dirname, relative, resolve } from "node:path";
import { interpolate, readSources } from "../compose/index.ts";
import { isMapping, loadEnvironment, loadReleaseRules, stageBefore } from "../config/index.ts";
import type { AppRules, EnvironmentRule, EnvironmentSettings } from "../config/index.ts";
import { usageError } from "../core/index.ts";
import { commitOf, defaultBranch, topFolder } from "../git/index.ts";
import { inspect, readRepository, resolveDigests } from "../init/index.ts";
import type { Survey } from "../init/index.ts";
import { secretsInRepository } from "../secrets/index.ts";
import type { Context } from "../system/index.ts";
import { commandsOf, path } from "./commands.ts";
import { databaseOf, databasesFor } from "./databases.ts";
import type { KnownDatabase } from "./databases.ts";
import type { EnvironmentStage, ImageStage, PartStage, Pipeline, WherryPin } from "./model.ts";
import { findPreviews } from "./previews.ts";
import { secretsToHandOver, unreachableSources } from "./secrets.ts";

export interface PipelineOptions {
  readonly directory?: string | undefined;
  /** Found by git where it is left out. */
  readonly releaseBranch?: string | undefined;
  readonly wherry: WherryPin;
  /** `ask`: registries say what image names stand for today. `skip`: nothing that is not in the files. */
  readonly digests: "ask" | "skip";
}

export interface FoundPipeline {
  readonly pipeline: Pipeline;
  readonly rules: AppRules;
  /** Absolute: the top of the repository, where workflows lie. */
  readonly root: string;
}

/** What stands in a workflow as it is: nothing of it can be an expression or shell text. */
const plain = /^[\w@./+ -]*$/;

/** Looks at the repository and decides what its pipeline does. Reads alone. */
export async function findPipeline(ctx: Context, options: PipelineOptions): Promise<FoundPipeline> {
  const rules = await loadReleaseRules(ctx, options);
  const root = (await topFolder(ctx, rules.directory)) ?? rules.directory;
  const folder = relative(root, rules.directory);
  if (!plain.test(folder))
    throw usageError("odd-folder", `${folder} has characters that cannot stand in a workflow`, {
      hint: "rename the folder",
    });
  const releaseBranch = options.releaseBranch ?? (await findReleaseBranch(ctx, root));
  const settings = await settingsOfAll(ctx, rules);
  const repository = await readRepository(ctx, rules.directory);
  const survey = inspect(repository);
  const notes: string[] = [];
  const compose = await readCompose(ctx, settings, root, notes);
  const databases = await pinned(ctx, compose.databases, options.digests, notes);
  const parts = partsOf(survey, repository, databases, folder, notes);
  const environments: EnvironmentStage[] = [];
  for (const rule of rules.environments) environments.push(...(await environmentOf(ctx, rule, settings, notes)));
  notes.push(...promotionNotes(environments));
  const previews = await findPreviews(ctx, rules, notes);
  return {
    root,
    rules,
    pipeline: {
      app: rules.app,
      folder,
      releaseBranch,
      parts,
      images: compose.images,
      environments,
      previews,
      dependencies: dependenciesOf(parts, survey, compose, folder),
      wherry: options.wherry,
      notes: [...new Set(notes)],
    },
  };
}

async function findReleaseBranch(ctx: Context, root: string): Promise<string> {
  for (const name of ["main", "master"]) {
    for (const place of [`refs/remotes/origin/${name}`, `refs/heads/${name}`])
      if ((await commitOf(ctx, root, place)) !== undefined) return name;
  }
  const found = await defaultBranch(ctx, root);
  return found === undefined || !plain.test(found) ? "main" : found;
}

async function settingsOfAll(ctx: Context, rules: AppRules): Promise<readonly EnvironmentSettings[]> {
  const stacks = rules.stacks.length === 0 ? [undefined] : rules.stacks;
  return Promise.all(
    rules.environments.flatMap(({ environment }) =>
      stacks.map((stack) => loadEnvironment(ctx, { directory: rules.directory, environment, stack })),
    ),
  );
}

interface ReadCompose {
  readonly images: readonly ImageStage[];
  readonly databases: readonly KnownDatabase[];
  /** Folders with compose files, relative to the top of the repository. */
  readonly folders: readonly string[];
}

async function readCompose(
  ctx: Context,
  settings: readonly EnvironmentSettings[],
  root: string,
  notes: string[],
): Promise<ReadCompose> {
  const files = [
    ...new Set(settings.flatMap(({ directory, compose }) => compose.map((file) => resolve(directory, file)))),
  ];
  const values = Object.assign({}, ...settings.map((one) => one.values)) as Readonly<Record<string, string>>;
  const put = (text: string): string =>
    interpolate(text, (name) => (Object.hasOwn(values, name) ? values[name] : undefined));
  const images = new Map<string, ImageStage>();
  const databases = new Map<string, KnownDatabase>();
  for (const file of files) {
    const { own } = await readSources(ctx, [file]);
    const content: unknown = own[0]?.document.errors.length === 0 ? own[0].document.toJS() : undefined;
    const services = isMapping(content) && isMapping(content["services"]) ? content["services"] : {};
    for (const [name, service] of Object.entries(services)) {
      if (!isMapping(service)) continue;
      const image = typeof service["image"] === "string" ? put(service["image"]) : undefined;
      const built =
        service["build"] === undefined ? undefined : imageOf(name, service["build"], dirname(file), root, put);
      if (built === "odd")
        notes.push(`${name}: its image is not built in CI, as its build is not a plain folder of the repository`);
      else if (built !== undefined) images.set(name, built);
      const database = image === undefined || built !== undefined ? undefined : databaseOf(name, image);
      if (database !== undefined && /^[\w.:/@-]+$/.test(database.image)) databases.set(name, database);
    }
  }
  const known = [...databases.values()];
  const clash = known.find(({ port }, index) => known.findIndex((other) => other.port === port) !== index);
  if (clash !== undefined) notes.push(`${clash.name}: tests get the first database on port ${clash.port} alone`);
  return {
    images: [...images.values()],
    databases: known.filter(({ port }, index) => known.findIndex((other) => other.port === port) === index),
    folders: [...new Set(files.map((file) => relative(root, dirname(file))))],
  };
}

function imageOf(
  service: string,
  build: unknown,
  base: string,
  root: string,
  put: (text: string) => string,
): ImageStage | "odd" {
  const text = (key: string, otherwise: string): string | undefined => {
    if (!isMapping(build)) return otherwise;
    const value = build[key] ?? otherwise;
    return typeof value === "string" ? put(value) : undefined;
  };
  const context = typeof build === "string" ? put(build) : text("context", ".");
  const dockerfile = text("dockerfile", "Dockerfile");
  const target = isMapping(build) && build["target"] !== undefined ? text("target", "") : undefined;
  if (
    context === undefined ||
    dockerfile === undefined ||
    (isMapping(build) && build["dockerfile_inline"] !== undefined)
  )
    return "odd";
  const whole = resolve(base, context);
  const paths = [relative(root, whole), relative(root, resolve(whole, dockerfile))];
  const [folder = "", file = ""] = paths;
  if (!/^[\w.-]+$/.test(service)) return "odd";
  if ([...paths, target ?? ""].some((one) => one.startsWith("..") || !plain.test(one)) || /:\/\//.test(context))
    return "odd";
  return { service, context: folder, dockerfile: file, target };
}

/** A tag may be moved: the digest is what CI gets today. */
async function pinned(
  ctx: Context,
  databases: readonly KnownDatabase[],
  digests: PipelineOptions["digests"],
  notes: string[],
): Promise<readonly KnownDatabase[]> {
  const loose = databases.filter(({ image }) => !image.includes("@sha256:")).map(({ image }) => image);
  if (loose.length === 0 || digests === "skip") return databases;
  const { known } = await resolveDigests(ctx, loose);
  const missing = loose.filter((image) => !known.has(image));
  if (missing.length > 0)
    notes.push(
      `no registry told the digest of ${missing.join(", ")}: pinned by version alone. Run this again with a network and docker buildx`,
    );
  return databases.map((database) => {
    const digest = known.get(database.image);
    return digest === undefined ? database : { ...database, image: `${database.image}@${digest}` };
  });
}

function partsOf(
  survey: Survey,
  repository: Parameters<typeof commandsOf>[1],
  databases: readonly KnownDatabase[],
  folder: string,
  notes: string[],
): readonly PartStage[] {
  return survey.parts.flatMap((part): readonly PartStage[] => {
    const found = commandsOf(part, repository);
    if (found === undefined || !plain.test(part.folder)) {
      if (part.language !== "static") notes.push(`${part.name}: no checks are written for it: add a job of your own`);
      return [];
    }
    notes.push(...found.notes);
    const { toolchain, install, checks } = found;
    return [
      {
        name: part.name,
        folder: path(folder, part.folder),
        toolchain: belowTop(toolchain, folder),
        install,
        checks,
        ...databasesFor(part, databases),
      },
    ];
  });
}

function belowTop(toolchain: PartStage["toolchain"], folder: string): PartStage["toolchain"] {
  if (toolchain.language === "node" && toolchain.lockfile !== undefined)
    return { ...toolchain, lockfile: path(folder, toolchain.lockfile) };
  if (toolchain.language === "go" && toolchain.sums !== undefined)
    return { ...toolchain, sums: path(folder, toolchain.sums) };
  return toolchain;
}

async function environmentOf(
  ctx: Context,
  rule: EnvironmentRule,
  all: readonly EnvironmentSettings[],
  notes: string[],
): Promise<readonly EnvironmentStage[]> {
  const own = all.filter(({ environment }) => environment === rule.environment);
  const servers = [
    ...new Set(own.flatMap((one) => one.servers).map((one) => (one.kind === "local" ? "local" : one.host))),
  ];
  if (servers.length === 0) {
    notes.push(
      `${rule.environment}: it has no server yet: left out. Once wherry infra apply has made one, write the pipeline again`,
    );
    return [];
  }
  if (servers.includes("local")) {
    notes.push(`${rule.environment}: its server is local, which no pipeline reaches: left out`);
    return [];
  }
  const [first] = own;
  const routes = own.flatMap(({ services }) => Object.values(services).flatMap((service) => service.routes));
  const route = routes.find(({ path: below }) => below === "/") ?? routes[0];
  const scheme = first?.tls.kind === "on" ? "https" : "http";
  const secrets = await Promise.all(
    own.map(async (one) => ({
      asked: await secretsToHandOver(ctx, one),
      kept: new Set(await secretsInRepository(ctx, one)),
    })),
  );
  const names = [...new Set(secrets.flatMap(({ asked }) => asked))].toSorted();
  const needed = new Set(secrets.flatMap(({ asked, kept }) => asked.filter((name) => !kept.has(name))));
  for (const source of new Set(own.flatMap(unreachableSources))) {
    notes.push(
      `${rule.environment}: no job has the program of ${source}, which secrets_from names: put "environment" in front of it, or install the program in the jobs`,
    );
  }
  return [
    {
      name: rule.environment,
      rule,
      url: route === undefined ? undefined : `${scheme}://${route.host}`,
      servers,
      imagesFrom: first?.imagesFrom,
      secrets: names,
      inRepository: names.filter((name) => !needed.has(name)),
    },
  ];
}

/** A job that builds nothing has to reach the servers that have the images, and one that wants two people their ledger. */
function promotionNotes(environments: readonly EnvironmentStage[]): readonly string[] {
  return environments.flatMap(({ name, rule, servers, imagesFrom }) => {
    const rules = environments.map((one) => one.rule);
    const before = rule.twoPeople === true ? stageBefore(rule, rules) : undefined;
    const wanted = [
      { from: imagesFrom, what: `${name} gets the images of ${imagesFrom}`, remedy: "images_from: build" },
      {
        from: before === imagesFrom ? undefined : before,
        what: `${name} wants two people, and asks the ledger of ${before}`,
        remedy: "leave two_people out",
      },
    ];
    return wanted.flatMap(({ from, what, remedy }) => {
      if (from === undefined) return [];
      const source = environments.find((one) => one.name === from);
      if (source === undefined) return [`${what}, which no pipeline deploys to: ${remedy}`];
      const others = source.servers.filter((server) => !servers.includes(server));
      if (others.length === 0) return [];
      return [
        `${what}: its WHERRY_SSH_KEY has to open ${others.join(", ")} too, and its WHERRY_KNOWN_HOSTS to know it`,
      ];
    });
  });
}

function dependenciesOf(
  parts: readonly PartStage[],
  survey: Survey,
  compose: ReadCompose,
  folder: string,
): Pipeline["dependencies"] {
  const ecosystems = { node: "npm", python: "pip", go: "gomod", rust: "cargo", java: "maven" } as const;
  const found = [
    { ecosystem: "github-actions", folder: "" },
    { ecosystem: "npm", folder: ".github/wherry" },
    ...parts.map(({ toolchain, folder: own }) => ({
      ecosystem:
        toolchain.language === "java" && toolName(survey, own, folder) === "gradle"
          ? "gradle"
          : ecosystems[toolchain.language],
      folder: toolchain.language === "node" && toolchain.lockfile !== undefined ? folderOf(toolchain.lockfile) : own,
    })),
    ...compose.images.map(({ dockerfile }) => ({ ecosystem: "docker", folder: folderOf(dockerfile) })),
    ...compose.folders.map((one) => ({ ecosystem: "docker-compose", folder: one })),
  ];
  return [...new Map(found.map((one) => [`${one.ecosystem} ${one.folder}`, one])).values()];
}

function toolName(survey: Survey, own: string, folder: string): string | undefined {
  const image = survey.parts.find((part) => path(folder, part.folder) === own)?.image;
  return image?.recipe === "java" ? image.tool : undefined;
}

function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === "." ? "" : folder;
}
