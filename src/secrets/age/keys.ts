import { join, resolve } from "node:path";
import { invalidError, refusedError, Secret, usageError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";

/** Private keys of whoever runs this. */
export interface Identities {
  readonly keys: readonly Secret[];
  /** For people: where they are. */
  readonly from: string;
}

export const keyVariable = "WHERRY_AGE_KEY";

/** `~/.config/wherry/age.key`; undefined where there is no home. */
export function keyFile(ctx: Context): string | undefined {
  const home = ctx.env["HOME"] ?? ctx.env["USERPROFILE"] ?? "";
  return home === "" ? undefined : join(home, ".config", "wherry", "age.key");
}

/**
 * From `WHERRY_AGE_KEY`, else from the file; undefined where there is neither.
 * @throws WherryError `age-key-readable` or `age-key-invalid`
 */
export async function readIdentities(ctx: Context): Promise<Identities | undefined> {
  const given = ctx.env[keyVariable] ?? "";
  if (given.trim() !== "") return { keys: keysIn(ctx, given, keyVariable), from: keyVariable };
  const path = keyFile(ctx);
  const stat = path === undefined ? undefined : await ctx.files.stat(path);
  if (path === undefined || stat === undefined) return undefined;
  if ((stat.mode & 0o077) !== 0) {
    throw refusedError("age-key-readable", `${path} can be read by other users of this machine`, {
      hint: `chmod 600 ${path}`,
    });
  }
  return { keys: keysIn(ctx, (await ctx.files.readText(path)) ?? "", path), from: path };
}

/** As age-keygen writes them: one a line, and comments. */
function keysIn(ctx: Context, text: string, from: string): readonly Secret[] {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const keys = lines.map((line) => new Secret(line));
  for (const key of keys) ctx.mask.add(key);
  if (lines.length === 0 || !lines.every((line) => line.startsWith("AGE-SECRET-KEY-"))) {
    throw refusedError("age-key-invalid", `${from} holds no private key of age`, {
      hint: "it starts with AGE-SECRET-KEY-; wherry secrets key makes one where there is none, and so does age-keygen",
    });
  }
  return keys;
}

/** Whom values are encrypted for: public key -> name, as wherry.yaml or the file that it names says now. */
export async function readRecipients(
  ctx: Context,
  directory: string,
  recipients: string | Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string | undefined>> {
  if (typeof recipients !== "string") {
    return new Map(Object.entries(recipients).map(([name, key]) => [key, name]));
  }
  const text = await ctx.files.readText(resolve(directory, recipients));
  if (text === undefined) {
    throw invalidError("no-recipients", `secrets_from: there is no file ${recipients}`, {
      hint: "write the public keys of those who may read the secrets into it, one a line; wherry secrets key prints yours",
    });
  }
  return new Map(recipientLines(text, recipients));
}

/** The form of `age --recipients-file`; a comment behind or above a key is its name. */
function recipientLines(text: string, file: string): readonly (readonly [string, string | undefined])[] {
  const found: [string, string | undefined][] = [];
  let above: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, key = "", comment] = /^\s*([^\s#]*)\s*(?:#\s*(.*?)\s*)?$/.exec(line) ?? [undefined, line.trim()];
    if (key === "") {
      above = comment;
      continue;
    }
    if (!/^age1[0-9a-z]+$/.test(key)) {
      const at = { file, line: index + 1, column: 1 };
      throw invalidError("no-recipients", `${file}:${index + 1}: not a public key of age`, {
        at,
        hint: "a public key starts with age1; keys of ssh are not supported",
      });
    }
    found.push([key, comment ?? above]);
    above = undefined;
  }
  if (found.length > 0) return found;
  throw usageError("no-recipients", `${file}: nobody could read the secrets`, {
    hint: "write at least one public key into it; wherry secrets key prints yours",
  });
}
