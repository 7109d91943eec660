import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { usageError, nearest } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { isMapping, mergeOver } from "./merge.ts";
import { invalidFile, problemsOf } from "./problems.ts";
import { WherryFile } from "./schema.ts";
import type { EnvironmentSection } from "./schema.ts";
import type { EnvironmentRule } from "./deploy-on.ts";
import { imageSourceProblems, imageSources } from "./images-from.ts";
import { infrastructureOf } from "./infrastructure.ts";
import type { InfrastructureSettings } from "./infrastructure.ts";
import {
  previewNumber,
  previewProblems,
  previewSection,
  previewSettings,
  previewTrouble,
  sharedName,
} from "./previews.ts";
import type { PreviewSettings } from "./previews.ts";
import { secretsFromOf } from "./secrets-from.ts";
import type { SecretsFrom } from "./secrets-from.ts";
import { releaseRules, ruleProblems } from "./release-rules.ts";
import { chooseStack, orderOf, stackProblems } from "./stacks.ts";
import { twoPeopleProblems } from "./two-people.ts";
import { hasPath, parseYaml, positionOfKey, positionOfValue, yamlProblems } from "./yaml-source.ts";
import type { Path, YamlSource } from "./yaml-source.ts";
import type { Position } from "../core/index.ts";

const fileName = "wherry.yaml";

export interface LoadOptions {
  /** Where to look for wherry.yaml: here, then upwards to the root of the git repository. The context's folder when left out. */
  readonly directory?: string | undefined;
  /** May be left out where there is only one. */
  readonly environment?: string | undefined;
  /** Host of one of the environment's servers; all of them, or the first, when left out. */
  readonly server?: string | undefined;
  /** A server in place of those that are written: for an environment on its way to another one. */
  readonly instead?: string | undefined;
  /** Has to be said where the app has several. */
  readonly stack?: string | undefined;
}

/** wherry.yaml, valid, merged for one environment, in its own words. */
export interface ReadConfig {
  readonly path: string;
  readonly directory: string;
  readonly app: string;
  readonly environment: string;
  /** Undefined where the app has no stacks. */
  readonly stack: string | undefined;
  /** Environment whose images this one gets; undefined: they are built. */
  readonly imagesFrom: string | undefined;
  /** Undefined: it is an environment of the file. */
  readonly preview: PreviewSettings | undefined;
  readonly merged: EnvironmentSection;
  /** Where a part of the merged document is written: in the part that is merged last and has it. */
  at(path: Path, part: "key" | "value"): Position;
}

export async function readConfig(ctx: Context, options: LoadOptions): Promise<ReadConfig> {
  const { path, source, file } = await openFile(ctx, options);
  const environment = chooseEnvironment(options.environment, file, source);
  const stack = chooseStack(options.stack, file, source);
  const { merged, places, preview } = previewParts(file, environment) ?? environmentParts(file, environment, stack);
  return {
    path,
    directory: dirname(path),
    app: file.app,
    environment,
    stack,
    imagesFrom: imageSources(file).get(environment),
    preview,
    merged,
    at(wanted, part) {
      const whole = places.map((place) => [...place, ...wanted]);
      const found =
        (wanted.length === 0 ? undefined : whole.find((place) => hasPath(source, place))) ?? whole[0] ?? wanted;
      return part === "key" ? positionOfKey(source, found) : positionOfValue(source, found);
    },
  };
}

/** `places`: where parts of it may be written, that first which is merged last. */
type Parts = Pick<ReadConfig, "merged" | "preview"> & { readonly places: readonly Path[] };

function environmentParts(file: WherryFile, environment: string, stack: string | undefined): Parts {
  const { app: _app, environments, stacks = {}, previews: _previews, ...top } = file;
  const { stacks: here = {}, ...own } = environments[environment] ?? {};
  const merged = (stack === undefined ? [top, own] : [top, stacks[stack], own, here[stack]]).reduce<unknown>(
    (sum, part) => mergeOver(sum, part ?? undefined),
    {},
  );
  const path = ["environments", environment];
  return {
    preview: undefined,
    merged: merged as EnvironmentSection,
    places: stack === undefined ? [path, []] : [[...path, "stacks", stack], path, ["stacks", stack], []],
  };
}

function previewParts(file: WherryFile, environment: string): Parts | undefined {
  const number = previewNumber(environment);
  if (file.previews === undefined || number === undefined) return undefined;
  return {
    preview: previewSettings(file.previews, number),
    merged: previewSection(file, file.previews, number),
    places: [["previews"], []],
  };
}

/**
 * The stacks to work on, in the order in which they depend on each other: the asked one, all of them, or one `undefined`
 * where the app has none.
 */
export async function stacksOf(ctx: Context, options: LoadOptions): Promise<readonly (string | undefined)[]> {
  const { source, file } = await openFile(ctx, options);
  const order = orderOf(file.stacks ?? {});
  return options.stack === undefined && order.length > 0 ? order : [chooseStack(options.stack, file, source)];
}

async function openFile(ctx: Context, { directory }: LoadOptions) {
  const path = await findFile(ctx, resolve(ctx.cwd, directory ?? "."));
  const source = parseYaml(shownPath(ctx, path), (await ctx.files.readText(path)) ?? "");
  return { path, source, file: validate(source) };
}

/** What an app's pipeline needs to know of wherry.yaml besides the settings of each environment. */
export interface AppRules {
  readonly app: string;
  /** Absolute. */
  readonly file: string;
  readonly directory: string;
  readonly environments: readonly EnvironmentRule[];
  /** Environment -> the one whose images it gets; those that build for themselves are not in it. */
  readonly imagesFrom: ReadonlyMap<string, string>;
  /** In the order in which they depend on each other; empty where the app has none. */
  readonly stacks: readonly string[];
  /** Previews of pull requests are wanted. */
  readonly previews: boolean;
}

/** The release rules of all environments, in the order of the file. */
export async function loadReleaseRules(ctx: Context, options: Pick<LoadOptions, "directory">): Promise<AppRules> {
  const { path, file } = await openFile(ctx, options);
  return {
    app: file.app,
    file: path,
    directory: dirname(path),
    environments: releaseRules(file),
    imagesFrom: imageSources(file),
    stacks: orderOf(file.stacks ?? {}),
    previews: file.previews !== undefined,
  };
}

/** What is known of an environment before it has a server. */
export interface AppMachines {
  readonly app: string;
  /** What its servers call it: with the stack, where one was asked for. */
  readonly appOnServers: string;
  readonly environment: string;
  /** Absolute. */
  readonly file: string;
  readonly directory: string;
  readonly secretsFrom: readonly SecretsFrom[];
  /** Servers as they are written; empty where there are none yet. */
  readonly servers: readonly string[];
  /** Undefined: nothing is written of machines. A word: the environment whose servers are shared. */
  readonly infrastructure: InfrastructureSettings | string | undefined;
  /** Where the machines are written, and where the servers are (or the environment, where there are none). */
  readonly at: {
    readonly infrastructure: Position;
    readonly server: Position;
    /** One key of the machines that is written. */
    setting(...path: readonly (string | number)[]): Position;
  };
}

/** The machines of one environment, which may have no server yet. */
export async function loadMachines(ctx: Context, options: LoadOptions): Promise<AppMachines> {
  const config = await readConfig(ctx, options);
  const { infrastructure, server, secrets_from: from } = config.merged;
  const servers = server === undefined ? [] : Array.isArray(server) ? server : [server];
  return {
    app: config.app,
    appOnServers: config.stack === undefined ? config.app : `${config.app}_${config.stack}`,
    environment: config.environment,
    file: config.path,
    directory: config.directory,
    secretsFrom: secretsFromOf(from, config.app, sharedName(config)),
    servers: servers.map((one) => (typeof one === "string" ? one : one.host)),
    infrastructure:
      typeof infrastructure === "object" ? infrastructureOf(infrastructure, config.environment) : infrastructure,
    at: {
      infrastructure: config.at(["infrastructure"], "key"),
      server: config.at(["server"], "value"),
      setting: (...path) => config.at(["infrastructure", ...path], "value"),
    },
  };
}

/** For people: relative to the folder they are in, unless that starts to climb. */
export function shownPath(ctx: Context, path: string): string {
  const short = relative(ctx.cwd, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

async function findFile(ctx: Context, start: string): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, fileName);
    if ((await ctx.files.stat(path)) !== undefined) return path;
    const top = (await ctx.files.stat(join(folder, ".git"))) !== undefined || dirname(folder) === folder;
    if (top) break;
  }
  throw usageError("no-config", `no ${fileName} in ${start} or above it in the same git repository`, {
    hint: `run this in your app's folder, or write one there: app: ${basename(start).toLowerCase()}, then environments with a server`,
  });
}

function validate(source: YamlSource): WherryFile {
  const syntax = yamlProblems(source);
  if (syntax.length > 0) throw invalidFile(syntax);
  const content: unknown = source.document.toJS();
  if (!isMapping(content))
    throw invalidFile([
      { at: { file: source.file, line: 1, column: 1 }, message: "expected a mapping that starts with app: NAME" },
    ]);
  const own = Object.fromEntries(Object.entries(content).filter(([key]) => !key.startsWith("x-")));
  const result = WherryFile.safeParse(own);
  const problems = result.success
    ? [
        ...stackProblems(result.data, source),
        ...ruleProblems(result.data, source),
        ...imageSourceProblems(result.data, source),
        ...previewProblems(result.data, source),
        ...twoPeopleProblems(result.data, source),
      ]
    : problemsOf(result.error, source);
  if (problems.length > 0 || !result.success) throw invalidFile(problems);
  return result.data;
}

function chooseEnvironment(wanted: string | undefined, file: WherryFile, source: YamlSource): string {
  const known = Object.keys(file.environments);
  const at = positionOfKey(source, ["environments"]);
  if (wanted === undefined) {
    const [only, ...others] = known;
    if (only !== undefined && others.length === 0) return only;
    throw usageError("no-environment", `which environment? There is ${known.join(", ") || "none"}`, {
      at,
      hint: only === undefined ? `add one under environments: in ${source.file}` : `say it with -e ${only}`,
    });
  }
  if (known.includes(wanted)) return wanted;
  if (file.previews !== undefined && previewNumber(wanted) !== undefined) return wanted;
  const trouble = previewTrouble(wanted, file, source);
  if (trouble !== undefined) throw trouble;
  const near = nearest(wanted, known);
  throw usageError(
    "unknown-environment",
    `there is no environment ${JSON.stringify(wanted)}; there is ${known.join(", ") || "none"}`,
    { at, hint: near === undefined ? `add it under environments: in ${source.file}` : `did you mean -e ${near}?` },
  );
}
