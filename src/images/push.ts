import { randomUUID } from "node:crypto";
import type { Context } from "../system/index.ts";
import { hexOf } from "./archive.ts";
import { docker } from "./engine.ts";
import { learnLayers, readLayers } from "./layer-cache.ts";
import type { EngineInventory, ServiceImage } from "./model.ts";
import type { NamedImage } from "./payload.ts";
import { knownLayers } from "./plan.ts";
import { receiver, type Received } from "./receiver.ts";

/**
 * Always the same: an engine remembers by the address of a registry what it has compressed for it, and asks that one
 * whether it has it. No service has it registered, and it is below the range of ports that systems give out.
 */
const port = 27_419;

interface PushedImage {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

/**
 * Lets this machine's engine push images to Wherry itself, which says that it has the layers that the server has: an
 * engine with the graph store writes every layer of an image for `docker save`, and only new ones for a push.
 * Undefined where that way is not open or would be the longer one; nothing has happened then.
 * @param folder a folder for the blobs, not there yet
 */
export async function pushImages(
  ctx: Context,
  images: readonly ServiceImage[],
  inventory: EngineInventory,
  folder: string,
): Promise<readonly NamedImage[] | undefined> {
  // The containerd store keeps layers by the digest of the bytes as they came, and saves without compressing anew.
  if (inventory.store !== "graph") return undefined;
  const layers = images.flatMap((image) => image.layers ?? []);
  if (images.some((image) => image.layers === undefined)) return undefined;
  const missing = new Set(images.flatMap((image) => image.layers?.slice(knownLayers(image.layers, inventory)) ?? []));
  const spared = new Set(layers.filter((layer) => !missing.has(layer)));
  const cache = await readLayers(ctx);
  const known = [...cache].filter(([, diffId]) => spared.has(diffId));
  const strange = spared.size > new Set(known.map(([, diffId]) => diffId)).size;
  // What the engine has never pushed it has to compress first: that pays when it is asked again, and in CI it is not.
  if (strange && ctx.env["CI"] !== undefined) return undefined;

  await ctx.files.makeFolder(folder, 0o700);
  const repository = `wherry/${randomUUID()}`;
  const { handle, received } = receiver(ctx, repository, folder, new Set(known.map(([digest]) => digest)));
  const serving = await ctx.loopback.serve(port, handle);
  if (serving === undefined) return undefined;
  try {
    if (!(await push(ctx, images, `127.0.0.1:${port}/${repository}`))) return undefined;
    return await imagesIn(ctx, images, received, { folder, missing });
  } finally {
    await serving.close();
  }
}

async function push(ctx: Context, images: readonly ServiceImage[], name: string): Promise<boolean> {
  const tags = images.map(({ source }, index) => ({
    id: source.kind === "local" ? source.id : "",
    tag: `${name}:i${index}`,
  }));
  try {
    const tagged = await Promise.all(tags.map(({ id, tag }) => docker(ctx, ["image", "tag", id, tag])));
    if (tagged.some(({ exitCode }) => exitCode !== 0)) return false;
    const pushed = await docker(ctx, ["image", "push", "--quiet", "--all-tags", name]);
    return pushed.exitCode === 0;
  } finally {
    await ctx.processes.run(["docker", "image", "rm", ...tags.map(({ tag }) => tag)], { lastOrders: true });
  }
}

interface Expected {
  readonly folder: string;
  readonly missing: ReadonlySet<string>;
}

async function imagesIn(
  ctx: Context,
  images: readonly ServiceImage[],
  { blobs, manifests }: Received,
  { folder, missing }: Expected,
): Promise<readonly NamedImage[] | undefined> {
  const found: NamedImage[] = [];
  const learned = new Map<string, string>();
  for (const [index, { reference, layers = [], digest }] of images.entries()) {
    const manifest = manifests.find(({ tag }) => tag === `i${index}`);
    if (manifest === undefined) return undefined;
    const pushed = JSON.parse(Buffer.from(manifest.bytes).toString()) as Partial<PushedImage>;
    // An index of several platforms, or another image than the one that was asked for, is not for us.
    if (pushed.config?.digest !== digest || pushed.layers?.length !== layers.length) return undefined;
    const config = await ctx.files.read(`${folder}/${hexOf(digest)}`);
    if (config === undefined) return undefined;
    const archived = pushed.layers.map((layer, place) => {
      const diffId = layers[place] ?? "";
      learned.set(layer.digest, diffId);
      const file = blobs.has(layer.digest) ? `${folder}/${hexOf(layer.digest)}` : "";
      return { diffId, blob: hexOf(layer.digest), compression: "gzip" as const, file, offset: 0, size: layer.size };
    });
    if (archived.some(({ diffId, file }) => file === "" && missing.has(diffId))) return undefined;
    found.push({ reference, archived: { references: [reference], config, layers: archived } });
  }
  await learnLayers(ctx, learned);
  return found;
}
