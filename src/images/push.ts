import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Context } from "../system/index.ts";
import { hexOf, type ArchivedLayer } from "./archive.ts";
import { docker, lastLines } from "./engine.ts";
import { learnLayers, readLayers, type PushedLayer } from "./layer-cache.ts";
import type { EngineInventory, ServiceImage } from "./model.ts";
import type { NamedImage } from "./payload.ts";
import { knownLayers } from "./plan.ts";
import { receiver, type Received } from "./receiver.ts";

/**
 * Always the same: an engine remembers by the address of a registry what it has compressed for it, and asks that one
 * whether it has it. No service has it registered, and it is below the range of ports that systems give out.
 */
const port = 27_419;

const PushedImage = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string(), size: z.number(), mediaType: z.string() })),
});

/** The images as they were pushed, or why they were not. */
export type Pushed =
  | {
      readonly images: readonly NamedImage[];
      /** Nobody has to wait for that before the end. */
      readonly tidied: Promise<unknown>;
    }
  | { readonly declined: string };

/**
 * Lets this machine's engine push images to Wherry itself, which says that it has the layers that the server has: an
 * engine with the graph store writes every layer of an image for `docker save`, and only new ones for a push.
 * Where that way is not open or would be the longer one, it says why, and nothing has happened.
 * @param folder a folder for the blobs, not there yet
 */
export async function pushImages(
  ctx: Context,
  images: readonly ServiceImage[],
  inventory: EngineInventory,
  folder: string,
): Promise<Pushed> {
  // The containerd store keeps layers by the digest of the bytes as they came, and saves without compressing anew.
  if (inventory.store === "containerd") return { declined: "the server's engine has the containerd store" };
  if (images.some(({ source }) => source.kind === "local" && source.store === "containerd"))
    return { declined: "the engine here has the containerd store, which saves without compressing anew" };
  const cache = await readLayers(ctx);
  const { missing, spared } = layersOf(images, inventory);
  const known = new Map([...cache].filter(([, { diffId }]) => spared.has(diffId)));
  const isStrange = spared.size > new Set([...known.values()].map(({ diffId }) => diffId)).size;
  // What the engine has never pushed it has to compress first: that pays when it is asked again, and in CI it is not.
  if (isStrange && ctx.env["CI"] !== undefined)
    return { declined: "the engine here has not pushed these layers before" };
  // What goes wrong here is no reason to fail: the other way may be open, and if it is not, it says why.
  const pushed = await receive(ctx, images, { folder, known, missing }).catch((error: unknown): Pushed => ({
    declined: error instanceof Error ? error.message : String(error),
  }));
  if ("declined" in pushed) await ctx.files.remove(folder);
  return pushed;
}

interface Wishes {
  readonly folder: string;
  /** By digest: what need not come. */
  readonly known: ReadonlyMap<string, PushedLayer>;
  /** Diff ids of what has to. */
  readonly missing: ReadonlySet<string>;
}

function layersOf(
  images: readonly ServiceImage[],
  inventory: EngineInventory,
): { readonly missing: ReadonlySet<string>; readonly spared: ReadonlySet<string> } {
  const missing = new Set(images.flatMap(({ layers = [] }) => layers.slice(knownLayers(layers, inventory))));
  const all = images.flatMap(({ layers = [] }) => layers);
  return { missing, spared: new Set(all.filter((layer) => !missing.has(layer))) };
}

async function receive(ctx: Context, images: readonly ServiceImage[], wishes: Wishes): Promise<Pushed> {
  const { folder, known } = wishes;
  await ctx.files.makeFolder(folder, 0o700);
  const repository = `wherry/${randomUUID()}`;
  const sizes = new Map([...known].map(([digest, { size }]) => [digest, size]));
  const { handle, received } = receiver(ctx, repository, folder, sizes);
  const broken = new AbortController();
  const serving = await ctx.loopback.serve(port, async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  if (serving === undefined) return { declined: `the port ${port} of this machine is taken` };
  const names = images.map(({ source }, index) => ({
    id: source.kind === "local" ? source.id : "",
    tag: `127.0.0.1:${port}/${repository}:i${index}`,
  }));
  let failure: string | undefined;
  try {
    failure = await push(ctx, names, broken.signal);
  } finally {
    await serving.close();
  }
  const untagged = ctx.processes.run(["docker", "image", "rm", ...names.map(({ tag }) => tag)], { lastOrders: true });
  const found = failure === undefined ? await imagesIn(ctx, images, received, wishes) : undefined;
  if (found !== undefined) {
    return { images: found.images, tidied: Promise.all([untagged, learnLayers(ctx, found.learned)]) };
  }
  await untagged;
  return { declined: failure ?? "the engine pushed something else than was expected" };
}

/** Why it failed, if it did. */
async function push(
  ctx: Context,
  names: readonly { readonly id: string; readonly tag: string }[],
  stop: AbortSignal,
): Promise<string | undefined> {
  const [host, ...tagged] = await Promise.all([
    docker(ctx, ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]),
    ...names.map(({ id, tag }) => docker(ctx, ["image", "tag", id, tag])),
  ]);
  // Who listens at this port of another machine is not us.
  if (!/^(?:unix|npipe):/.test(host.stdout)) return "the engine is on another machine";
  if (tagged.some(({ exitCode }) => exitCode !== 0)) return "the images cannot be named";
  const repository = names[0]?.tag.replace(/:i0$/, "") ?? "";
  const process = ctx.processes.start(["docker", "image", "push", "--quiet", "--all-tags", repository]);
  process.stdin.end();
  // The engine would try again, and wait longer each time.
  stop.addEventListener("abort", () => process.kill());
  const { exitCode, stderr } = await process.done;
  if (stop.aborted) return "what the engine pushed could not be written down";
  return exitCode === 0 ? undefined : lastLines(stderr, 1).join("");
}

interface Found {
  readonly images: readonly NamedImage[];
  readonly learned: ReadonlyMap<string, PushedLayer>;
}

async function imagesIn(
  ctx: Context,
  images: readonly ServiceImage[],
  { blobs, manifests }: Received,
  { folder, missing }: Wishes,
): Promise<Found | undefined> {
  const found: NamedImage[] = [];
  const learned = new Map<string, PushedLayer>();
  for (const [index, { reference, layers = [], digest }] of images.entries()) {
    const manifest = manifests.find(({ tag }) => tag === `i${index}`);
    const { data: pushed } = PushedImage.safeParse(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString() || "{}"));
    // An index of several platforms, or another image than the one that was asked for, is not for us.
    if (pushed?.config.digest !== digest || pushed.layers.length !== layers.length) return undefined;
    const config = await ctx.files.read(`${folder}/${hexOf(digest)}`);
    if (config === undefined) return undefined;
    const archived: ArchivedLayer[] = [];
    for (const [place, layer] of pushed.layers.entries()) {
      const diffId = layers[place] ?? "";
      const compression = compressionOf(layer.mediaType);
      const isHere = blobs.has(layer.digest);
      if (compression === undefined || (!isHere && missing.has(diffId))) return undefined;
      learned.set(layer.digest, { diffId, size: layer.size });
      const blob = hexOf(layer.digest);
      archived.push({
        diffId,
        blob,
        compression,
        file: isHere ? `${folder}/${blob}` : "",
        offset: 0,
        size: layer.size,
      });
    }
    found.push({ reference, archived: { references: [reference], config, layers: archived } });
  }
  return { images: found, learned };
}

/** Docker's own media types end in `.tar.gzip`, those of the OCI in `.tar+gzip`. Engines push no others. */
function compressionOf(mediaType: string): "gzip" | "zstd" | undefined {
  return (["gzip", "zstd"] as const).find((kind) => new RegExp(`[.+]${kind}$`).test(mediaType));
}
