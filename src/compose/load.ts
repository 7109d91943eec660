import { randomBytes } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import type { EnvironmentSettings } from "../config/index.ts";
import { formatPosition, invalidError } from "../core/index.ts";
import type { Position, Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { BindSource, ComposeProject, ResolvedDocument } from "./project.ts";
import { readBinds, readConfigFiles, readFileSecrets } from "./project-files.ts";
import { isOfSurroundings, resolveCompose } from "./resolve.ts";
import type { ComposeCall } from "./resolve.ts";
import { missingIn, passedThrough, positionIn, readSources } from "./sources.ts";
import type { ComposeSources, PlacedVariable } from "./sources.ts";
import { inNeighbourhood } from "./stacks.ts";
import type { Neighbourhood } from "./stacks.ts";

/**
 * Resolves the compose files of one environment with docker compose, and reads what they refer to.
 *
 * Interpolation sees, in this order: the environment's `values`, then the `.env` file of the compose file's folder.
 * Not the variables of the shell: what is deployed must not depend on who deploys it, and from where.
 *
 * Secrets take part as random placeholders, so that their values are in no resolved document; `secrets` may hold
 * names beyond those of wherry.yaml. `hosts`: names and addresses of services of other stacks.
 */
export async function loadCompose(
  ctx: Context,
  settings: EnvironmentSettings,
  secrets: ReadonlyMap<string, Secret>,
  hosts: Neighbourhood["hosts"] = {},
): Promise<ComposeProject> {
  const files = settings.compose.map((file) => resolve(settings.directory, file));
  const folder = dirname(files[0] ?? settings.file);
  const name = `${settings.app}-${settings.environment}`;
  const tokens = placeholdersFor([...settings.secrets.map((secret) => secret.name), ...secrets.keys()]);
  const sources = await readSources(ctx, files);
  const own = { ...settings.values, ...Object.fromEntries(tokens), COMPOSE_PROJECT_NAME: name };
  refuseMissing(sources, [
    ...Object.keys(own),
    ...variableNames((await ctx.files.readText(join(folder, ".env"))) ?? ""),
  ]);

  const call: ComposeCall = {
    files,
    folder,
    name,
    profiles: settings.profiles,
    variables: { ...settings.values, ...Object.fromEntries(tokens) },
  };
  const { document: written, unset } = await resolveCompose(ctx, call, sources);
  const document = inNeighbourhood(withOwnSecrets(written), { address: settings.address, hosts });
  if (unset.length > 0) throw missingError(placed(unset, sources));

  ctx.mask.spare(openWords(document));
  const positionOf = (path: readonly (string | number)[]): Position | undefined => positionIn(sources, path);
  const root = await projectRoot(ctx, settings.directory);
  const [binds, fileSecrets, configFiles, values] = await Promise.all([
    readBinds(ctx, document, sources.all, { folder, root }),
    readFileSecrets(ctx, document, (secret) => positionOf(["secrets", secret])),
    readConfigFiles(ctx, document, (config) => positionOf(["configs", config])),
    valuesOfConfigs(ctx, call, document, sources),
  ]);
  const secretNames = Object.entries(document.secrets).flatMap(([key, { environment }]) =>
    environment === undefined || tokens.has(environment) ? [] : { name: environment, at: positionOf(["secrets", key]) },
  );
  return {
    document,
    name,
    placeholders: new Map([...tokens].map(([secret, token]) => [token, secret])),
    composeSecrets: secretNames,
    fileSecrets,
    configFiles: new Map([...configFiles, ...values]),
    binds,
    files: [...new Set([...sources.paths, ...filesOf(document, binds)])].toSorted(),
    positionOf,
  };
}

/**
 * An external secret is one that whoever runs the file has: here it comes from where all secrets come from, under its
 * name. Only Swarm could look it up itself.
 */
function withOwnSecrets(document: ResolvedDocument): ResolvedDocument {
  const secrets = Object.entries(document.secrets).map(([key, secret]) => {
    const { external, name, ...rest } = secret;
    return [key, external === true ? { ...rest, environment: name ?? key } : secret] as const;
  });
  return { ...document, secrets: Object.fromEntries(secrets) };
}

/** Names of services and images: a database's user is often called like them, and would take them out of all output. */
function openWords({ services }: ResolvedDocument): readonly string[] {
  const images = Object.values(services).flatMap(({ image = "" }) => image.split(/[/:@]/));
  return [...Object.keys(services), ...images].filter((word) => word !== "");
}

function placeholdersFor(names: readonly string[]): ReadonlyMap<string, string> {
  const call = randomBytes(12).toString("hex");
  return new Map([...new Set(names)].map((name, index) => [name, `WHERRY_SECRET_${call}_${index}_`]));
}

/** Names only: what the values are is for compose to read. */
function variableNames(dotenv: string): readonly string[] {
  return [...dotenv.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:]/gm)].map((match) => match[1] ?? "");
}

/** Compose only warns of these; deployed, they would be empty images, ports and passwords. */
function refuseMissing(sources: ComposeSources, known: readonly string[]): void {
  const names = new Set(known);
  // Docker's own variables reach compose, so that even a default would give way to what this machine happens to have.
  const missing = missingIn(sources.own, (name) =>
    names.has(name) ? "known" : isOfSurroundings(name) ? "forbidden" : "unknown",
  );
  const fromShell = passedThrough(sources.own).filter(({ name }) => isOfSurroundings(name) && !names.has(name));
  const all = [...missing, ...fromShell.map(({ name, at }) => ({ name, at, written: name, message: undefined }))];
  if (all.length > 0) throw missingError(all);
}

function placed(names: readonly string[], sources: ComposeSources): readonly PlacedVariable[] {
  const places = missingIn(sources.all, (name) => (names.includes(name) ? "unknown" : "known"));
  const without = names.filter((name) => !places.some((place) => place.name === name));
  return [...places, ...without.map((name) => ({ name, written: name, message: undefined, at: undefined }))];
}

function missingError(missing: readonly PlacedVariable[]): Error {
  const lines = missing.map(
    ({ name, message, at }) =>
      `${at === undefined ? "" : `${formatPosition(at)}  `}${name} has no value${message ? `: ${message}` : ""}`,
  );
  const [first] = missing;
  const names = [...new Set(missing.map(({ name }) => name))];
  return invalidError(
    "unset-variable",
    names.length === 1
      ? `the variable ${names[0]} has no value`
      : `${names.length} variables have no value: ${names.join(", ")}`,
    {
      ...(first?.at === undefined ? {} : { at: first.at }),
      context: lines.length > 1 || (first?.message ?? "") !== "" ? lines : [],
      hint: "give it one under values: in wherry.yaml or in .env, list it under secrets:, or write a default: ${NAME:-default} (variables of your shell are not used)",
    },
  );
}

function filesOf(document: ResolvedDocument, binds: ReadonlyMap<string, BindSource>): readonly string[] {
  const mounted = [...binds].flatMap(([source, bind]) =>
    bind.kind === "file" || bind.kind === "folder" ? bind.files.map((file) => join(source, file.path)) : [],
  );
  return [
    ...mounted,
    ...Object.values(document.secrets).flatMap(({ file }) => file ?? []),
    ...Object.values(document.configs).flatMap(({ file }) => file ?? []),
  ];
}

async function projectRoot(ctx: Context, directory: string): Promise<string> {
  for (let folder = directory; folder !== dirname(folder); folder = dirname(folder)) {
    if ((await ctx.files.stat(join(folder, ".git"))) !== undefined) return folder;
  }
  return directory;
}

/** Configs with `environment: NAME`: compose fills them in only when it starts something, so it is asked for the values here. */
async function valuesOfConfigs(
  ctx: Context,
  call: ComposeCall,
  document: ResolvedDocument,
  sources: ComposeSources,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = Object.entries(document.configs).flatMap(([config, { environment }]) =>
    environment === undefined ? [] : [{ config, environment }],
  );
  if (wanted.length === 0) return new Map();
  return ctx.files.withTemporaryFolder(async (folder) => {
    const file = join(folder, "compose.yaml");
    const values = Object.fromEntries(wanted.map(({ config, environment }) => [config, `\${${environment}}`]));
    await ctx.files.write(file, JSON.stringify({ services: {}, "x-values": values }));
    const { document: answer, unset } = await resolveCompose(ctx, { ...call, files: [file], profiles: [] }, sources);
    const missing = wanted.filter(({ environment }) => unset.includes(environment) || isOfSurroundings(environment));
    if (missing.length > 0) {
      throw missingError(
        missing.map(({ config, environment: name }) => ({
          name,
          written: name,
          message: undefined,
          at: positionIn(sources, ["configs", config]),
        })),
      );
    }
    const found = answer["x-values"] as Readonly<Record<string, string>>;
    return new Map(wanted.map(({ config }) => [config, Buffer.from(found[config] ?? "")]));
  });
}
