import { WebSocketServer } from "ws";
import { version } from "./version.js";

/** Finished jobs for those who keep a connection open: as server-sent events, and by WebSocket, which also echoes. */
export function openLive() {
  const sockets = new WebSocketServer({ noServer: true });
  const streams = new Set();
  const hello = JSON.stringify({ version });

  sockets.on("connection", (socket) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => socket.send(JSON.stringify({ echo: String(data), version })));
    socket.send(hello);
  });
  // Proxies close connections on which nothing moves.
  const keepAlive = setInterval(() => {
    for (const socket of sockets.clients) socket.ping();
    for (const stream of streams) stream.write(": still here\n\n");
  }, 5000);

  return {
    stream(request, response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      response.write(`event: hello\ndata: ${hello}\n\n`);
      streams.add(response);
      response.on("close", () => streams.delete(response));
    },

    socket(request, socket, head) {
      if (request.url.split("?")[0] !== "/ws") return socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
      sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
    },

    tell(job) {
      const text = JSON.stringify(job);
      for (const socket of sockets.clients) socket.send(text);
      for (const stream of streams) stream.write(`event: finished\ndata: ${text}\n\n`);
    },

    /** Says goodbye: both kinds of clients connect again by themselves, to the next version. */
    close() {
      clearInterval(keepAlive);
      for (const socket of sockets.clients) socket.close(1001, "going away");
      for (const stream of streams) stream.end();
    },
  };
}
