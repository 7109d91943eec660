import { join } from "node:path";
import { refusedError, Secret } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** Names that the generated workflow reads, and where the public half is kept for people. */
export const deployKeyName = "WHERRY_SSH_KEY";
export const publicKeyName = "WHERRY_SSH_PUBLIC_KEY";

export interface KeyPair {
  readonly key: Secret;
  /** One line, for authorized_keys. */
  readonly publicKey: string;
}

/** A new key for one environment. It is in a file for a moment, in a folder that only the user can enter. */
export async function makeDeployKey(ctx: Context, comment: string): Promise<KeyPair> {
  return ctx.files.withTemporaryFolder(async (folder) => {
    const file = join(folder, "key");
    const made = await ctx.processes.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file], {
      timeout: 30_000,
    });
    const [text, publicKey] = [await ctx.files.readText(file), await ctx.files.readText(`${file}.pub`)];
    if (made.exitCode !== 0 || text === undefined || publicKey === undefined) {
      throw refusedError("no-ssh-keygen", "no key was made: ssh-keygen did not do it", {
        hint: "install OpenSSH's ssh-keygen",
        context: made.stderr.split("\n").filter((line) => line !== ""),
      });
    }
    const key = new Secret(text);
    ctx.mask.add(key);
    return { key, publicKey: publicKey.trim() };
  });
}
