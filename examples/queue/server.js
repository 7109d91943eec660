import { createServer } from "node:http";
import { answer } from "./api.js";
import { openDatabase } from "./database.js";
import { openLive } from "./live.js";
import { openQueue } from "./queue.js";

const port = Number(process.env.PORT ?? 3000);
const database = openDatabase();
const queue = await openQueue();
const live = openLive();
const stopListening = await queue.listen(live.tell);
let stopping = false;

const server = createServer(async (request, response) => {
  if (request.method === "GET" && request.url.split("?")[0] === "/events") return live.stream(request, response);
  const [status, body] = await answer({ database, queue }, request);
  // A client that keeps its connection would send the next request to a server that is gone.
  if (stopping) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
server.on("upgrade", live.socket);

// Longer than the proxy in front keeps an idle connection: the one who may still write must be the one who closes.
server.keepAliveTimeout = 75_000;
server.listen(port, () => console.log(`listening on port ${port}`));

/** Takes no new connections, answers what has arrived, and ends. */
async function stop(signal) {
  if (stopping) return;
  stopping = true;
  console.log(`${signal}: finishing the requests in flight`);
  live.close();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  stopListening();
  await Promise.all([queue.close(), database.end()]);
  console.log("stopped");
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
