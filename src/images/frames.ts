import { promisify } from "node:util";
import { gzip as gzipWithCallback } from "node:zlib";
import type { PayloadFile } from "./payload.ts";

/**
 * What crosses the network, for receive.pl: frames of one letter, the length of what follows (4 bytes, big-endian), and
 * what follows. `F`: a file begins, `PATH OFFSET SIZE`. `Z`: its next bytes, a whole gzip member, so that nothing that
 * arrived is lost when the connection is cut. `E`: that was all.
 */
export function frame(letter: "F" | "Z" | "E", content: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** Uncompressed bytes per frame: small enough to lose little when cut, large enough to compress as well as a whole file. */
export const chunkBytes = 1024 * 1024;

/** Chunks that are compressed side by side, ahead of the network. */
const ahead = 4;

const gzip = promisify(gzipWithCallback);

/**
 * One file from `offset` on, as frames.
 * @param level of gzip; 0 for what is compressed already
 * @param onSent told the uncompressed bytes of each frame when it is taken
 */
export async function* fileFrames(
  file: PayloadFile,
  offset: number,
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly level: number; readonly onSent: (bytes: number) => void },
): AsyncGenerator<Buffer> {
  yield frame("F", Buffer.from(`${file.path} ${offset} ${file.size}`));
  const waiting: { readonly bytes: number; readonly packed: Promise<Buffer> }[] = [];
  for await (const chunk of chunks) {
    const packed = gzip(chunk, { level: options.level });
    // Awaited later, in order; until then a failure must not count as one that nobody handles.
    packed.catch(() => {});
    waiting.push({ bytes: chunk.length, packed });
    if (waiting.length >= ahead) yield* take(waiting, options.onSent);
  }
  while (waiting.length > 0) yield* take(waiting, options.onSent);
}

async function* take(
  waiting: { readonly bytes: number; readonly packed: Promise<Buffer> }[],
  onSent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const next = waiting.shift();
  if (next === undefined) return;
  yield frame("Z", await next.packed);
  onSent(next.bytes);
}
