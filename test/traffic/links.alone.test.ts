import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { frameReader, opcodes } from "../../scripts/traffic/frames.ts";
import { site, traffic } from "./helpers.ts";
import type { Behaviour } from "./helpers.ts";

const few = { rate: 1, sockets: { path: "/ws", count: 2 } };

/** What a server sends: short and not masked. */
const fromServer = (opcode: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0x80 | opcode, content.length), content]);

function accept(socket: Socket, key: string): void {
  const answer = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const head = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket"];
  socket.write([...head, `Sec-WebSocket-Accept: ${answer}`, "\r\n"].join("\r\n"));
  socket.write(fromServer(opcodes.text, Buffer.from("hello")));
}

/** Takes each WebSocket, and does something to it after 100 ms; from the third one on it leaves them open. */
function takesSockets(finish: (socket: Socket) => void): Behaviour {
  let taken = 0;
  return {
    upgrade(socket, { headers }) {
      accept(socket, headers["sec-websocket-key"] ?? "");
      taken += 1;
      if (taken <= 2) setTimeout(() => finish(socket), 100);
    },
  };
}

const close = (code: number) => (socket: Socket) => {
  const content = Buffer.alloc(2);
  content.writeUInt16BE(code);
  socket.end(fromServer(opcodes.close, content));
};

test.concurrent("a WebSocket stays open, sends a message a second and gets its echo", async (context) => {
  const received: { opcode: number; text: string }[] = [];
  const shop = await site(context, {
    upgrade(socket, { headers }) {
      accept(socket, headers["sec-websocket-key"] ?? "");
      const frames = frameReader();
      socket.on("data", (chunk) => {
        for (const { opcode, content } of frames(chunk)) {
          received.push({ opcode, text: content.toString() });
          socket.write(fromServer(opcode === opcodes.ping ? opcodes.pong : opcode, content));
        }
      });
    },
  });

  const report = await traffic({ ...shop, ...few }, 1500);

  expect(report.sockets).toEqual({ opened: 2, closedByServer: 0, broken: 0, refused: 0, messages: 4 });
  expect(received.map(({ opcode }) => opcode)).toEqual(expect.arrayContaining([opcodes.text, opcodes.ping]));
});

test.concurrent.for([
  { end: "a close frame is orderly", finish: close(1001), counts: { closedByServer: 2, broken: 0 }, errors: [] },
  {
    end: "a close frame with an error is not",
    finish: close(1011),
    counts: { closedByServer: 0, broken: 2 },
    errors: [{ what: "sockets /ws: closed with code 1011", count: 2 }],
  },
  {
    end: "an end without a close frame is a break",
    finish: (socket: Socket) => socket.end(),
    counts: { closedByServer: 0, broken: 2 },
    errors: [{ what: "sockets /ws: cut without a close frame", count: 2 }],
  },
  {
    end: "a reset is a break",
    finish: (socket: Socket) => socket.resetAndDestroy(),
    counts: { closedByServer: 0, broken: 2 },
    errors: [{ what: "sockets /ws: ECONNRESET", count: 2 }],
  },
])("$end; the WebSocket is opened again", async ({ finish, counts, errors }, context) => {
  const shop = await site(context, takesSockets(finish));

  const report = await traffic({ ...shop, ...few }, 700);

  expect(report.sockets).toEqual({ opened: 4, refused: 0, messages: 4, ...counts });
  expect(report.errors).toMatchObject(errors);
});

test.concurrent("a WebSocket that is not taken is refused", async (context) => {
  const shop = await site(context, { upgrade: (socket) => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n") });

  const report = await traffic({ ...shop, ...few });

  expect(report.sockets).toMatchObject({ opened: 0, closedByServer: 0, broken: 0 });
  expect(report.errors).toMatchObject([
    { what: "sockets /ws: HTTP/1.1 503 Service Unavailable", count: report.sockets.refused },
  ]);
});

test.concurrent.for([
  { end: "orderly", finish: (response: ServerResponse) => response.end(), counts: { closedByServer: 1, broken: 0 } },
  {
    end: "broken",
    finish: (response: ServerResponse) => response.socket?.destroy(),
    counts: { closedByServer: 0, broken: 1 },
  },
])("a stream's end is told ($end), and it is opened again", async ({ finish, counts }, context) => {
  let streams = 0;
  const shop = await site(context, {
    answer(response, _, { url }) {
      if (url !== "/events") return response.end();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": a comment\n\nevent: hello\ndata: 1\n\ndata: ");
      streams += 1;
      if (streams === 1) setTimeout(() => response.write("2\n\n", () => finish(response)), 100);
      return undefined;
    },
  });

  const report = await traffic({ ...shop, rate: 1, streams: { path: "/events", count: 1 } }, 600);

  expect(report.streams).toEqual({ opened: 2, refused: 0, messages: 3, ...counts });
});

test.concurrent("a stream that is answered with something else is refused", async (context) => {
  const shop = await site(context, { answer: (response) => response.writeHead(503).end() });

  const report = await traffic({ ...shop, rate: 1, streams: { path: "/events", count: 1 } }, 200);

  expect(report.streams).toMatchObject({ opened: 0, broken: 0 });
  expect(report.errors).toContainEqual(expect.objectContaining({ what: "streams /events: status 503" }));
});
