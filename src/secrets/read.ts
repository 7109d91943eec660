import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Settings } from "../config/index.ts";
import { formatPosition, refusedError, Secret } from "../core/index.ts";
import type { Position } from "../core/index.ts";
import { trackedFiles } from "../git/index.ts";
import type { Context } from "../system/index.ts";

/** A name that must have a value, and where the user's files ask for it. */
export interface WantedSecret {
  readonly name: string;
  readonly at: Position | undefined;
}

/** Relative to the folder of wherry.yaml. */
export function secretsFile(environment: string): string {
  return join(".wherry", `secrets.${environment}.env`);
}

/**
 * The values of secrets: from a variable of the process (as CI hands them over), else from the file
 * `.wherry/secrets.<environment>.env`. A secret that only the compose file names may also be in `values:` or `.env`,
 * where docker compose itself would find it.
 * @throws WherryError `missing-secret`, before anything was touched, naming each one that has no value
 */
export async function readSecrets(
  ctx: Context,
  settings: Settings,
  wanted: readonly WantedSecret[],
): Promise<ReadonlyMap<string, Secret>> {
  const own = new Set(settings.secrets.map(({ name }) => name));
  const [file, dotenv] = await Promise.all([readSecretsFile(ctx, settings), readVariables(ctx, settings, ".env")]);
  const found = new Map<string, Secret>();
  const missing: WantedSecret[] = [];
  for (const secret of wanted) {
    const { name } = secret;
    const value = ctx.env[name] ?? file[name] ?? (own.has(name) ? undefined : (settings.values[name] ?? dotenv[name]));
    // An empty variable is what CI hands over for a secret that nobody has set.
    if (value === undefined || value === "") missing.push(secret);
    else found.set(name, new Secret(value));
  }
  if (missing.length > 0) throw missingError(settings, missing);
  return found;
}

function missingError(settings: Settings, missing: readonly WantedSecret[]): Error {
  const [first] = missing;
  const names = [...new Set(missing.map(({ name }) => name))].join(", ");
  const places = missing.flatMap(({ name, at }) => (at === undefined ? [] : [`${formatPosition(at)}  ${name}`]));
  return refusedError(
    "missing-secret",
    missing.length === 1 ? `the secret ${names} has no value` : `${missing.length} secrets have no value: ${names}`,
    {
      ...(first?.at === undefined ? {} : { at: first.at }),
      context: missing.length === 1 ? [] : places,
      hint: `set it in the environment of this command, or write ${first?.name}=... into ${secretsFile(settings.environment)} (mode 0600, not committed)`,
    },
  );
}

async function readSecretsFile(
  ctx: Context,
  settings: Settings,
): Promise<Readonly<Record<string, string | undefined>>> {
  const path = secretsFile(settings.environment);
  const stat = await ctx.files.stat(join(settings.directory, path));
  if (stat === undefined) return {};
  if ((stat.mode & 0o077) !== 0) {
    throw refusedError("secrets-readable", `${path} can be read by other users of this machine`, {
      hint: `chmod 600 ${path}`,
    });
  }
  if ((await trackedFiles(ctx, settings.directory, [join(settings.directory, path)])).length > 0) {
    throw refusedError(
      "secrets-committed",
      `${path} is in git: its secrets are known to all who can read the repository`,
      {
        hint: `git rm --cached ${path}, write /.wherry/ into .gitignore, and change the secrets`,
      },
    );
  }
  return readVariables(ctx, settings, path);
}

async function readVariables(
  ctx: Context,
  settings: Settings,
  path: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  return parseEnv((await ctx.files.readText(join(settings.directory, path))) ?? "");
}
