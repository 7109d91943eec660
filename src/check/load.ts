import { parseEnv } from "node:util";
import { dirname, join, relative, resolve } from "node:path";
import { isOfSurroundings, missingVariables, readSources, resolveCompose } from "../compose/index.ts";
import type { ComposeSources } from "../compose/index.ts";
import { loadEnvironment, shownPath } from "../config/index.ts";
import type { EnvironmentSettings } from "../config/index.ts";
import { usageError, WherryError } from "../core/index.ts";
import { filesAt } from "../git/index.ts";
import type { Context } from "../system/index.ts";
import type { ForeignProblem, NotChecked } from "./check.ts";
import { spotAt } from "./finding.ts";
import { runHadolint } from "./hadolint.ts";
import type { SourceText } from "./model.ts";
import { createProject, folderOf, pathIn } from "./project.ts";
import type { Project, ProjectInput } from "./project.ts";
import { partAt, textOf } from "./part.ts";
import { findTrackedSecrets } from "./tracked-secrets.ts";
import { referencesOf } from "./references.ts";
import { ownRules } from "./rules/check.ts";
import { rules } from "./rules/index.ts";
import { variablesIn } from "./variables.ts";

export interface CheckOptions {
  readonly directory?: string | undefined;
  readonly environment?: string | undefined;
  /** Has to be said where the app has several. */
  readonly stack?: string | undefined;
  /** Revision that volumes are compared with. */
  readonly since?: string | undefined;
}

/** Everything that a check needs, read. */
export interface LoadedProject {
  readonly input: ProjectInput;
  readonly foreign: readonly ForeignProblem[];
  readonly notChecked: readonly NotChecked[];
  /** Undefined where there is no wherry.yaml. */
  readonly environment: string | undefined;
  /** Absolute: the folder of wherry.yaml, or of the compose file. */
  readonly directory: string;
}

/** As docker compose looks for them; its override file is for development, and is not judged. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/**
 * Reads the compose files of one environment, what they refer to, and what they were at the last commit. Docker, git and
 * hadolint are asked where they are there; where not, the result says what was not checked.
 */
export async function loadProject(ctx: Context, options: CheckOptions): Promise<LoadedProject> {
  const settings = await settingsOrNothing(ctx, options);
  const directory = settings?.directory ?? resolve(ctx.cwd, options.directory ?? ".");
  const paths =
    settings === undefined
      ? [await findCompose(ctx, directory)]
      : settings.compose.map((file) => resolve(settings.directory, file));
  const sources = await readSources(ctx, paths);
  const variables = await variablesOf(ctx, settings, dirname(paths[0] ?? directory));
  const [before, revisionGap] = await earlierTexts(ctx, directory, paths, options.since ?? "HEAD");
  const input: ProjectInput = {
    files: sources.own,
    others: sources.all.filter((source) => !sources.own.includes(source)),
    variables,
    profiles: settings?.profiles ?? [],
    now: ctx.clock.now(),
    ...(before === undefined ? {} : { before }),
    ...(settings === undefined ? {} : { services: settings.services, ignore: await ignoresOf(ctx, settings) }),
  };
  const project = createProject(input);
  const { dockerfiles, present } = await readReferences(ctx, project);
  const [linted, leaked, refused] = await Promise.all([
    runHadolint(ctx, directory, dockerfiles),
    findTrackedSecrets(ctx, directory),
    askCompose(ctx, { settings, paths, sources, directory, variables: variables.values }),
  ]);
  return {
    input: { ...input, others: [...(input.others ?? []), ...dockerfiles], present },
    foreign: [...linted.problems, ...leaked.problems, ...refused.problems],
    notChecked: [
      ...revisionGap,
      ...refused.notChecked,
      ...linted.notChecked,
      ...leaked.notChecked,
      ...inlineGaps(project),
    ],
    environment: settings?.environment,
    directory,
  };
}

async function settingsOrNothing(
  ctx: Context,
  { directory, environment, stack }: CheckOptions,
): Promise<EnvironmentSettings | undefined> {
  try {
    return await loadEnvironment(ctx, { directory, environment, stack });
  } catch (error) {
    // Without wherry.yaml there are no environments: asking for one is a mistake.
    if (error instanceof WherryError && error.code === "no-config" && environment === undefined) return undefined;
    throw error;
  }
}

async function findCompose(ctx: Context, directory: string): Promise<string> {
  for (const name of composeNames) {
    if ((await ctx.files.stat(join(directory, name))) !== undefined) return join(directory, name);
  }
  throw usageError("no-compose-file", `there is neither wherry.yaml nor ${composeNames.join(", ")} in ${directory}`, {
    hint: "go to your app's folder, or name it: wherry check -C FOLDER",
  });
}

async function variablesOf(
  ctx: Context,
  settings: EnvironmentSettings | undefined,
  folder: string,
): Promise<NonNullable<ProjectInput["variables"]>> {
  const dotenv = parseEnv((await ctx.files.readText(join(folder, ".env"))) ?? "");
  const own = Object.fromEntries(
    Object.entries(dotenv).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  // Under Wherry the shell's variables do not count: see loadCompose. Without it they do, as for docker compose.
  const shell = settings === undefined ? ctx.env : {};
  const outer = Object.fromEntries(
    Object.entries(shell).flatMap(([name, value]) =>
      value === undefined || isOfSurroundings(name) ? [] : [[name, value]],
    ),
  );
  const secrets = settings?.secrets.map(({ name }) => name) ?? [];
  const values = { ...own, ...outer, ...settings?.values };
  return { values: Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.includes(name))), secrets };
}

async function ignoresOf(ctx: Context, settings: EnvironmentSettings): Promise<ProjectInput["ignore"]> {
  const source: SourceText = {
    file: shownPath(ctx, settings.file),
    text: (await ctx.files.readText(settings.file)) ?? "",
  };
  return settings.ignore.map((one) => ({ ...one, at: spotAt(source, one.at) }));
}

async function earlierTexts(
  ctx: Context,
  directory: string,
  paths: readonly string[],
  revision: string,
): Promise<readonly [readonly SourceText[] | undefined, readonly NotChecked[]]> {
  const what = `what became of volumes since ${revision}`;
  try {
    const texts = await filesAt(ctx, directory, revision, paths);
    if (texts === undefined) return [undefined, [{ what, reason: "there is no such commit here" }]];
    return [[...texts].map(([path, text]) => ({ file: shownPath(ctx, path), text })), []];
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    return [undefined, [{ what, reason: error.message }]];
  }
}

async function readReferences(
  ctx: Context,
  project: Project,
): Promise<{ readonly dockerfiles: readonly SourceText[]; readonly present: ReadonlyMap<string, boolean> }> {
  const present = new Map<string, boolean>();
  const dockerfiles = new Map<string, SourceText>();
  for (const { path, kind } of referencesOf(project)) {
    if (present.has(path)) continue;
    const stat = await ctx.files.stat(resolve(ctx.cwd, path));
    present.set(path, stat !== undefined);
    if (kind !== "dockerfile" || stat?.kind !== "file") continue;
    dockerfiles.set(path, { file: path, text: (await ctx.files.readText(resolve(ctx.cwd, path))) ?? "" });
  }
  const ignoreFiles = project.services.flatMap(({ built }) => {
    if (built === undefined) return [];
    const context = textOf(built.part) ?? textOf(partAt(built.part, "context")) ?? ".";
    return [pathIn(pathIn(folderOf(project, built.part.source), context), ".dockerignore")];
  });
  for (const path of [...ignoreFiles, ...[...dockerfiles.keys()].map((file) => `${file}.dockerignore`)])
    present.set(path, (await ctx.files.stat(resolve(ctx.cwd, path))) !== undefined);
  return { dockerfiles: [...dockerfiles.values()], present };
}

interface Asked {
  readonly settings: EnvironmentSettings | undefined;
  readonly paths: readonly string[];
  readonly sources: ComposeSources;
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** docker compose has the last word on what can be deployed; without it, our own rules have to do. */
async function askCompose(
  ctx: Context,
  { settings, paths, sources, directory, variables }: Asked,
): Promise<{ readonly problems: readonly ForeignProblem[]; readonly notChecked: readonly NotChecked[] }> {
  const what = "what docker compose says of the files";
  if (sources.all.some(({ document }) => document.errors.length > 0)) return { problems: [], notChecked: [] };
  const secrets = Object.fromEntries((settings?.secrets ?? []).map(({ name }) => [name, "secret"]));
  try {
    const call = {
      files: paths,
      folder: dirname(paths[0] ?? directory),
      name: settings === undefined ? "check" : `${settings.app}-${settings.environment}`,
      profiles: settings?.profiles ?? [],
      variables: { ...variables, ...secrets },
    };
    const { unset } = await resolveCompose(ctx, call, sources);
    return { problems: unsetElsewhere(sources, unset), notChecked: [] };
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    if (error.code !== "compose-refused") return { problems: [], notChecked: [{ what, reason: error.message }] };
    // Variables without a value are reported one by one.
    if (/required variable/.test(error.message))
      return { problems: [], notChecked: [{ what, reason: "a variable has no value" }] };
    const source = sources.all.find(({ file }) => file === error.at?.file) ?? sources.own[0];
    if (source === undefined) return { problems: [], notChecked: [] };
    const { id, title, severity, remedy } = ownRules.refused;
    const at = error.at === undefined ? { source, start: 0, end: 0 } : spotAt(source, error.at);
    return {
      problems: [
        {
          rule: id,
          title,
          severity,
          remedy: error.hint ?? remedy,
          message: withoutFolder(error.message, directory),
          at,
        },
      ],
      notChecked: [],
    };
  }
}

/** Variables of included and extended files: these may have .env files of their own, which only docker compose reads. */
function unsetElsewhere(sources: ComposeSources, unset: readonly string[]): readonly ForeignProblem[] {
  const rule = rules.find(({ id }) => id === "WHY111");
  if (rule === undefined || unset.length === 0) return [];
  return sources.all
    .filter((source) => !sources.own.includes(source))
    .flatMap((source) =>
      variablesIn(source, (text) => missingVariables(text, (name) => (unset.includes(name) ? "unknown" : "known"))).map(
        ({ start, end, name }) => ({
          ...rule,
          rule: rule.id,
          at: { source, start, end },
          message: `${name} has no value`,
        }),
      ),
    );
}

function withoutFolder(message: string, directory: string): string {
  return message.replaceAll(`${directory}/`, "");
}

function inlineGaps(project: Project): readonly NotChecked[] {
  return project.services.flatMap(({ name, built }) =>
    partAt(built?.part, "dockerfile_inline") === undefined
      ? []
      : [
          {
            what: `the Dockerfile of ${name}`,
            reason: "it is written inline; only its base image and user were looked at",
          },
        ],
  );
}

/** Relative to the app's folder, for the writer. Undefined for what is outside of it. */
export function pathInside(ctx: Context, directory: string, file: string): string | undefined {
  const path = relative(directory, resolve(ctx.cwd, file)).replaceAll("\\", "/");
  return path.startsWith("../") || path === ".." || path.startsWith("/") ? undefined : path;
}
