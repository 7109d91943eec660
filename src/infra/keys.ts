import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { invalidError, refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import type { PublicKey } from "./machines.ts";

/** What helps where the keys are too much for the first boot. */
export const fewerKeys =
  "name fewer in infrastructure.ssh_keys, or keys of ed25519 (100 bytes) in place of RSA (750); who is left out is added on the server, in ~/.ssh/authorized_keys";

/**
 * The public keys that may log in: as they are written, from files (`~/` is the home folder), or those of the user.
 * @throws WherryError `no-key` where there is none: a server without a key has a password
 */
export async function readKeys(
  ctx: Context,
  directory: string,
  written: readonly string[],
): Promise<readonly PublicKey[]> {
  const home = ctx.env["HOME"] ?? "/";
  const texts =
    written.length > 0
      ? await Promise.all(written.map((one) => readKey(ctx, one, resolve(directory, one.replace(/^~\//, `${home}/`)))))
      : await ownKeys(ctx, join(home, ".ssh"));
  const keys = texts.map(parseKey);
  return keys.filter(({ fingerprint }, at) => keys.findIndex((other) => other.fingerprint === fingerprint) === at);
}

async function readKey(ctx: Context, written: string, path: string): Promise<string> {
  if (/^(ssh|ecdsa|sk)-\S+ /.test(written)) return written;
  const text = await ctx.files.readText(path);
  if (text === undefined)
    throw invalidError("no-key", `infrastructure.ssh_keys: there is no file ${written}`, {
      hint: "name a public key (id_ed25519.pub), or write the key itself",
    });
  return text;
}

async function ownKeys(ctx: Context, folder: string): Promise<readonly string[]> {
  const names = (await ctx.files.stat(folder)) === undefined ? [] : await ctx.files.list(folder);
  const texts = await Promise.all(
    names.filter((name) => /^id_.+\.pub$/.test(name)).map((name) => ctx.files.readText(join(folder, name))),
  );
  const found = texts.filter((text) => text !== undefined);
  if (found.length > 0) return found;
  throw refusedError("no-key", `there is no public key in ${folder}, and infrastructure.ssh_keys names none`, {
    hint: "make one: ssh-keygen -t ed25519",
  });
}

/** @throws WherryError `bad-key` for what is none, above all for a private one */
export function parseKey(text: string): PublicKey {
  const line = text.trim();
  const [type = "", body = ""] = line.split(/\s+/);
  const bytes = Buffer.from(body, "base64");
  const named = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString("latin1") : "";
  if (line.includes("\n") || named === "" || named !== type) {
    throw invalidError("bad-key", "infrastructure.ssh_keys: that is not a public key of OpenSSH", {
      hint: "a public key is one line: ssh-ed25519 AAAA... name",
    });
  }
  // MD5 names the key at the provider, and proves nothing.
  const hash = createHash("md5").update(bytes).digest("hex");
  return { fingerprint: (hash.match(/../g) ?? []).join(":"), text: line };
}
