import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureEngine } from "../../scripts/engine/index.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { frontendConfig, proxyFragment, proxyImage } from "../../src/proxy/index.ts";
import { fragmentWith, oddPassword, oddRules } from "./helpers.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const port = 18_473;
const authorization = `Basic ${Buffer.from(`ann:${oddPassword}`).toString("base64")}`;

describe("HAProxy does what the rules say", { timeout: 120_000 }, () => {
  let folder: string;
  let container: string;
  let app: Server;
  let dies: Server;
  let busy: Server;
  let checks = 0;
  beforeAll(async () => {
    await ensureEngine(() => {});
    await ensureBaseImages(["haproxy:3.2"], () => {});
    [app, dies, busy] = await Promise.all([
      listen((incoming, response) => {
        if (incoming.url === "/never") return;
        response.setHeader("server-timing", "of the app");
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers, pad: "x".repeat(2000) }));
      }),
      listen((incoming) => incoming.socket.destroy()),
      listen((_, response) => {
        checks += 1;
        response.writeHead(checks > 2 ? 200 : 503).end();
      }),
    ]);
    folder = mkdtempSync(join(tmpdir(), "wherry-proxy-"));
    mkdirSync(join(folder, "maps"));
    const [dying, living, checked] = [dies, app, busy].map(
      (server) => `127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    const fragment = fragmentWith(oddRules, [String(dying), String(living)]);
    const http = { path: "/healthz", interval: 0.2, timeout: 0.2, deadline: 5, successes: 1 };
    const slow = proxyFragment("busy-production", [
      { service: "web", slot: "blue", routes: [{ host: "busy.test", path: "/" }], addresses: [String(checked)], http },
    ]);
    const maps = {
      health: "",
      routes: fragment.routes,
      ...fragment.sides,
      live: "odd-production blue\n",
      maintenance: "",
      visitors: "",
    };
    for (const [name, text] of Object.entries(maps)) writeFileSync(join(folder, "maps", `${name}.map`), text);
    const front = frontendConfig({ httpPort: port, ipv6: false }).replace("bind *:", "bind 127.0.0.1:");
    writeFileSync(join(folder, "haproxy.cfg"), `${front}\n${fragment.backends}\n${slow.backends}`);
    const run = "run --detach --network host --user root --env WHERRY_RUN=/wherry --volume";
    container = docker(
      ...run.split(" "),
      `${folder}:/wherry`,
      proxyImage,
      "haproxy",
      "-W",
      "-db",
      "-f",
      "/wherry/haproxy.cfg",
    );
    for (let i = 0; i < 100; i += 1) {
      if ((await ask("/").catch(() => undefined)) !== undefined) return;
      await sleep(50);
    }
    throw new Error(docker("logs", container));
  });
  afterAll(() => {
    docker("rm", "--force", container);
    rmSync(folder, { recursive: true, force: true });
    app.close();
    dies.close();
    busy.close();
  });

  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
    body = "",
    localAddress = "127.0.0.1",
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all = { host: "odd.test", authorization, "content-length": String(body.length), ...headers };
      request({ host: "127.0.0.1", port, path, method, agent: false, localAddress, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
        .on("error", reject)
        .end(body);
    });
  const log = (): Record<string, unknown>[] =>
    docker("logs", container)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test("the prefix is taken away, the request keeps its query, and the service sees who it is for", async () => {
    const { status, body } = await ask(`/a.p+i'/x/y?q=1`);
    expect(status).toBe(200);
    const seen = JSON.parse(body.toString()) as { url: string; headers: IncomingHttpHeaders };
    expect(seen.url).toBe("/x/y?q=1");
    expect(seen.headers["x-forwarded-prefix"]).toBe("/a.p+i'");
    expect(seen.headers.authorization).toBeUndefined();
    expect(JSON.parse((await ask(`/a.p+i'`)).body.toString())).toMatchObject({ url: "/" });
    expect(JSON.parse((await ask(`/aXp+i'/x`)).body.toString())).toMatchObject({ url: "/aXp+i'/x" });
  });

  test("the proxy's own errors have the page that was written for them", async () => {
    const { status, body } = await ask("/", { host: "odd.test", "content-length": "1048577" }, "POST");
    expect(status).toBe(413);
    expect(body.toString()).toBe(oddRules.pages["413"]);
  });

  test("headers arrive as they are written; the service's own win", async () => {
    const { headers } = await ask("/");
    expect(Buffer.from(String(headers["x-odd"]), "latin1").toString()).toBe(oddRules.headers["X-Odd"]);
    expect(headers["server-timing"]).toBe("of the app");
  });

  test("how long the service keeps its connections is its own affair with the proxy", async () => {
    expect((await ask("/")).headers["keep-alive"]).toBeUndefined();
  });

  test("a service that fails its first checks after a reload goes on serving", async () => {
    await expect.poll(() => checks, { timeout: 10_000 }).toBeGreaterThan(3);

    expect(docker("logs", container)).not.toContain("Server busy-production-web-blue/s1 is DOWN");
  });

  test("without the password nobody gets in", async () => {
    expect((await ask("/", { authorization: "" })).status).toBe(401);
    expect((await ask("/", { authorization: `Basic ${Buffer.from("ann:x").toString("base64")}` })).status).toBe(401);
  });

  test("redirects keep the query, or the path where a host moves", async () => {
    const path = await ask(`/old%'"$[x]?q=1`);
    expect(path).toMatchObject({ status: 301, headers: { location: `/new?x=%20'"$#%[src]&q=1` } });
    const host = await ask("/some/where?q=1", { host: "WWW.odd.test:80" });
    expect(host).toMatchObject({ status: 308, headers: { location: "https://odd.test/some/where?q=1" } });
  });

  test("too much is refused, and what has no length", async () => {
    const chunked = { "transfer-encoding": "chunked" };
    expect((await ask("/", chunked, "POST", "x").catch(() => ({ status: 411 }))).status).toBe(411);
    expect((await ask("/", {}, "POST", "x".repeat(1000))).status).toBe(502);
  });

  test("who is not on the list stays outside; who waits too long is told", async () => {
    expect((await ask("/", {}, "GET", "", "127.0.0.2")).status).toBe(403);
    const begun = performance.now();
    expect((await ask("/never")).status).toBe(504);
    expect(performance.now() - begun).toBeGreaterThan(1400);
  });

  test("text is compressed for those who can read that", async () => {
    const { headers, body } = await ask("/", { "accept-encoding": "gzip" });
    expect(headers["content-encoding"]).toBe("gzip");
    expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({ url: "/" });
  });

  test("a replica that dies in the middle: the other one answers GET, and POST fails", async () => {
    const gets = await Promise.all(Array.from({ length: 10 }, () => ask("/")));
    expect(gets.map(({ status }) => status)).toEqual(gets.map(() => 200));
    const posts = await Promise.all(Array.from({ length: 10 }, () => ask("/", {}, "POST", "x")));
    expect(posts.some(({ status }) => status === 502)).toBe(true);
    expect(log().some(({ status, retries }) => status === 200 && Number(retries) > 0)).toBe(true);
  });

  test("the log has a line of JSON for each request, and nothing secret", async () => {
    const { headers } = await ask("/some?token=hush", { "x-request-id": "from-outside-1", cookie: "session=hush" });
    expect(headers["x-request-id"]).toBe("from-outside-1");
    expect((await ask("/", { "x-request-id": "bad id\u0001".slice(0, 6) })).headers["x-request-id"]).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    await sleep(200);
    const line = log().find(({ id }) => id === "from-outside-1");
    expect(line).toMatchObject({
      client: "127.0.0.1",
      method: "GET",
      host: "odd.test",
      path: "/some",
      status: 200,
      backend: "odd-production-web-blue",
    });
    expect(Object.keys(line ?? {})).toEqual(
      "time id client method host path status ms backend server state bytes retries queue_ms connect_ms response_ms".split(
        " ",
      ),
    );
    expect(docker("logs", container)).not.toMatch(/hush|Basic/);
  });

  test("more requests than the rate allows are refused", async () => {
    const statuses = new Set<number>();
    for (let turn = 0; turn < 60; turn += 1) {
      for (const { status } of await Promise.all(Array.from({ length: 20 }, () => ask("/")))) statuses.add(status);
    }
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([200, 429]);
  });
});

function listen(handle: Parameters<typeof createServer>[1]): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handle as never).listen(0, "127.0.0.1", () => resolve(server));
  });
}

function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}
