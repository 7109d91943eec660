import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Writable } from "node:stream";
import type { Context } from "../system/index.ts";

/** A manifest that was pushed, byte for byte, and the tag that it was pushed as. */
export interface PushedManifest {
  readonly tag: string;
  readonly bytes: Uint8Array;
}

/** What a push brought. */
export interface Received {
  /** `sha256:...` -> size of the file of that digest in the folder. */
  readonly blobs: ReadonlyMap<string, number>;
  readonly manifests: readonly PushedManifest[];
}

interface Upload {
  readonly path: string;
  readonly file: Writable;
  readonly hash: ReturnType<typeof createHash>;
  size: number;
}

interface Desk {
  readonly repository: string;
  readonly folder: string;
  /** Digests that need not come. */
  readonly known: ReadonlySet<string>;
  readonly blobs: Map<string, number>;
  readonly manifests: PushedManifest[];
  readonly uploads: Map<string, Upload>;
}

/**
 * The receiving half of a registry, for one push from this machine's engine: the engine leaves out the layers that it is
 * told are there. As the OCI distribution specification has it ("Pushing content", 1.1); it can be pulled from by nobody.
 * @param repository the only one that is taken; a name that nobody can guess keeps others of this machine out
 * @param folder where blobs are written, as files named by the 64 digits of their digest
 */
export function receiver(ctx: Context, repository: string, folder: string, known: ReadonlySet<string>) {
  const desk: Desk = { repository, folder, known, blobs: new Map(), manifests: [], uploads: new Map() };
  return {
    received: { blobs: desk.blobs, manifests: desk.manifests } satisfies Received,
    handle: (request: IncomingMessage, response: ServerResponse): Promise<void> => answer(ctx, desk, request, response),
  };
}

async function answer(ctx: Context, desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const reply = (status: number, headers: Readonly<Record<string, string>> = {}): void => {
    request.resume();
    response.writeHead(status, {
      "docker-distribution-api-version": "registry/2.0",
      "content-length": "0",
      ...headers,
    });
    response.end();
  };
  if (url.pathname === "/v2/") return reply(200);
  const prefix = `/v2/${desk.repository}/`;
  if (!url.pathname.startsWith(prefix)) return reply(404);
  const path = url.pathname.slice(prefix.length);
  const blob = /^blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1];
  const upload = /^blobs\/uploads\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const tag = /^manifests\/([\w.-]+)$/.exec(path)?.[1];
  const there = (digest: string): boolean => desk.known.has(digest) || desk.blobs.has(digest);

  if (blob !== undefined && request.method === "HEAD")
    return reply(there(blob) ? 200 : 404, { "docker-content-digest": blob });
  if (path === "blobs/uploads/" && request.method === "POST") {
    const mount = url.searchParams.get("mount");
    if (mount !== null && there(mount))
      return reply(201, { location: `${prefix}blobs/${mount}`, "docker-content-digest": mount });
    return reply(202, beginUpload(ctx, desk, prefix));
  }
  if (upload !== undefined) {
    const under = desk.uploads.get(upload);
    if (under === undefined) return reply(404);
    await take(under, request);
    if (request.method === "PATCH") {
      const range = `0-${Math.max(0, under.size - 1)}`;
      return reply(202, { location: url.pathname, range, "docker-upload-uuid": upload });
    }
    desk.uploads.delete(upload);
    const digest = await endUpload(ctx, desk, under, url.searchParams.get("digest") ?? "");
    return digest === undefined
      ? reply(400)
      : reply(201, { location: `${prefix}blobs/${digest}`, "docker-content-digest": digest });
  }
  if (tag !== undefined && request.method === "PUT") {
    const bytes = await buffer(request);
    desk.manifests.push({ tag, bytes });
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    return reply(201, { location: url.pathname, "docker-content-digest": digest });
  }
  return reply(404);
}

function beginUpload(ctx: Context, { folder, uploads }: Desk, prefix: string): Readonly<Record<string, string>> {
  const id = randomUUID();
  const path = `${folder}/${id}`;
  const file = ctx.files.openWrite(path);
  // A full disk is found at the end of the upload, and ends the push alone.
  file.on("error", () => {});
  uploads.set(id, { path, file, hash: createHash("sha256"), size: 0 });
  return { location: `${prefix}blobs/uploads/${id}`, "docker-upload-uuid": id, range: "0-0" };
}

async function take(upload: Upload, request: IncomingMessage): Promise<void> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    upload.hash.update(chunk);
    upload.size += chunk.length;
    if (upload.file.destroyed || upload.file.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      upload.file.once("drain", () => resolve());
      upload.file.once("close", () => resolve());
    });
  }
}

/** Undefined where the bytes are not those of the digest. */
async function endUpload(ctx: Context, desk: Desk, upload: Upload, wanted: string): Promise<string | undefined> {
  if (!upload.file.destroyed) {
    await new Promise<void>((resolve) => {
      upload.file.once("close", () => resolve());
      upload.file.end();
    });
  }
  if (upload.file.errored !== null) return undefined;
  const hex = upload.hash.digest("hex");
  if (wanted !== `sha256:${hex}`) return undefined;
  await ctx.files.rename(upload.path, `${desk.folder}/${hex}`);
  desk.blobs.set(wanted, upload.size);
  return wanted;
}
