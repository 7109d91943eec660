import { Readable } from "node:stream";
import { refusedError, type Report } from "../core/index.ts";
import { script, type Script } from "../server/index.ts";
import { quote, type Context } from "../system/index.ts";
import { createHash } from "node:crypto";
import { readArchive, type ArchivedImage } from "./archive.ts";
import { docker, lastLines } from "./engine.ts";
import { chunkBytes, fileFrames, frame } from "./frames.ts";
import type { EngineInventory, FetchImages, Pull, ServiceImage, Shipment } from "./model.ts";
import { fullName, payloadOf, type NamedImage, type PayloadFile } from "./payload.ts";
import { isOnlyUnnamed } from "./plan.ts";
import { pushImages } from "./push.ts";
import program from "./scripts/receive.pl?raw";
import pull from "./scripts/pull.sh?raw";
import receive from "./scripts/receive.sh?raw";

/** A shipment on its way: run `script` with `input` on its standard input; more data may follow behind it. */
export interface OpenShipment {
  readonly script: Script;
  readonly input: Readable;
  /** Removes the archive from this machine's disk. */
  close(): Promise<void>;
}

/**
 * Opens the shipment of what is missing of `images`; undefined where nothing is.
 * @param fetch brings what another server has; needed where one of them comes from there
 */
export async function openShipment(
  ctx: Context,
  images: readonly ServiceImage[],
  shipment: Shipment,
  inventory: EngineInventory,
  report: Report,
  fetch?: FetchImages,
): Promise<OpenShipment | undefined> {
  const references = new Set(shipment.missing.map(({ reference }) => reference));
  const missing = images.filter(({ reference }) => references.has(reference));
  if (missing.length === 0) return undefined;
  const unnamed = missing.filter((image) => isOnlyUnnamed(image, inventory));
  const absent = missing.filter((image) => !isOnlyUnnamed(image, inventory));
  const text = `receive=${quote(program)}\n${receive}`;
  const names = unnamed.flatMap(({ digest, reference }) => [digest, reference]);
  const folder = await openFolder(ctx);
  try {
    const here = absent.filter(({ source }) => source.kind === "local");
    const read = await readImages(ctx, here, inventory, folder.path, report);
    const there = absent.filter(({ source }) => source.kind === "server");
    const fetched = await fetchImages(ctx, there, `${folder.path}/fetched.tar`, fetch);
    const files = absent.length === 0 ? [] : payloadOf([...read.images, ...fetched], inventory);
    const input = Readable.from(framesOf(ctx, files, inventory, report), { objectMode: false });
    const loaded = absent.map(({ reference }) => reference);
    return {
      script: script(text, [String(unnamed.length), ...names, ...loaded]),
      input,
      // Not `input.destroy()`: who still holds it, as the script ended before it had read all, would see that as an error.
      async close() {
        await read.tidied;
        await folder.close();
      },
    };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** Lets the server's engine pull what is in a registry, and name it. */
export function pullScript(pulls: readonly Pull[]): Script {
  return script(
    pull,
    pulls.flatMap(({ pull: name, reference }) => [name, reference]),
  );
}

interface ReadImages {
  readonly images: readonly NamedImage[];
  /** What is put in order at leisure: to be awaited before the end. */
  readonly tidied: Promise<unknown>;
}

/** Out of this machine's engine: only what the server lacks where the engine can tell that apart, else all of it. */
async function readImages(
  ctx: Context,
  images: readonly ServiceImage[],
  inventory: EngineInventory,
  folder: string,
  report: Report,
): Promise<ReadImages> {
  if (images.length === 0) return { images: [], tidied: Promise.resolve() };
  const pushed = await pushImages(ctx, images, inventory, `${folder}/pushed`);
  if (!("declined" in pushed)) return pushed;
  report({ type: "line", text: `images | saved whole, and not pushed by layers: ${pushed.declined}` });
  return { images: await saveImages(ctx, images, `${folder}/images.tar`), tidied: Promise.resolve() };
}

async function saveImages(
  ctx: Context,
  images: readonly ServiceImage[],
  archive: string,
): Promise<readonly NamedImage[]> {
  const references = images.map(({ reference }) => reference);
  // Into a file, not a pipe: what must be sent is known only at its end, and a file can be read from where it matters.
  const saved = await docker(ctx, ["image", "save", "--output", archive, ...references]);
  if (saved.exitCode !== 0) {
    throw refusedError("image-save-failed", "the images cannot be read from the Docker engine of this machine", {
      context: lastLines(saved.stderr, 5),
      hint: `look at: docker image ls 'wherry/*'`,
    });
  }
  const archived = await readArchive(ctx, archive);
  return references.map((reference) => ({ reference, archived: find(archived, reference) }));
}

/** What arrives has to be the image that the other engine said it has, whoever wrote the archive. */
async function fetchImages(
  ctx: Context,
  images: readonly ServiceImage[],
  archive: string,
  fetch: FetchImages | undefined,
): Promise<readonly NamedImage[]> {
  if (images.length === 0) return [];
  const references = images.map(({ reference }) => reference);
  if (fetch === undefined) throw new Error(`nobody fetches ${references.join(", ")}`);
  await fetch(references, archive);
  const archived = await readArchive(ctx, archive);
  return images.map(({ reference, source }) => {
    const image = find(archived, reference);
    const id = `sha256:${createHash("sha256").update(image.config).digest("hex")}`;
    // With the containerd store the id is that of a manifest, and an archive may have another manifest of the same image.
    if (source.kind === "server" && source.store === "graph" && source.id !== id) {
      throw refusedError("image-differs", `${reference} arrived as ${id}, and is ${source.id} where it comes from`, {
        hint: "deploy again; if it stays so, look at that server: docker image inspect",
      });
    }
    return { reference, archived: image };
  });
}

function find(archived: readonly ArchivedImage[], reference: string): ArchivedImage {
  const image = archived.find(({ references }) => references.some((name) => fullName(name) === fullName(reference)));
  if (image === undefined) throw new Error(`docker save left out ${reference}`);
  return image;
}

async function* framesOf(
  ctx: Context,
  files: readonly PayloadFile[],
  inventory: EngineInventory,
  report: Report,
): AsyncGenerator<Buffer> {
  const layers = files.filter(({ from }) => "offset" in from);
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const offsetOf = (file: PayloadFile): number => {
    const size = inventory.parts[file.path.slice(file.path.lastIndexOf("/") + 1)] ?? 0;
    return "offset" in file.from && size <= file.size ? size : 0;
  };
  let done = layers.reduce((sum, file) => sum + offsetOf(file), 0);
  const tell = (bytes: number): void => {
    done += bytes;
    report({ type: "transfer", title: "images", done, total });
  };
  for (const file of files) {
    const offset = offsetOf(file);
    const options = { level: file.compressed ? 0 : 1, onSent: "offset" in file.from ? tell : () => {} };
    yield* fileFrames(file, offset, bytesFrom(ctx, file, offset), options);
  }
  yield frame("E");
}

async function* bytesFrom(ctx: Context, { from, size }: PayloadFile, offset: number): AsyncGenerator<Uint8Array> {
  if ("bytes" in from) {
    yield from.bytes;
    return;
  }
  if (offset === size) return;
  const range = { start: from.offset + offset, end: from.offset + size - 1 };
  yield* inChunks(ctx.files.openRead(from.file, range));
}

async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.length;
    if (length < chunkBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(pieces);
}

/** A temporary folder that stays until it is closed. */
async function openFolder(ctx: Context): Promise<{ readonly path: string; close(): Promise<void> }> {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open, reject } = Promise.withResolvers<string>();
  const removed = ctx.files.withTemporaryFolder(async (path) => {
    open(path);
    await closed;
  });
  removed.catch(reject);
  return {
    path: await opened,
    async close() {
      close();
      await removed;
    },
  };
}
