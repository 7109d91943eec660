import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { site, traffic } from "./helpers.ts";

test.concurrent("a site that answers everything loses nothing", async (context) => {
  const shop = await site(context, {
    answer: (response) => response.setHeader("content-type", "application/json").end('{"version":"1.0.0"}'),
  });

  const report = await traffic(shop);

  expect(report).toMatchObject({ lost: 0, failed: 0, inFlight: 0, errors: [], versions: { "1.0.0": report.sent } });
  expect(report.sent).toBe(shop.requests.length);
  expect(report.answered).toBe(report.sent);
  expect(report.latency.p50).toBeGreaterThan(0);
  expect(report.latency.max).toBeGreaterThanOrEqual(report.latency.p99 ?? Infinity);
});

test.concurrent("requests start at their time, whether or not earlier ones have come back", async (context) => {
  const shop = await site(context, { answer: (response) => void setTimeout(() => response.end(), 400) });
  const running = await startTraffic({ ...shop, rate: 100 });

  await sleep(350);
  const before = await running.snapshot();
  const report = await running.stop();

  expect(before.answered).toBe(0);
  expect(before.inFlight).toBe(before.sent);
  expect(before.sent).toBeGreaterThanOrEqual(30);
  expect(report).toMatchObject({ inFlight: 0, lost: 0, answered: report.sent });
  expect(report.sent / report.seconds).toBeGreaterThan(90);
  expect(report.sent / report.seconds).toBeLessThan(115);
  expect(report.latency.p50).toBeGreaterThanOrEqual(400);
});

test.concurrent("kept connections are used again, and new ones once", async (context) => {
  const [kept, fresh] = [await site(context), await site(context)];

  const onKept = await traffic({ ...kept, keepAlive: 1 });
  const onFresh = await traffic({ ...fresh, keepAlive: 0 });

  expect([onKept.lost, onFresh.lost]).toEqual([0, 0]);
  // On a busy machine many are under way at once, each on a connection of its own.
  expect(kept.connections()).toBeLessThan(onKept.sent);
  expect(fresh.connections()).toBe(onFresh.sent);
});

test.concurrent("the mix is sent by its weights, half of each kind on kept connections, each body with a number of its own", async (context) => {
  const kept = { GET: 0, POST: 0 };
  const shop = await site(context, {
    answer(response, _, { headers, method }) {
      if (headers.connection === "keep-alive") kept[method as "GET" | "POST"] += 1;
      response.end(headers.host);
    },
  });
  const mix = [{ path: "/" }, { method: "POST", path: "/api/products", body: { name: "rope {unique}" }, weight: 3 }];

  const report = await traffic({ ...shop, mix });

  const posts = shop.requests.filter(({ method }) => method === "POST");
  expect(Math.abs(posts.length - report.sent * 0.75)).toBeLessThan(2);
  expect(Math.abs(kept.POST - posts.length / 2)).toBeLessThan(2);
  expect(Math.abs(kept.GET - (report.sent - posts.length) / 2)).toBeLessThan(2);
  expect(new Set(posts.map(({ body }) => body)).size).toBe(posts.length);
  expect(JSON.parse(posts[0]?.body ?? "")).toMatchObject({ name: expect.stringMatching(/^rope \d+-\d+$/) });
});

test.concurrent("a request that is reset is lost and is not repeated, on kept connections neither", async (context) => {
  const shop = await site(context, {
    answer: (response, n) => (n % 10 === 0 ? response.socket?.resetAndDestroy() : response.end()),
  });
  const begin = Date.now();

  const report = await traffic(shop);

  expect(shop.requests).toHaveLength(report.sent);
  expect(report.lost).toBe(Math.floor(report.sent / 10));
  expect(report.answered + report.lost).toBe(report.sent);
  for (const { what, first, last } of report.errors) {
    expect(what).toMatch(/^GET \/: ECONNRESET( on a kept connection)?$/);
    expect(Date.parse(first)).toBeGreaterThanOrEqual(begin);
    expect(Date.parse(last)).toBeLessThanOrEqual(Date.now());
    expect(first).toMatch(/T\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test.concurrent.for(["content-length", "chunked"])("an answer that is cut short is lost (%s)", async (how, context) => {
  const shop = await site(context, {
    answer(response) {
      if (how === "content-length") response.setHeader("content-length", 100);
      response.write("only this", () => response.socket?.end());
    },
  });

  const report = await traffic(shop);

  expect(report).toMatchObject({ answered: 0, lost: report.sent, latency: { p50: null, p99: null, max: null } });
  expect(report.errors).toMatchObject([{ what: "GET /: answer cut short", count: report.sent }]);
});

test.concurrent("an answer with another status than expected has failed, but is not lost", async (context) => {
  const shop = await site(context, { answer: (response, n) => response.writeHead(n <= 5 ? 503 : 200).end() });

  const usual = await traffic(shop);
  const expected = await traffic({ ...shop, mix: [{ path: "/", expect: [503, 503] }] });

  expect(usual).toMatchObject({ lost: 0, failed: 5, errors: [{ what: "GET /: status 503", count: 5 }] });
  expect(expected.failed).toBe(expected.sent);
});

test.concurrent("where nobody listens, all is lost", async () => {
  const report = await traffic({ address: "127.0.0.1", port: 1, host: "shop.example.com" });

  expect(report.sent).toBeGreaterThan(20);
  expect(report).toMatchObject({ answered: 0, lost: report.sent, errors: [{ what: "GET /: ECONNREFUSED" }] });
});

test.concurrent("a request is given up after its time, and stop waits for it", async (context) => {
  const shop = await site(context, { answer: () => {} });

  const report = await traffic({ ...shop, rate: 20, patience: 0.5 }, 100);

  expect(report).toMatchObject({ answered: 0, lost: report.sent, inFlight: 0 });
  expect(report.errors).toMatchObject([{ what: "GET /: no answer within 0.5 s" }]);
});

test.concurrent("slow requests are counted, but are not part of the latency", async (context) => {
  const shop = await site(context, {
    answer: (response, _, { url }) => void setTimeout(() => response.end(), url === "/slow" ? 2000 : 0),
  });

  const report = await traffic({ ...shop, slow: { path: "/slow", every: 0.1 } });

  expect(shop.requests.filter(({ path }) => path === "/slow").length).toBeGreaterThanOrEqual(3);
  expect(report).toMatchObject({ lost: 0, answered: shop.requests.length });
  expect(report.latency.max).toBeLessThan(2000);
});

test.concurrent("a header says which version answered, where there is one", async (context) => {
  const shop = await site(context, {
    answer: (response, n) => response.setHeader("x-version", n <= 10 ? "a" : "b").end(),
  });

  const report = await traffic({ ...shop, versionHeader: "X-Version" });

  expect(report.versions).toEqual({ a: 10, b: report.sent - 10 });
});

test.concurrent.for(["203.0.113.10", "10.0.0.1", "localhost", "example.com", "::", "0.0.0.0"])(
  "nothing is sent to %s",
  async (address) => {
    await expect(startTraffic({ address, port: 80, host: "shop.example.com" })).rejects.toThrow(
      "loopback addresses only",
    );
  },
);
