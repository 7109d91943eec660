import { join } from "node:path";
import { refusedError, Secret, usageError } from "../../core/index.ts";
import { ignoredBy, listProjectFiles, trackedFiles } from "../../git/index.ts";
import type { Context } from "../../system/index.ts";
import { apply, compare } from "../../writer/index.ts";
import { changeDotenv, parseDotenv } from "../dotenv.ts";
import { secretName } from "../value.ts";
import type { SecretPlace, SecretSource } from "./source.ts";

/** Relative to the folder of wherry.yaml, with forward slashes. */
export function secretsFile(environment: string): string {
  return `.wherry/secrets.${environment}.env`;
}

/** Line of `.gitignore`. Not the whole folder: what else is in it is for the team (prices, the levels of an assessment). */
export const ignoredFiles = "/.wherry/secrets.*.env*";

/** `.wherry/secrets.<environment>.env`: on this machine alone, in the clear, for its user's eyes only. */
export function fileSource(ctx: Context, { environment, directory }: SecretPlace): SecretSource {
  const path = secretsFile(environment);
  const read = async (): Promise<ReadonlyMap<string, string>> =>
    parseDotenv((await readSecretsFile(ctx, directory, path)) ?? "");

  async function change(changes: ReadonlyMap<string, string | undefined>): Promise<readonly string[]> {
    const before = (await readSecretsFile(ctx, directory, path)) ?? "";
    const { text, impossible } = changeDotenv(before, changes);
    if (impossible.length > 0) {
      // What else is no name may be a piece of a value in a file that was written by hand.
      const own = impossible.filter((name) => changes.has(name));
      const what =
        own.length > 0
          ? `cannot hold the value of ${own.join(", ")}`
          : "cannot be changed without losing what else is in it";
      throw usageError("value-not-possible", `${path} ${what}`, {
        hint: "its form knows no escapes: a value with ', \", ` and a line end, or with Windows line ends, needs another source, such as age",
      });
    }
    const notes = await ignore(ctx, directory, path);
    const change = { path, content: text, mode: 0o600, from: "current" } as const;
    await apply(ctx, directory, await compare(ctx, directory, [change]));
    return notes;
  }

  return {
    title: `file (${path})`,
    readOnly: undefined,
    unreadable: async () => undefined,
    names: async () =>
      [...(await read())].flatMap(([name, value]) => (value === "" || !secretName.test(name) ? [] : [name])),
    async read(names) {
      const values = await read();
      return new Map(
        names.flatMap((name) => {
          const value = values.get(name) ?? "";
          return value === "" ? [] : [[name, new Secret(value)] as const];
        }),
      );
    },
    write: async (values) => ({
      notes: await change(new Map([...values].map(([name, value]) => [name, value.reveal()]))),
    }),
    async remove(names) {
      if ((await readSecretsFile(ctx, directory, path)) !== undefined)
        await change(new Map(names.map((name) => [name, undefined])));
    },
  };
}

async function readSecretsFile(ctx: Context, directory: string, path: string): Promise<string | undefined> {
  const whole = join(directory, path);
  const stat = await ctx.files.stat(whole);
  if (stat === undefined) return undefined;
  if ((stat.mode & 0o077) !== 0) {
    throw refusedError("secrets-readable", `${path} can be read by other users of this machine`, {
      hint: `chmod 600 ${path}`,
    });
  }
  if ((await trackedFiles(ctx, directory, [whole])).length > 0) {
    throw refusedError(
      "secrets-committed",
      `${path} is in git: its secrets are known to all who can read the repository`,
      { hint: `git rm --cached ${path}, write ${ignoredFiles} into .gitignore, and change the secrets` },
    );
  }
  return ctx.files.readText(whole);
}

/** Before the first value is written: `git add .` must not find it. */
async function ignore(ctx: Context, directory: string, path: string): Promise<readonly string[]> {
  const inRepository = (await listProjectFiles(ctx, directory, [join(directory, path)])) !== undefined;
  if (!inRepository || (await ignoredBy(ctx, directory, path)) !== undefined) return [];
  const before = (await ctx.files.readText(join(directory, ".gitignore"))) ?? "";
  const line = `${ignoredFiles}\n`;
  const content = before === "" || before.endsWith("\n") ? before + line : `${before}\n${line}`;
  const change = { path: ".gitignore", content, from: "current" } as const;
  await apply(ctx, directory, await compare(ctx, directory, [change]));
  return [`.gitignore has a new line, so that ${path} is not committed`];
}
