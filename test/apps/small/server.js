// A small app for the tests. What it does is decided by the files beside it, so that a commit changes it:
// version.txt, and behaviour.txt (fine | crashes | never-healthy | redirects | slow-start | ignores-sigterm | errors PERCENT |
// slow MILLISECONDS | dies SECONDS | grows).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8").trim();
const version = read("version.txt");
const [behaviour, amount] = read("behaviour.txt").split(" ");
const started = Date.now();

if (behaviour === "crashes") {
  console.error("Error: this version cannot start");
  process.exit(3);
}

if (behaviour === "dies") setTimeout(() => process.exit(4), Number(amount) * 1000);
const hoard = [];
if (behaviour === "grows") setInterval(() => hoard.push(Buffer.alloc(8_000_000, 1)), 300);
let answers = 0;

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://here");
  const answer = (status, body, headers = {}) => response.writeHead(status, { "content-type": "application/json", version, ...headers }).end(JSON.stringify(body));
  let body = "";
  for await (const chunk of request.setEncoding("latin1")) body += chunk;
  if (url.pathname === "/healthz") {
    if (behaviour === "never-healthy") return answer(503, { error: "not yet" });
    if (behaviour === "redirects") return answer(302, {}, { location: "https://elsewhere.example/" });
    if (behaviour === "slow-start" && Date.now() - started < 3000) return answer(503, { error: "starting" });
    return answer(200, { ok: true });
  }
  answers += 1;
  if (behaviour === "errors" && answers % Math.round(100 / Number(amount)) === 0) return answer(500, { error: "one of some" });
  if (behaviour === "slow") return setTimeout(() => answer(200, { version }), Number(amount));
  if (url.pathname === "/slow") return setTimeout(() => answer(200, { version }), Number(url.searchParams.get("ms") ?? 3000));
  if (url.pathname === "/data") return answer(200, { version, data: await ask(url.searchParams.get("command") ?? "PING") });
  if (url.pathname === "/env") return answer(200, { env: process.env });
  return answer(200, { version, method: request.method, host: request.headers.host, bytes: body.length });
});

// WebSocket: says the version, and gives back what it gets (text up to 125 bytes); says goodbye when the server ends.
const sockets = new Set();
server.on("upgrade", (request, socket) => {
  const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
  const send = (text) => socket.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]));
  send(JSON.stringify({ version }));
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => socket.destroy());
  socket.on("data", (frame) => {
    if ((frame[0] & 15) === 8) return socket.end(Buffer.from([0x88, 0]));
    const length = frame[1] & 127;
    const mask = frame.subarray(2, 6);
    send(String(Buffer.from(frame.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]))));
  });
});

/** One command to Redis, by its own name on the network. */
function ask(command) {
  return new Promise((resolve) => {
    const socket = connect(6379, process.env.DATA_HOST ?? "data", () => socket.write(`${command}\r\n`));
    socket.on("data", (data) => socket.end() && resolve(String(data).trim()));
    socket.on("error", (error) => resolve(`error ${error.code}`));
  });
}

server.keepAliveTimeout = 75_000;
server.listen(3000, () => console.log(`version ${version} listens`));
process.on("SIGTERM", () => {
  console.log("SIGTERM");
  if (behaviour === "ignores-sigterm") return;
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 0x03, 0xe9]));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  server.close(() => clearInterval(idle));
});
