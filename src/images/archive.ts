import { buffer } from "node:stream/consumers";
import { posix } from "node:path";
import { refusedError } from "../core/index.ts";
import type { Context } from "../system/index.ts";

/** One image in an archive of `docker save`, whichever engine wrote it. */
export interface ArchivedImage {
  readonly references: readonly string[];
  /** The image's configuration, byte for byte: its SHA-256 is the image's id. */
  readonly config: Uint8Array;
  readonly layers: readonly ArchivedLayer[];
}

export interface ArchivedLayer {
  readonly diffId: string;
  /** SHA-256 of the bytes as they are in the archive: the diff id, unless they are compressed. */
  readonly blob: string;
  readonly compression: "gzip" | "zstd" | undefined;
  /** Where its bytes are; empty where they were not read, for the server has them. */
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** What of manifest.json and of an image's configuration matters here. */
interface ManifestEntry {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

interface ImageConfig {
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
}

interface Entry {
  readonly offset: number;
  readonly size: number;
}

const block = 512;

/**
 * Reads what is in an archive, without reading the layers: it jumps from header to header. Engines before 25 write one
 * folder per layer (`<id>/layer.tar`), newer ones the OCI layout (`blobs/sha256/<digest>`); both have manifest.json.
 */
export async function readArchive(ctx: Context, path: string): Promise<readonly ArchivedImage[]> {
  const entries = await readEntries(ctx, path);
  const bytesOf = async (name: string): Promise<Uint8Array> => {
    const entry = entries.get(name);
    if (entry === undefined) throw unreadable(`${name} is not in it`);
    return readBytes(ctx, path, entry);
  };
  const manifest = parse(await bytesOf("manifest.json")) as readonly ManifestEntry[];
  return Promise.all(
    manifest.map(async ({ Config, RepoTags, Layers }) => {
      const config = await bytesOf(Config);
      const diffIds = (parse(config) as ImageConfig).rootfs?.diff_ids ?? [];
      if (diffIds.length !== Layers.length)
        throw unreadable(`${Config} has another number of layers than its manifest`);
      const layers = await Promise.all(
        diffIds.map(async (diffId, index): Promise<ArchivedLayer> => {
          const name = Layers[index] ?? "";
          const entry = entries.get(name);
          if (entry === undefined) throw unreadable(`${name} is not in it`);
          const blob = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1] ?? hexOf(diffId);
          const compression =
            blob === hexOf(diffId)
              ? undefined
              : compressionOf(await readBytes(ctx, path, { ...entry, size: Math.min(entry.size, 4) }));
          return { diffId, blob, compression, file: path, ...entry };
        }),
      );
      return { references: RepoTags ?? [], config, layers };
    }),
  );
}

/** By the first bytes of a layer; the containerd store keeps layers as they came from a registry. */
function compressionOf(start: Uint8Array): ArchivedLayer["compression"] {
  const magic = Buffer.from(start).toString("hex");
  if (magic.startsWith("1f8b")) return "gzip";
  return magic === "28b52ffd" ? "zstd" : undefined;
}

/** The hexadecimal part of `sha256:...`. */
export function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1);
}

async function readEntries(ctx: Context, path: string): Promise<ReadonlyMap<string, Entry>> {
  const total = (await ctx.files.stat(path))?.size ?? 0;
  const entries = new Map<string, Entry>();
  const links: (readonly [string, string])[] = [];
  let named: { readonly path?: string; readonly size?: number } = {};
  for (let at = 0; at + block <= total;) {
    const header = Buffer.from(await readBytes(ctx, path, { offset: at, size: block }));
    // Two blocks of zeros are the end.
    if (header[0] === 0) break;
    const name = named.path ?? nameIn(header);
    const size = named.size ?? numberIn(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const entry = { offset: at + block, size };
    named = {};
    if (type === "x") named = extended(Buffer.from(await readBytes(ctx, path, entry)).toString());
    else if (type === "0" || type === "\0") entries.set(name, entry);
    // A layer that is in the archive already is a link to it: `../<id>/layer.tar`.
    else if (type === "2") links.push([name, posix.join(posix.dirname(name), text(header, 157, 100))]);
    else if (type === "1") links.push([name, text(header, 157, 100)]);
    at = entry.offset + Math.ceil((type === "1" || type === "2" || type === "5" ? 0 : size) / block) * block;
  }
  for (const [name, target] of links) {
    const entry = entries.get(target);
    if (entry !== undefined) entries.set(name, entry);
  }
  return entries;
}

async function readBytes(ctx: Context, path: string, { offset, size }: Entry): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array();
  return buffer(ctx.files.openRead(path, { start: offset, end: offset + size - 1 }));
}

function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

function nameIn(header: Buffer): string {
  const prefix = text(header, 257, 5) === "ustar" && header[262] === 0 ? text(header, 345, 155) : "";
  return prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

/** Octal; from 8 GiB on, binary with the first bit set. */
function numberIn(header: Buffer): number {
  return (header[124] ?? 0) & 0x80
    ? header.readUIntBE(130, 6)
    : Number.parseInt(text(header, 124, 12).trim() || "0", 8);
}

/** Records of a pax header: `LENGTH KEY=VALUE\n`. */
function extended(records: string): { readonly path?: string; readonly size?: number } {
  const path = /^\d+ path=(.*)$/m.exec(records)?.[1];
  const size = /^\d+ size=(\d+)$/m.exec(records)?.[1];
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size: Number(size) }) };
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

function unreadable(why: string): Error {
  return refusedError("image-archive-unreadable", `the archive that docker save wrote cannot be read: ${why}`);
}
