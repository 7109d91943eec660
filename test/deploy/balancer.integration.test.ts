import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

describe("a load balancer in front", () => {
  let one: TestServer;
  let app: SmallApp;
  /** As the balancer asks: by address, with no host of ours. */
  const health = (): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ host: one.address, port: one.httpPort, path: "/lb", agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
  /** What it sees for as long as `during` takes: each answer, and the version that serves at that moment. */
  async function watched(during: () => Promise<unknown>): Promise<readonly string[]> {
    const seen: string[] = [];
    const ended = new AbortController();
    const watching = (async () => {
      while (!ended.signal.aborted) {
        seen.push(`${await health()} ${await app.version()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    try {
      await during();
    } finally {
      ended.abort();
      await watching;
    }
    return seen.filter((one, index) => one !== seen[index - 1]);
  }

  beforeAll(async () => {
    one = await server({ warm: true });
    app = smallApp(one, { app: "balanced", extra: "load_balancer: { health: /lb, drain: 2s }\n" });
    await app.deploy();
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  test("is told before the requests move and told again afterwards, and nothing is lost", async () => {
    expect(await health()).toBe(200);
    app.commit({ "version.txt": "2\n" });
    const traffic = await startTraffic({ address: one.address, port: one.httpPort, host: app.host, rate: 100 });

    const seen = await watched(() => app.deploy());

    const report = await traffic.stop();
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect([seen[0], seen.at(-1)]).toEqual(["200 1", "200 2"]);
    expect(seen).toContain("503 1");
    // The switch itself is seen under 503, or between two looks.
    expect(seen.indexOf("200 2")).toBeGreaterThan(seen.indexOf("503 1"));
    expect(seen.slice(seen.indexOf("503 1"))).not.toContain("200 1");
  });

  test("is told that requests may come when the deployment is killed meanwhile, and after a failed one", async () => {
    app.commit({ "version.txt": "3\n" });
    await app.wherry(["deploy"], {
      onStart: (child) =>
        child.stderr?.on("data", (chunk: Buffer) => {
          if (String(chunk).includes("give the proxy its routes")) setTimeout(() => child.kill("SIGKILL"), 700);
        }),
    });
    await expect.poll(health, { timeout: 60_000, interval: 500 }).toBe(200);

    const settings = readFileSync(join(app.folder, "wherry.yaml"), "utf8").replace("deadline: 20s", "deadline: 8s");
    app.commit({ "behaviour.txt": "never-healthy\n", "wherry.yaml": settings });
    await expect.poll(async () => (await app.wherry(["deploy"])).exitCode, { timeout: 90_000, interval: 1000 }).toBe(5);
    expect(await health()).toBe(200);
  });
});
