import { refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { newKeyPair, publicKeyOf } from "./age/crypt.ts";
import { keyFile, readIdentities } from "./age/keys.ts";

/** The public keys of whoever runs this; where there is none, a key is made. The private one stays in its file. */
export async function makeKey(
  ctx: Context,
): Promise<{ readonly recipients: readonly string[]; readonly from: string; readonly made: boolean }> {
  const there = await readIdentities(ctx);
  if (there !== undefined) {
    try {
      return { recipients: await Promise.all(there.keys.map(publicKeyOf)), from: there.from, made: false };
    } catch {
      throw refusedError("age-key-invalid", `${there.from} holds a private key that is damaged`, {
        hint: "take it from your backup: what is encrypted for it alone cannot be read without it",
      });
    }
  }
  const path = keyFile(ctx);
  if (path === undefined)
    throw refusedError("no-home", "there is no home folder to keep a key in", { hint: "set HOME" });
  const { identity, recipient } = await newKeyPair();
  const text = `# created: ${ctx.clock.now().toISOString()}\n# public key: ${recipient}\n${identity}\n`;
  await ctx.files.write(path, text, 0o600);
  return { recipients: [recipient], from: path, made: true };
}
