import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { killedAfter, onceFree } from "../helpers/killed.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Line {
  readonly outcome: string;
  readonly release: string;
  readonly failedStep: string | null;
}

describe("a deployment that is interrupted", () => {
  let one: TestServer;
  let app: SmallApp;
  beforeAll(async () => {
    one = await server({ warm: true });
    app = smallApp(one, { app: "interrupted" });
    await app.deploy();
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  const containers = async (): Promise<string> => {
    const format = '{{.Label "wherry.service"}} {{.State}}';
    return (await one.exec(["docker", "ps", "-a", "--filter", "label=wherry.app=interrupted", "--format", format]))
      .stdout;
  };

  test(
    "converges on the next one, whatever step it was killed at, with no request lost",
    { timeout: 600_000 },
    async () => {
      const traffic = await app.traffic({ rate: 60 });

      for (const [index, steps] of [0, 1, 2, 4, 6, 7, 8, 9, 10, 11].entries()) {
        const version = `killed-${index}`;
        app.commit({ "version.txt": `${version}\n` });
        await app.wherry(["deploy"], killedAfter(steps));
        expect(await onceFree(app, "deploy"), `killed after ${steps} steps`).toMatchObject({ exitCode: 0 });

        expect(await app.version(), `killed after ${steps} steps`).toBe(version);
        expect((await containers()).trim().split("\n").toSorted()).toEqual([
          "data running",
          "web running",
          "worker running",
        ]);
      }
      const report = await traffic.stop();

      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0, errors: [] });
      const lines = (await app.wherry(["history", "--json", "--last", "40"])).json<readonly Line[]>();
      expect(lines.filter(({ outcome }) => outcome === "cancelled").length).toBeGreaterThan(2);
    },
  );

  test("keeps others out while it runs, and says who and where", async () => {
    app.commit({ "version.txt": "first\n", "behaviour.txt": "slow-start\n" });
    const first = app.wherry(["deploy", "--json"]);
    let second;
    for (let attempt = 0; attempt < 30; attempt += 1) {
      await sleep(300);
      const status = await app.wherry(["status", "--json"]);
      if (status.json<{ lock: { step: string | null } | null }>().lock?.step == null) continue;
      second = await app.wherry(["deploy", "--json"]);
      break;
    }

    expect(second?.exitCode).toBe(7);
    expect(second?.json<{ error: { message: string } }>().error.message).toMatch(
      /is locked: .+ runs deploy .+ since .+ at the step/,
    );
    expect((await first).exitCode).toBe(0);
    app.commit({ "behaviour.txt": "fine\n" });
  });

  test("a reboot of the server brings everything back, by itself", async () => {
    await app.wherry(["exec", "data", "--", "redis-cli", "set", "boat", "wherry"]);
    const before = await app.version();

    await one.reboot();

    let after = "";
    for (let attempt = 0; attempt < 40 && after !== before; attempt += 1) {
      after = await app.version().catch(() => "no answer");
      if (after !== before) await sleep(1000);
    }
    expect(after).toBe(before);
    expect((await app.wherry(["exec", "data", "--", "redis-cli", "get", "boat"])).stdout).toContain("wherry");
    // It answers before the last worker is up.
    let status = await app.wherry(["status"]);
    for (let attempt = 0; status.exitCode !== 0 && attempt < 30; attempt += 1) {
      await sleep(1000);
      status = await app.wherry(["status"]);
    }
    expect(status.exitCode).toBe(0);
  });
});
