import { join } from "node:path";
import { sharedName } from "../config/index.ts";
import type { EnvironmentSettings } from "../config/index.ts";
import { formatPosition, refusedError, Secret } from "../core/index.ts";
import type { Position } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { parseDotenv } from "./dotenv.ts";
import { secretsFile } from "./sources/file.ts";
import { openSources } from "./sources/open.ts";
import type { SourceSettings } from "./sources/open.ts";

/** A name that must have a value, and where the user's files ask for it. */
export interface WantedSecret {
  readonly name: string;
  readonly at: Position | undefined;
}

/**
 * The values of secrets, each from the first source of `secrets_from` that has one; a source is asked only for what those
 * before it lack. A secret that only the compose file names may also be in `values:` or `.env`, where docker compose
 * itself would find it.
 * @throws WherryError `missing-secret`, before anything was touched, naming each one that has no value
 */
export async function readSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  wanted: readonly WantedSecret[],
): Promise<ReadonlyMap<string, Secret>> {
  const found = await findSecrets(ctx, settings, wanted);
  const missing = wanted.filter(({ name }) => !found.has(name));
  if (missing.length > 0) throw missingError(settings, missing);
  return found;
}

/** The same, where it is no error that some have no value. */
export async function findSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  wanted: readonly WantedSecret[],
): Promise<ReadonlyMap<string, Secret>> {
  const own = new Set(settings.secrets.map(({ name }) => name));
  const found = new Map(
    await readValues(
      ctx,
      settings,
      wanted.map(({ name }) => name),
    ),
  );
  const dotenv = parseDotenv((await ctx.files.readText(join(settings.directory, ".env"))) ?? "");
  for (const { name } of wanted) {
    const value = own.has(name) ? "" : (settings.values[name] ?? dotenv.get(name) ?? "");
    if (!found.has(name) && value !== "") found.set(name, new Secret(value));
  }
  for (const secret of found.values()) ctx.mask.add(secret);
  return found;
}

/** The values that there are, from the sources alone. They are masked from here on. */
export async function readValues(
  ctx: Context,
  settings: SourceSettings,
  names: readonly string[],
): Promise<ReadonlyMap<string, Secret>> {
  const found = new Map<string, Secret>();
  for (const source of openSources(ctx, settings)) {
    const lacking = [...new Set(names)].filter((name) => !found.has(name));
    if (lacking.length === 0) break;
    for (const [name, value] of await source.read(lacking)) {
      if (value.reveal() === "") continue;
      ctx.mask.add(value);
      refuseNul(name, value, source.title);
      found.set(name, value);
    }
  }
  return found;
}

function refuseNul(name: string, value: Secret, title: string): void {
  if (!value.reveal().includes("\0")) return;
  throw refusedError("invalid-secret", `the value of ${name} in ${title} holds a NUL byte`, {
    hint: "no variable can take one: keep it as base64",
  });
}

function missingError(settings: EnvironmentSettings, missing: readonly WantedSecret[]): Error {
  const { environment, secretsFrom } = settings;
  const [first] = missing;
  const names = [...new Set(missing.map(({ name }) => name))].join(", ");
  const places = missing.flatMap(({ name, at }) => (at === undefined ? [] : [`${formatPosition(at)}  ${name}`]));
  const kinds = new Set(secretsFrom.map(({ kind }) => kind));
  const ways = [
    ...(kinds.has("environment") ? ["set it in the environment of this command"] : []),
    ...(kinds.has("file")
      ? [`write ${first?.name}=... into ${secretsFile(sharedName(settings))} (mode 0600, not committed)`]
      : []),
    `wherry secrets set ${first?.name} -e ${environment}`,
    ...(kinds.has("github") ? ["let the workflow of GitHub deploy, which alone gets what is kept there"] : []),
  ];
  return refusedError(
    "missing-secret",
    missing.length === 1 ? `the secret ${names} has no value` : `${missing.length} secrets have no value: ${names}`,
    {
      ...(first?.at === undefined ? {} : { at: first.at }),
      context: missing.length === 1 ? [] : places,
      hint: ways.join(", or "),
    },
  );
}
