import { join } from "node:path";
import * as z from "zod";
import type { Context } from "../system/index.ts";

/** Enough for the layers of some hundred images, and small enough to be read in a millisecond. */
const most = 4000;

const Pairs = z.array(z.tuple([z.string(), z.string()]));

/** Which diff id the layers have that this machine's engine pushed: digest -> diff id. What cannot be read is as none. */
export async function readLayers(ctx: Context): Promise<ReadonlyMap<string, string>> {
  const path = cachePath(ctx);
  if (path === undefined) return new Map();
  try {
    return new Map(Pairs.parse(JSON.parse((await ctx.files.readText(path)) ?? "[]")));
  } catch {
    return new Map();
  }
}

/** Remembers more of them, the newest longest. A folder that cannot be written to costs speed and nothing else. */
export async function learnLayers(ctx: Context, learned: ReadonlyMap<string, string>): Promise<void> {
  const path = cachePath(ctx);
  if (path === undefined) return;
  const known = await readLayers(ctx);
  if ([...learned].every(([digest, diffId]) => known.get(digest) === diffId)) return;
  const older = [...known].filter(([digest]) => !learned.has(digest));
  const pairs = [...older, ...learned].slice(-most);
  await ctx.files.write(path, JSON.stringify(pairs), 0o600).catch(() => {});
}

function cachePath({ env }: Context): string | undefined {
  const folder = env["XDG_CACHE_HOME"] ?? (env["HOME"] === undefined ? undefined : join(env["HOME"], ".cache"));
  return folder === undefined ? undefined : join(folder, "wherry", "layers.json");
}
