import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { frameOf, frameReader, opcodes } from "./frames.ts";
import type { Frame } from "./frames.ts";
import type { Ending, Link } from "./links.ts";
import type { TrafficOptions } from "./options.ts";

/** Milliseconds between two messages on one socket. */
const interval = 1000;

/** Milliseconds. Each message comes with a ping, which every server answers: one that is silent for so long is gone. */
const longestSilence = 10_000;

/** Normal, going away, service restart: what a server says that ends in order. */
const orderly = new Set([1000, 1001, 1012]);

/** A WebSocket that sends a message and a ping each second. Over a plain connection: Node.js's own WebSocket lets nobody set the Host header. */
export function openSocket(options: TrafficOptions, path: string, onMessage: () => void): Link {
  const opened = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<Ending>();
  const key = randomBytes(16).toString("base64");
  const socket = connect({ host: options.address, port: options.port, noDelay: true });
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;

  // The first reason counts; those that follow come of it.
  function end(how: Ending["how"], what?: string): void {
    clearInterval(timer);
    opened.resolve(false);
    ended.resolve(what === undefined ? { how } : { how, what });
    if (!socket.writableEnded) socket.destroy();
  }

  function greet(rest: Buffer): void {
    isOpen = true;
    opened.resolve(true);
    timer = setInterval(() => {
      socket.write(frameOf(opcodes.text, "hello"));
      socket.write(frameOf(opcodes.ping));
    }, interval);
    const frames = frameReader();
    const receive = (chunk: Buffer): void => frames(chunk).forEach(take);
    receive(rest);
    socket.on("data", receive);
  }

  function take({ opcode, final, content }: Frame): void {
    if (opcode === opcodes.ping) socket.write(frameOf(opcodes.pong, content));
    else if (opcode === opcodes.close) goodbye(content);
    else if (opcode !== opcodes.pong && final) onMessage();
  }

  function goodbye(content: Buffer): void {
    const code = content.length >= 2 ? content.readUInt16BE() : 1000;
    leave(content.subarray(0, 2));
    if (orderly.has(code)) end("closedByServer");
    else end("broken", `closed with code ${code}`);
  }

  function leave(code: Buffer): void {
    socket.end(frameOf(opcodes.close, code));
    // The server has the last word, but not for ever.
    setTimeout(() => socket.destroy(), interval);
  }

  socket.setTimeout(longestSilence, () => end(isOpen ? "broken" : "refused", `silent for ${longestSilence / 1000} s`));
  socket.on("error", (error: NodeJS.ErrnoException) => end(isOpen ? "broken" : "refused", error.code ?? error.message));
  socket.on("close", () => end(isOpen ? "broken" : "refused", "cut without a close frame"));
  socket.write(handshake(options.host, path, key));
  readHead(socket, (head, rest) => {
    if (isAccepted(head, key)) greet(rest);
    else end("refused", head.split("\r\n")[0] ?? "");
  });

  return {
    opened: opened.promise,
    ended: ended.promise,
    close() {
      if (isOpen) leave(Buffer.of(0x03, 0xe8));
      end("closedByServer");
    },
  };
}

function handshake(host: string, path: string, key: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "\r\n",
  ].join("\r\n");
}

/** Hands over the head of the answer once it is whole, and what came with it. */
function readHead(socket: NodeJS.ReadableStream, done: (head: string, rest: Buffer) => void): void {
  let received = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    socket.off("data", read);
    done(received.toString("latin1", 0, end), received.subarray(end + 4));
  };
  socket.on("data", read);
}

function isAccepted(head: string, key: string): boolean {
  const answer = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return head.startsWith("HTTP/1.1 101 ") && head.includes(answer);
}
