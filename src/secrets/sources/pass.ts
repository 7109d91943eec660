import { join } from "node:path";
import type { SecretsFrom } from "../../config/index.ts";
import { Secret, usageError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { ask } from "./program.ts";
import type { SecretSource } from "./source.ts";

/** The program pass: one entry for each secret, of which the whole content is the value. */
export function passSource(ctx: Context, { folder }: SecretsFrom & { readonly kind: "pass" }): SecretSource {
  const store = ctx.env["PASSWORD_STORE_DIR"] ?? join(ctx.env["HOME"] ?? "", ".password-store");
  const path = join(store, folder);
  const hint = "pass ls must work here: pass init, gpg and its agent";
  const names = async (): Promise<readonly string[]> => {
    if ((await ctx.files.stat(path))?.kind !== "folder") return [];
    const files = await ctx.files.list(path);
    return files.filter((file) => file.endsWith(".gpg")).map((file) => file.slice(0, -".gpg".length));
  };
  return {
    title: `pass (${folder})`,
    readOnly: undefined,
    unreadable: async () => undefined,
    names,
    async read(wanted) {
      const there = new Set(await names());
      const found = new Map<string, Secret>();
      // One after the other: the agent asks for the passphrase at most once.
      for (const name of wanted.filter((one) => there.has(one))) {
        const text = await ask(ctx, ["pass", "show", `${folder}/${name}`], { what: `show ${name}`, hint });
        found.set(name, new Secret(withoutLineEnd(text)));
      }
      return found;
    },
    async write(values) {
      for (const [name, value] of values) {
        if (withoutLineEnd(withLineEnd(value.reveal())) === value.reveal()) continue;
        throw usageError("value-not-possible", `pass cannot hold the value of ${name}: one line with a line end`, {
          hint: "take the line end away",
        });
      }
      for (const [name, value] of values) {
        const argv = ["pass", "insert", "--multiline", "--force", `${folder}/${name}`] as const;
        await ask(ctx, argv, { what: `insert ${name}`, hint, input: withLineEnd(value.reveal()) });
      }
      return { notes: [] };
    },
    async remove(wanted) {
      const there = new Set(await names());
      for (const name of wanted.filter((one) => there.has(one)))
        await ask(ctx, ["pass", "rm", "--force", `${folder}/${name}`], { what: `remove ${name}`, hint });
    },
  };
}

/** `pass insert` ends a line that somebody types; it is no part of a password. Texts of several lines are as they are. */
function withoutLineEnd(text: string): string {
  return /^[^\n]*\n$/.test(text) ? text.slice(0, -1) : text;
}

function withLineEnd(value: string): string {
  return value.includes("\n") ? value : `${value}\n`;
}
