import { randomBytes } from "node:crypto";

/** WebSocket frames (RFC 6455, section 5), as far as a client needs them. */
export interface Frame {
  readonly opcode: number;
  /** False: more of the same message follows. */
  readonly final: boolean;
  readonly content: Buffer;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A short frame from a client, which has to be masked. */
export function frameOf(opcode: number, content: string | Buffer = ""): Buffer {
  const plain = Buffer.from(content);
  if (plain.length > 125) throw new Error("only short frames are sent");
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | plain.length), mask, masked(plain, mask)]);
}

/** Gives the whole frames of what has arrived so far, from either side. */
export function frameReader(): (chunk: Buffer) => readonly Frame[] {
  let pending = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    const frames: Frame[] = [];
    for (let read = readFrame(pending); read !== undefined; read = readFrame(pending)) {
      frames.push(read.frame);
      pending = pending.subarray(read.length);
    }
    return frames;
  };
}

function readFrame(bytes: Buffer): { frame: Frame; length: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + extra + (second >= 0x80 ? 4 : 0);
  if (bytes.length < start) return undefined;
  const size = extra === 8 ? Number(bytes.readBigUInt64BE(2)) : extra === 2 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + size) return undefined;
  const mask = bytes.subarray(2 + extra, start);
  const content = masked(bytes.subarray(start, start + size), mask);
  return { frame: { opcode: first & 0x0f, final: first >= 0x80, content }, length: start + size };
}

/** Masks, or takes the mask away. */
function masked(content: Buffer, mask: Buffer): Buffer {
  return mask.length === 0 ? content : (content.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) as Buffer);
}
