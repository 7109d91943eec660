import type { ChildProcess } from "node:child_process";
import { Agent, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Traffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

const strategy = (canary: string, watch: string): string => `strategy:
  canary: ${canary}
  watch: ${watch}
`;
const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    drain: 5s
`;

interface LedgerLine {
  readonly outcome: string;
  readonly release: string;
  readonly reason: string | null;
  readonly judgements?: readonly { readonly verdict: string; readonly share: number; readonly reason: string }[];
}

interface Status {
  readonly live: { readonly id: string };
  readonly canary: { readonly release: string; readonly share: number } | null;
  readonly warm: { readonly release: string } | null;
}

describe("a release that has to prove itself", () => {
  let one: TestServer;
  let app: SmallApp;
  let good: Deployment;
  const settings = { canary: "{ steps: [10, 50], every: 5s }", watch: "{ for: 4s, min_requests: 40, wait: 4s }" };
  const configure = (canary: string, watch: string, more = ""): void => {
    const current = `app: canary\nservices:${services.replaceAll("APP", "canary")}environments:\n  production:\n    server: deploy@${one.address}\n    secrets: [APP_PASSWORD]\nnotify: [{ webhook: HOOK }]\n${strategy(canary, watch)}${more}`;
    app.commit({ "wherry.yaml": current });
  };
  const status = async (): Promise<Status> => (await app.wherry(["status", "--json"])).json<Status>();
  const lastLine = async (): Promise<LedgerLine> =>
    (await app.wherry(["history", "--last", "1", "--json"])).json<LedgerLine[]>()[0] as LedgerLine;
  const traffic = (rate: number): Promise<Traffic> => app.traffic({ rate });
  const ask = (
    agent: Agent,
    cookie?: string,
  ): Promise<{ readonly version: string; readonly cookie: string | undefined }> =>
    new Promise((resolve, reject) => {
      const headers = { host: app.host, ...(cookie === undefined ? {} : { cookie }) };
      request({ host: one.address, port: one.httpPort, agent, headers }, (response) => {
        response.resume();
        response.on("end", () =>
          resolve({
            version: String(response.headers["version"]),
            cookie: response.headers["set-cookie"]?.[0]?.split(";")[0],
          }),
        );
      })
        .on("error", reject)
        .end();
    });

  beforeAll(async () => {
    one = await server({ warm: true });
    const hook =
      "import http.server as h\nclass H(h.BaseHTTPRequestHandler):\n  def do_POST(self):\n    open('/srv/hook.log','ab').write(self.rfile.read(int(self.headers['content-length']))+b'\\n'); self.send_response(200); self.end_headers()\nh.HTTPServer(('127.0.0.1',9999),H).serve_forever()";
    await one.exec(["systemd-run", "--unit=hook", "python3", "-c", hook]);
    app = smallApp(one, {
      app: "canary",
      env: { HOOK: "http://127.0.0.1:9999/" },
      files: { "compose.production.yaml": "services: { web: { mem_limit: 250m } }\n" },
    });
    configure(settings.canary, settings.watch);
    good = await app.deploy();
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  test("10 % is 10 % of 10,000 requests, a visitor stays on one side, and promote makes it live", async () => {
    app.commit({ "version.txt": "ten\n" });
    configure("{ steps: [50], every: 2s }", "{ for: 2s, min_requests: 1 }");
    const running = await traffic(50);
    const held = await app.wherry(["deploy", "--canary", "10", "--json"]);
    await running.stop();
    expect(held.json<Deployment>()).toMatchObject({ outcome: "paused" });
    expect(held.exitCode).toBe(0);
    expect(await status()).toMatchObject({ live: { id: good.release.id }, canary: { share: 10 } });

    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    let candidate = 0;
    let cookie: string | undefined;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let asked = 0; asked < 500; asked += 1) {
          const answer = await ask(agent);
          if (answer.version === "ten") candidate += 1;
          cookie = answer.cookie;
        }
      }),
    );
    expect(candidate).toBeGreaterThan(900);
    expect(candidate).toBeLessThan(1100);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(agent, cookie)));
    expect(new Set(answers.map(({ version }) => version)).size).toBe(1);
    agent.destroy();

    const second = await traffic(50);
    const promoted = await app.wherry(["promote", "--json"]);
    const report = await second.stop();
    expect(promoted.json<Deployment>()).toMatchObject({ outcome: "succeeded" });
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(await app.version()).toBe("ten");
    good = promoted.json<Deployment>();
    configure(settings.canary, settings.watch);
  }, 120_000);

  test("a version as good as the old one goes through all shares, with the figures in the ledger", async () => {
    app.commit({ "version.txt": "good\n" });
    const running = await traffic(100);
    good = await app.deploy();
    const report = await running.stop();
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(await app.version()).toBe("good");
    const { judgements } = await lastLine();
    expect(judgements?.map(({ verdict, share }) => [verdict, share])).toEqual([
      ["pass", 10],
      ["pass", 50],
      ["pass", 100],
    ]);
  }, 120_000);

  test.for([
    ["5 % errors", "errors 5", /% of \d+ answers are errors/, 0],
    ["slow answers", "slow 700", /95 % of \d+ answers take/, 0],
    // A process that dies takes with it what it was answering; only what may be asked twice is asked again.
    ["memory that grows to its limit", "grows", /out of memory|was restarted|exited|not healthy|answers take/, 5],
    ["a crash after some seconds", "dies 8", /was restarted|exited|not healthy/, 5],
  ] as const)(
    "a version with %s is taken back by itself, and the reason is in the ledger",
    { timeout: 120_000 },
    async ([, behaviour, reason, inFlight]) => {
      configure(settings.canary, "{ for: 30s, min_requests: 40, latency_p95: 300ms }");
      app.commit({ "behaviour.txt": `${behaviour}\n`, "version.txt": "bad\n" });
      const running = await traffic(100);
      const result = await app.wherry(["deploy", "--json"]);
      const report = await running.stop();
      app.commit({ "behaviour.txt": "fine\n" });
      expect(result.exitCode).toBe(5);
      expect(result.json<Deployment>()).toMatchObject({ outcome: "failed_after_traffic", error: { code: "breach" } });
      expect(report.lost).toBeLessThanOrEqual(inFlight);
      expect(await status()).toMatchObject({ live: { id: good.release.id }, canary: null });
      expect(await app.version()).toBe("good");
      const line = await lastLine();
      expect(line).toMatchObject({ outcome: "failed_after_traffic" });
      expect(line.reason).toMatch(reason);
      expect(line.judgements?.at(-1)).toMatchObject({ verdict: "fail" });
      const told = (await one.exec(["tail", "-n", "1", "/srv/hook.log"])).stdout;
      expect(JSON.parse(told)).toMatchObject({
        event: "rollback",
        text: expect.stringContaining(line.reason ?? "?") as string,
      });
    },
  );

  test("almost no traffic is inconclusive, never a pass: it stays at its share, and abort takes it back", async () => {
    configure("{ steps: [25], every: 2s }", "{ for: 2s, min_requests: 40, wait: 2s }");
    app.commit({ "version.txt": "quiet\n" });
    const result = await app.wherry(["deploy", "--json"]);
    expect(result.exitCode).toBe(6);
    expect(result.json<Deployment>()).toMatchObject({ outcome: "paused", error: { code: "inconclusive" } });
    expect(await status()).toMatchObject({ live: { id: good.release.id }, canary: { share: 25 } });
    const aborted = await app.wherry(["abort", "--json"]);
    expect(aborted.json()).toMatchObject({ aborted: result.json<Deployment>().release.id, live: good.release.id });
    expect(await status()).toMatchObject({ canary: null });
    expect(await app.version()).toBe("good");
    expect((await app.wherry(["abort"])).exitCode).toBe(4);
  }, 120_000);

  test.for(["deploy", "promote", "abort"])(
    "killed while it watches, the canary stays at its share; %s goes on",
    { timeout: 120_000 },
    async (verb) => {
      configure("{ steps: [20], every: 60s }", "{ for: 2s, min_requests: 1 }");
      app.commit({ "version.txt": `killed-${verb}\n` });
      const running = await traffic(50);
      let child: ChildProcess | undefined;
      const deploying = app.wherry(["deploy"], { onStart: (started) => (child = started) });
      await expect.poll(async () => (await status()).canary?.share, { timeout: 30_000 }).toBe(20);
      child?.kill("SIGKILL");
      await deploying;
      await expect
        .poll(async () => (await app.wherry(["status", "--json"])).json<{ lock: unknown }>().lock, { timeout: 40_000 })
        .toBeNull();
      expect(await status()).toMatchObject({ canary: { share: 20 } });
      configure("{ steps: [20], every: 2s }", "{ for: 2s, min_requests: 1 }");
      const result = await app.wherry([verb, "--json"]);
      const report = await running.stop();
      expect(result.exitCode).toBe(0);
      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
      expect(await status()).toMatchObject({ canary: null });
      expect(await app.version()).toBe(verb === "abort" ? "killed-promote" : `killed-${verb}`);
    },
  );

  test("pause and abort reach the deployment that is watching", { timeout: 120_000 }, async () => {
    configure("{ steps: [20], every: 60s }", "{ for: 2s, min_requests: 1 }");
    app.commit({ "version.txt": "watched\n" });
    const before = (await status()).live.id;
    const deploying = app.wherry(["deploy", "--json"]);
    await expect.poll(async () => (await status()).canary?.share, { timeout: 30_000 }).toBe(20);
    await expect.poll(async () => (await app.wherry(["abort"])).exitCode, { timeout: 20_000 }).toBe(0);
    const result = await deploying;
    expect(result.exitCode).toBe(5);
    expect(result.json<Deployment>()).toMatchObject({ outcome: "cancelled", error: { code: "aborted" } });
    expect(await status()).toMatchObject({ live: { id: before }, canary: null });
  });

  test("a rollback to a release that was kept warm starts nothing", { timeout: 120_000 }, async () => {
    const current = (await status()).live.id;
    app.commit({
      "version.txt": "warm\n",
      "wherry.yaml": `app: canary\nservices:${services.replaceAll("APP", "canary")}environments:\n  production:\n    server: deploy@${one.address}\n    secrets: [APP_PASSWORD]\nstrategy: { keep_warm: 5m }\n`,
    });
    await app.deploy();
    expect(await status()).toMatchObject({ warm: { release: current } });
    const running = await traffic(200);
    const back = await app.rollback();
    const report = await running.stop();
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(back.steps.map(({ id }) => id.replace(/\..*/, ""))).not.toContain("start-proxy");
    expect(back.steps.find(({ title }) => title.startsWith("start web"))).toBeUndefined();
    expect((await status()).live.id).toBe(current);
  });
});
