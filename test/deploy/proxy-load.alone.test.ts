import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Traffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const quick = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    drain: 3s`;

describe("requests while other things happen on the server", { timeout: 600_000 }, () => {
  let one: TestServer;
  let left: SmallApp;
  let right: SmallApp;
  let twins: SmallApp;
  beforeAll(async () => {
    one = await server({ warm: true });
    left = smallApp(one, { app: "left", services: quick });
    right = smallApp(one, { app: "right", services: quick });
    const compose = "services:\n  web:\n    build: .\n    deploy: { replicas: 2 }\n    stop_grace_period: 5s\n";
    twins = smallApp(one, { app: "twins", services: quick, files: { "compose.yaml": compose } });
    await left.deploy();
    await right.deploy();
    await twins.deploy();
  });
  afterAll(async () => {
    for (const app of [left, right, twins]) app.remove();
    await one.remove();
  });

  const ended = async (visitors: readonly Traffic[]) => Promise.all(visitors.map((one) => one.stop()));

  test("two apps are deployed at the same time, with new routes that reload the proxy at any moment of the other's", async () => {
    const visitors = await Promise.all([left.traffic({ rate: 100 }), right.traffic({ rate: 100 })]);
    for (let round = 2; round <= 5; round += 1) {
      const deployments = [left, right].map(async (app, index) => {
        // Another route each time: without one the proxy would not be reloaded.
        const routes = `[APP.test, APP-${round}.test]`.replaceAll("APP", index === 0 ? "left" : "right");
        const settings = readFileSync(`${app.folder}/wherry.yaml`, "utf8");
        app.commit({ "version.txt": `${round}\n`, "wherry.yaml": settings.replace(/route: .*/, `route: ${routes}`) });
        return app.deploy();
      });
      await Promise.all(deployments);
      expect([await left.version(), await right.version()]).toEqual([String(round), String(round)]);
    }
    for (const report of await ended(visitors)) {
      expect(report.errors).toEqual([]);
      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
      expect(report.sent).toBeGreaterThan(1000);
    }
  });

  test("of two replicas one is killed: no GET is lost, and status counts what was sent again", async () => {
    const visitors = await twins.traffic({ rate: 100, mix: [{ method: "GET", path: "/slow?ms=50" }] });
    for (let round = 0; round < 3; round += 1) {
      const kill = "docker kill -s KILL $(docker ps -q --filter label=wherry.app=twins | head -n 1)";
      await one.exec(["sh", "-c", kill]);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await one.exec([
        "sh",
        "-c",
        "docker start $(docker ps -aq --filter label=wherry.app=twins --filter status=exited)",
      ]);
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
    const report = await visitors.stop();
    expect(report.errors).toEqual([]);
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    const status = (await twins.wherry(["status", "--json"])).json<{ services: { name: string; retries: number }[] }>();
    expect(status.services.find(({ name }) => name === "web")?.retries).toBeGreaterThan(0);
  });
});
