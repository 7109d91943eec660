import { isAbsolute, join } from "node:path";
import * as z from "zod";
import type { Context } from "../system/index.ts";

/** A layer as this machine's engine pushes it. */
export interface PushedLayer {
  readonly diffId: string;
  /** Of the bytes that were pushed, which are compressed. */
  readonly size: number;
}

/** Enough for the layers of some hundred images, and small enough to be read in a millisecond. */
const most = 4000;

const Lines = z.array(z.tuple([z.string(), z.string(), z.int().nonnegative()]));

/** The layers that this machine's engine has pushed before, by digest. What cannot be read is as none. */
export async function readLayers(ctx: Context): Promise<ReadonlyMap<string, PushedLayer>> {
  const path = cachePath(ctx);
  if (path === undefined) return new Map();
  try {
    const lines = Lines.parse(JSON.parse((await ctx.files.readText(path)) ?? "[]"));
    return new Map(lines.map(([digest, diffId, size]) => [digest, { diffId, size }]));
  } catch {
    return new Map();
  }
}

/** Remembers more of them, the newest longest. A folder that cannot be written to costs speed and nothing else. */
export async function learnLayers(ctx: Context, learned: ReadonlyMap<string, PushedLayer>): Promise<void> {
  const path = cachePath(ctx);
  if (path === undefined) return;
  const known = await readLayers(ctx);
  const isKnown = ([digest, { diffId, size }]: readonly [string, PushedLayer]): boolean =>
    known.get(digest)?.diffId === diffId && known.get(digest)?.size === size;
  if ([...learned].every(isKnown)) return;
  const older = [...known].filter(([digest]) => !learned.has(digest));
  const lines = [...older, ...learned].slice(-most).map(([digest, { diffId, size }]) => [digest, diffId, size]);
  await ctx.files.write(path, JSON.stringify(lines), 0o600).catch(() => {});
}

/** An empty or a relative XDG_CACHE_HOME counts for nothing, as its specification has it. */
function cachePath({ env }: Context): string | undefined {
  const { XDG_CACHE_HOME: cache = "", HOME: home = "" } = env;
  const folder = [cache, home === "" ? "" : join(home, ".cache")].find(isAbsolute);
  return folder === undefined ? undefined : join(folder, "wherry", "layers.json");
}
