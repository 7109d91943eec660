import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { EnvironmentSettings } from "../config/index.ts";
import { refusedError, usageError } from "../core/index.ts";
import { ignoredBy, listProjectFiles, trackedFiles } from "../git/index.ts";
import type { Context } from "../system/index.ts";
import { setSecrets } from "./change.ts";
import type { SecretChange } from "./change.ts";
import { parseDotenv, renderDotenv } from "./dotenv.ts";
import { readValues } from "./read.ts";
import { ignoredFiles } from "./sources/file.ts";
import { openSources } from "./sources/open.ts";
import { checkedValue, secretName } from "./value.ts";

/** Keeps every value of a file in `.env` form; all or none. */
export async function importSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  text: string,
  to?: string,
): Promise<SecretChange> {
  const given = parseDotenv(text);
  const odd = [...given.keys()].find((name) => !secretName.test(name));
  // Not said: a line that was meant otherwise may have its value there.
  if (odd !== undefined)
    throw usageError("invalid-secret", "a name in the file is no name of a secret", { hint: "NAME=value, one a line" });
  const values = new Map(
    [...given].filter(([, value]) => value !== "").map(([name, value]) => [name, checkedValue(name, value)]),
  );
  if (values.size === 0) throw usageError("nothing-to-import", "the file has no NAME=value with a value");
  return setSecrets(ctx, settings, values, to);
}

/**
 * Writes what a deployment would get into a new file in `.env` form, mode 0600. Refused where git has the file, or would take
 * it with the next `git add`.
 * @param only names; empty: all that the sources have, but of the environment only the `wanted`
 */
export async function exportSecrets(
  ctx: Context,
  settings: EnvironmentSettings,
  {
    path,
    only,
    wanted,
  }: { readonly path: string; readonly only: readonly string[]; readonly wanted: readonly string[] },
): Promise<SecretChange> {
  const file = resolve(ctx.cwd, path);
  await refuseTracked(ctx, file, path);
  const names = only.length > 0 ? only : await allNames(ctx, settings, wanted);
  const values = await readValues(ctx, settings, names);
  const lacking = only.filter((name) => !values.has(name));
  if (lacking.length > 0) throw usageError("unknown-secret", `no source has ${lacking.join(", ")}`);
  const { text, impossible } = renderDotenv(new Map([...values].map(([name, value]) => [name, value.reveal()])));
  if (impossible.length > 0) {
    throw usageError("value-not-possible", `the form of .env files cannot hold the value of ${impossible.join(", ")}`, {
      hint: "export the others by name, and these with wherry secrets get --reveal",
    });
  }
  await ctx.files.write(file, text, 0o600);
  return {
    environment: settings.environment,
    names: [...values.keys()].toSorted(),
    source: path,
    notes: ["the values are in the clear there: remove the file when it has served"],
  };
}

async function allNames(
  ctx: Context,
  settings: EnvironmentSettings,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const names = new Set(wanted);
  for (const source of openSources(ctx, settings)) for (const name of await source.names(wanted)) names.add(name);
  return [...names].toSorted();
}

async function refuseTracked(ctx: Context, file: string, shown: string): Promise<void> {
  const folder = dirname(file);
  if ((await ctx.files.stat(folder))?.kind !== "folder") {
    throw usageError("no-such-folder", `there is no folder for ${shown}`, { hint: "make it first" });
  }
  if ((await trackedFiles(ctx, folder, [file])).length > 0) {
    throw refusedError(
      "secrets-committed",
      `${shown} is in git: everybody who can read the repository would get the values`,
      {
        hint: "write to another path, outside of the repository or ignored by it",
      },
    );
  }
  const inRepository = (await listProjectFiles(ctx, folder, [file])) !== undefined;
  const name = relative(folder, file);
  if (inRepository && !isAbsolute(name) && (await ignoredBy(ctx, folder, name)) === undefined) {
    throw refusedError("secrets-not-ignored", `${shown} would be taken by the next git add`, {
      hint: `write it outside of the repository, or as .wherry/secrets.NAME.env with ${ignoredFiles} in .gitignore`,
    });
  }
}
