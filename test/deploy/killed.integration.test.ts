import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import type { RunResult } from "../helpers/cli.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

interface Line {
  readonly outcome: string;
  readonly commit: string | null;
  readonly traffic: string | null;
}

/** When the command is killed: at this line "ok ...", or so many milliseconds after it. */
interface Point {
  readonly done: number;
  readonly later: number;
}

const running = ["data running", "web running", "worker running"];
/** Seconds for which the lock of a killed command may stay taken. */
const patience = 40;
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const titlesIn = (log: string): readonly string[] =>
  [...log.matchAll(/^ok (.+) [\d.]+ \w+$/gm)].map(([, title = ""]) => title);

describe("a command that is killed", () => {
  let one: TestServer;
  let app: SmallApp;
  beforeAll(async () => {
    one = await server();
    // A name of its own: deployments of the same app at the same time share the images on this machine.
    app = smallApp(one, { app: "killed" });
    await app.deploy();
  });
  afterAll(async () => {
    app?.remove();
    await one?.remove();
  });

  const containers = async (): Promise<readonly string[]> => {
    const format = '{{.Label "wherry.service"}} {{.State}}';
    const argv = ["docker", "ps", "-a", "--filter", "label=wherry.app=killed", "--format", format];
    return (await one.exec(argv)).stdout.trim().split("\n").toSorted();
  };

  /** Asks Redis through the app. */
  const askData = (command: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const path = `/data?command=${encodeURIComponent(command)}`;
      const { address: host, httpPort: port } = one;
      request({ host, port, path, headers: { host: app.host }, agent: false, timeout: 10_000 }, (response) => {
        text(response).then((body) => resolve((JSON.parse(body) as { data: unknown }).data), reject);
      })
        .on("error", reject)
        .end();
    });

  const deployKilledAt = ({ done, later }: Point): Promise<RunResult> =>
    app.wherry(["deploy"], {
      onStart(child) {
        let log = "";
        let aimed = false;
        const look = (): void => {
          if (aimed || titlesIn(log).length < done) return;
          aimed = true;
          if (later === 0) child.kill("SIGKILL");
          else setTimeout(() => child.kill("SIGKILL"), later);
        };
        child.stderr?.on("data", (chunk: Buffer) => {
          log += String(chunk);
          look();
        });
        look();
      },
    });

  /** The lock of a killed command becomes free by itself. */
  async function deployAgain(): Promise<RunResult> {
    const until = Date.now() + patience * 1000;
    for (;;) {
      const result = await app.wherry(["deploy", "--json"]);
      if (result.exitCode !== 7 || Date.now() > until) return result;
      await sleep(1000);
    }
  }

  test("leaves nothing that the same command does not put right, at any step", { timeout: 600_000 }, async () => {
    const traffic = await startTraffic({
      address: one.address,
      port: one.httpPort,
      host: app.host,
      rate: 60,
      mix: [
        { method: "GET", path: "/", weight: 3 },
        { method: "POST", path: "/orders", body: "order", weight: 1 },
      ],
      versionHeader: "version",
    });
    app.commit({ "version.txt": "whole\n" });
    const titles = titlesIn((await app.wherry(["deploy"])).stderr);
    // How many steps are done when the step begins that is called like this.
    const before = (title: RegExp): number => {
      const found = titles.findIndex((candidate) => title.test(candidate));
      if (found < 0) throw new Error(`no step ${title} in: ${titles.join("; ")}`);
      return found;
    };
    const [prepare, job, start] = [before(/^prepare/), before(/^run node/), before(/^start /)];
    const [verify, change, retire] = [before(/^wait until/), before(/^switch/), before(/^let /)];
    const points: readonly Point[] = [
      { done: 0, later: 700 },
      { done: prepare + 1, later: 0 },
      { done: job, later: 0 },
      { done: start, later: 200 },
      { done: verify, later: 0 },
      { done: change, later: 0 },
      // Between the two round trips, and in the second one.
      { done: retire, later: 0 },
      { done: retire, later: 400 },
      { done: titles.length - 1, later: 0 },
    ];

    for (const [index, point] of points.entries()) {
      const version = `killed-${index}`;
      const commit = app.commit({ "version.txt": `${version}\n` });
      const killed = await deployKilledAt(point);
      if (killed.signal !== "SIGKILL")
        throw new Error(`ended by itself before ${point.done} steps: exit ${killed.exitCode}\n${killed.stderr}`);
      const again = await deployAgain();

      const lines = (await app.wherry(["history", "--json", "--last", "5"])).json<readonly Line[]>();
      // Newest first. What was killed has its own line, by whether it had brought traffic over.
      const ledger = lines.filter((line) => line.commit === commit);
      const written = point.done > prepare;
      expect({
        point,
        exitCode: again.exitCode,
        version: await app.version(),
        containers: await containers(),
        last: ledger.at(0)?.outcome,
        outcome: ledger.at(1)?.outcome,
        agrees: (ledger.at(1)?.traffic != null) === (ledger.at(1)?.outcome === "succeeded"),
      }).toMatchObject({
        point,
        exitCode: 0,
        version,
        containers: running,
        last: "succeeded",
        agrees: true,
        // A switch under way may be done or not.
        ...(written && point.done !== change ? { outcome: point.done < change ? "cancelled" : "succeeded" } : {}),
      });
    }

    const report = await traffic.stop();
    expect(report).toMatchObject({ lost: 0, failed: 0, errors: [] });
    expect(report.sent).toBeGreaterThan(1000);
  });

  test("keeps others out while it runs, and says who, since when, and at which step", async () => {
    const slowly = "setTimeout(() => console.log('migrated'), 12_000);\n";
    const commit = app.commit({ "version.txt": "slow\n", "job.js": slowly });
    let second: Promise<RunResult> | undefined;
    const first = await app.wherry(["deploy"], {
      onStart(child) {
        let log = "";
        child.stderr?.on("data", (chunk: Buffer) => {
          log += String(chunk);
          // The job is next.
          if (titlesIn(log).some((title) => title.startsWith("store release")))
            second ??= app.wherry(["deploy", "--json"]);
        });
      },
    });

    expect(first).toMatchObject({ exitCode: 0 });
    const refused = await second;
    expect(refused).toMatchObject({ exitCode: 7 });
    const { message } = (refused?.json<{ error: { message: string } }>() ?? { error: { message: "" } }).error;
    expect(message).toMatch(/is locked: \S.* \(\S+\) runs deploy .+ since \d{4}-\d\d-\d\dT[\d:.]+Z, at the step /);
    expect(message).toContain(`deploy ${commit.slice(0, 8)}`);
    expect(await app.version()).toBe("slow");
    expect(await containers()).toEqual(running);
  });

  test("is not needed after a reboot: everything comes back by itself", { timeout: 180_000 }, async () => {
    expect(await askData("SET boat wherry")).toContain("OK");
    const version = await app.version();

    await one.reboot();

    let answered = "";
    for (const until = Date.now() + 40_000; answered !== version && Date.now() < until; await sleep(500)) {
      answered = await app.version().catch((error: Error) => error.message);
    }
    expect(answered).toBe(version);
    expect(await containers()).toEqual(running);
    expect(await askData("GET boat")).toContain("wherry");
  });
});
