// Answers each request with one row written to PostgreSQL over a connection of its own: a password that does not hold is seen
// at once. The protocol by hand (startup, SCRAM-SHA-256, one simple query), for there is no driver where this is built.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";

const secret = (name) => readFileSync(`/run/secrets/${name}`, "utf8");
const behaviour = readFileSync(new URL("behaviour.txt", import.meta.url), "utf8").trim();

const text = (value) => Buffer.concat([Buffer.from(value), Buffer.from([0])]);
const size = (value) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
const message = (type, body) => Buffer.concat([Buffer.from(type), size(body.length + 4), body]);

function query(user, password, sql) {
  return new Promise((resolve, reject) => {
    const socket = connect(5432, "db");
    socket.setTimeout(9000, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
    const nonce = randomBytes(18).toString("base64");
    const first = `n=,r=${nonce}`;
    let rest = Buffer.alloc(0);
    let asked = false;
    socket.on("connect", () => {
      const body = Buffer.concat([
        size(196608),
        text("user"),
        text(user),
        text("database"),
        text("shop"),
        Buffer.from([0]),
      ]);
      socket.write(Buffer.concat([size(body.length + 4), body]));
    });
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
        const end = rest.readInt32BE(1) + 1;
        take(String.fromCharCode(rest[0]), rest.subarray(5, end));
        rest = rest.subarray(end);
      }
    });
    function take(type, body) {
      const kind = type === "R" ? body.readInt32BE(0) : type;
      if (kind === "E") socket.destroy(new Error(body.toString().replaceAll("\0", " ")));
      if (kind === 10) {
        const response = Buffer.from(`n,,${first}`);
        socket.write(message("p", Buffer.concat([text("SCRAM-SHA-256"), size(response.length), response])));
      }
      if (kind === 11) socket.write(message("p", Buffer.from(proofFor(body.subarray(4).toString()))));
      if (kind === "Z" && asked) {
        socket.end(message("X", Buffer.alloc(0)));
        resolve();
      } else if (kind === "Z") {
        asked = true;
        socket.write(message("Q", text(sql)));
      }
    }
    function proofFor(challenge) {
      const [, whole, salt, rounds] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(challenge);
      const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(rounds), 32, "sha256");
      const key = createHmac("sha256", salted).update("Client Key").digest();
      const last = `c=biws,r=${whole}`;
      const stored = createHash("sha256").update(key).digest();
      const signature = createHmac("sha256", stored).update(`${first},${challenge},${last}`).digest();
      const proof = key.map((byte, index) => byte ^ signature[index]);
      return `${last},p=${Buffer.from(proof).toString("base64")}`;
    }
  });
}

const [user, password] = [secret("db_user"), secret("db_password")];
await query(user, password, "create table if not exists visits (at timestamptz default now())").catch(() => {});
createServer((request, response) => {
  request.resume();
  const sql = request.url === "/healthz" ? "select 1" : "insert into visits default values";
  const asked = behaviour === "never-healthy" ? Promise.reject(new Error("told so")) : query(user, password, sql);
  asked.then(
    () => response.writeHead(200, { version: user }).end(),
    (error) => {
      console.error(error.message);
      response.writeHead(500).end();
    },
  );
}).listen(3000);
