import { request } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startTraffic } from "../../scripts/traffic/index.ts";
import type { TrafficReport } from "../../scripts/traffic/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import type { Reported } from "./contender.ts";
import { difference, readMeter } from "./meter.ts";
import type { Passed } from "./meter.ts";

export interface Measured extends Passed {
  readonly seconds: number;
  readonly reported: Reported;
  /** What visitors saw; nothing visits before the first deployment. */
  readonly traffic?: TrafficReport;
}

/** Visitors are near the server, however far away the deployer is. */
type Site = Pick<TestServer, "exec" | "address" | "httpPort">;

const host = "bench.example.com";
const rate = 100;

/** Seconds of traffic before and after: what a deployment does behind its own back counts too. */
const margin = { before: 1, after: 4 };

export async function measure(site: Site, act: () => Promise<Reported>): Promise<Measured> {
  const before = await readMeter(site);
  const start = performance.now();
  const reported = await act();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, reported, ...difference(await readMeter(site), before) };
}

export async function measureUnderTraffic(site: Site, act: () => Promise<Reported>): Promise<Measured> {
  const traffic = await startTraffic({
    address: site.address,
    port: site.httpPort,
    host,
    rate,
    mix: [
      { path: "/", weight: 4 },
      { method: "POST", path: "/orders", body: { rope: 1 } },
    ],
    slow: { path: "/slow", every: 1 },
  });
  await sleep(margin.before * 1000);
  const measured = await measure(site, act);
  await sleep(margin.after * 1000);
  return { ...measured, traffic: await traffic.stop() };
}

/** The version that answers. */
export async function liveVersion({ address, httpPort }: Site): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request({ host: address, port: httpPort, headers: { host }, agent: false }, (response) => {
      (json(response) as Promise<{ version?: unknown }>).then(({ version }) => resolve(version), reject);
    })
      .on("error", reject)
      .end();
  });
}
