// A small site: says its version, takes orders, and has a page that takes a second.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { version } from "./version.js";

let stopping = false;

const server = createServer(async (request, response) => {
  if (request.url === "/slow") await sleep(1000);
  let received = 0;
  for await (const chunk of request) received += chunk.length;
  if (stopping) response.setHeader("connection", "close");
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ version, received }));
});

server.keepAliveTimeout = 75_000;
server.listen(3000);

// As well as an app can behave: takes no new connections, answers what has arrived, and ends.
process.on("SIGTERM", () => {
  stopping = true;
  setInterval(() => server.closeIdleConnections(), 100).unref();
  server.close();
});
