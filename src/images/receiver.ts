import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
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
  /** Digests that need not come, and how many bytes they stand for. */
  readonly known: ReadonlyMap<string, number>;
  readonly blobs: Map<string, number>;
  readonly manifests: PushedManifest[];
  readonly uploads: Map<string, Upload>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The receiving half of a registry, for one push from this machine's engine: the engine leaves out the layers that it is
 * told are there. As the OCI distribution specification has it ("Pushing content", 1.1); it can be pulled from by nobody.
 * @param repository the only one that is taken; a name that nobody can guess keeps others of this machine out
 * @param folder where blobs are written, as files named by the 64 digits of their digest
 * @param known digests that need not come, and how many bytes they stand for
 */
export function receiver(ctx: Context, repository: string, folder: string, known: ReadonlyMap<string, number>) {
  const desk: Desk = { repository, folder, known, blobs: new Map(), manifests: [], uploads: new Map() };
  return {
    received: { blobs: desk.blobs, manifests: desk.manifests } satisfies Received,
    /** Throws where what comes cannot be written down. */
    handle: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { status, headers } = await answer(ctx, desk, request);
      request.resume();
      response.writeHead(status, {
        "docker-distribution-api-version": "registry/2.0",
        "content-length": "0",
        ...headers,
      });
      response.end();
    },
  };
}

async function answer(ctx: Context, desk: Desk, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (pathname === "/v2/") return { status: 200 };
  const prefix = `/v2/${desk.repository}/`;
  if (!pathname.startsWith(prefix)) return { status: 404 };
  const path = pathname.slice(prefix.length);
  const blob = /^blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1];
  const upload = /^blobs\/uploads\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const tag = /^manifests\/([\w.-]+)$/.exec(path)?.[1];

  if (blob !== undefined && request.method === "HEAD") {
    const size = sizeOf(desk, blob);
    if (size === undefined) return { status: 404 };
    // The engine writes this size into the manifest.
    return { status: 200, headers: { "docker-content-digest": blob, "content-length": String(size) } };
  }
  if (path === "blobs/uploads/" && request.method === "POST") return beginUpload(ctx, desk, request, searchParams);
  if (upload !== undefined && request.method === "PATCH") return continueUpload(desk, upload, request);
  if (upload !== undefined && request.method === "PUT") {
    return endUpload(ctx, desk, upload, request, searchParams.get("digest") ?? "");
  }
  if (tag !== undefined && request.method === "PUT") {
    const bytes = await buffer(request);
    desk.manifests.push({ tag, bytes });
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    return { status: 201, headers: { location: pathname, "docker-content-digest": digest } };
  }
  return { status: 404 };
}

function sizeOf({ known, blobs }: Desk, digest: string): number | undefined {
  return blobs.get(digest) ?? known.get(digest);
}

async function beginUpload(
  ctx: Context,
  desk: Desk,
  request: IncomingMessage,
  parameters: URLSearchParams,
): Promise<Answer> {
  const mount = parameters.get("mount");
  if (mount !== null && sizeOf(desk, mount) !== undefined) return created(desk, mount);
  const id = randomUUID();
  const path = `${desk.folder}/${id}`;
  const file = ctx.files.openWrite(path);
  // Each write tells its own failure; without a listener the stream would end the whole program.
  file.on("error", () => {});
  desk.uploads.set(id, { path, file, hash: createHash("sha256"), size: 0 });
  const digest = parameters.get("digest");
  if (digest !== null) return endUpload(ctx, desk, id, request, digest);
  return {
    status: 202,
    headers: { location: `/v2/${desk.repository}/blobs/uploads/${id}`, "docker-upload-uuid": id, range: "0-0" },
  };
}

async function continueUpload(desk: Desk, id: string, request: IncomingMessage): Promise<Answer> {
  const upload = desk.uploads.get(id);
  if (upload === undefined) return { status: 404 };
  await take(upload, request);
  const location = `/v2/${desk.repository}/blobs/uploads/${id}`;
  return {
    status: 202,
    headers: { location, range: `0-${Math.max(0, upload.size - 1)}`, "docker-upload-uuid": id },
  };
}

async function endUpload(
  ctx: Context,
  desk: Desk,
  id: string,
  request: IncomingMessage,
  wanted: string,
): Promise<Answer> {
  const upload = desk.uploads.get(id);
  if (upload === undefined) return { status: 404 };
  await take(upload, request);
  desk.uploads.delete(id);
  upload.file.end();
  await once(upload.file, "close");
  const hex = upload.hash.digest("hex");
  if (wanted !== `sha256:${hex}`) {
    await ctx.files.remove(upload.path);
    return { status: 400 };
  }
  await ctx.files.rename(upload.path, `${desk.folder}/${hex}`);
  desk.blobs.set(wanted, upload.size);
  return created(desk, wanted);
}

function created({ repository }: Desk, digest: string): Answer {
  return {
    status: 201,
    headers: { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest },
  };
}

async function take(upload: Upload, request: IncomingMessage): Promise<void> {
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      upload.hash.update(chunk);
      upload.size += chunk.length;
      await new Promise<void>((resolve, reject) => {
        upload.file.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
  } catch (error) {
    upload.file.destroy();
    throw error;
  }
}
