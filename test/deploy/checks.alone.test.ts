import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

const page = "{ url: http://127.0.0.1:8099/ }";
const command = "{ service: web, command: [node, -e, process.exit(0)] }";
const prometheus = (query: string): string => `{ prometheus: "http://127.0.0.1:9090", query: "${query}", max: 5 }`;

describe("a watch with checks of one's own", () => {
  let one: TestServer;
  let app: SmallApp;
  let version = 1;

  /** Deploys a new version, watched with these checks. */
  async function watched(...checks: readonly string[]): Promise<{ exitCode: number | null } & Deployment> {
    version += 1;
    const yaml = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
    app.commit({
      "version.txt": `${version}\n`,
      "wherry.yaml": yaml.replace(/checks: .*/, `checks: [${checks.join(", ")}]`),
    });
    const result = await app.wherry(["deploy", "--json"]);
    return { exitCode: result.exitCode, ...result.json<Deployment>() };
  }

  beforeAll(async () => {
    one = await server({ warm: true });
    app = smallApp(one, {
      app: "checked",
      extra: "strategy:\n  watch:\n    for: 6s\n    wait: 2s\n    min_requests: 5\n    checks: []\n",
    });
    const started = await one.exec([
      "sh",
      "-c",
      `set -e
      apt-get update -qq && apt-get install -qq -y --no-install-recommends prometheus > /dev/null
      systemctl stop prometheus 2> /dev/null || :
      mkdir -p /srv/page && echo here > /srv/page/index.html
      (cd /srv/page && nohup python3 -m http.server --bind 127.0.0.1 8099 > /dev/null 2>&1 &)
      printf 'global: { scrape_interval: 5s }\\n' > /srv/prometheus.yml
      nohup prometheus --config.file /srv/prometheus.yml --storage.tsdb.path /srv/tsdb --web.listen-address 127.0.0.1:9090 > /srv/prometheus.log 2>&1 &
      for i in $(seq 100); do curl -sf 'http://127.0.0.1:9090/api/v1/query?query=vector(1)' && exit 0; sleep 0.2; done; exit 1`,
    ]);
    if (started.exitCode !== 0) throw new Error(`${started.stdout}${started.stderr}`);
    await app.deploy();
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  test("goes by an address, a command in the new container, and a real Prometheus", { timeout: 300_000 }, async () => {
    const traffic = await startTraffic({ address: one.address, port: one.httpPort, host: app.host, rate: 20 });
    const good = await watched(page, command, prometheus("vector(1)"));
    expect(good).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    const live = String(version);

    for (const [check, reason] of [
      ["{ url: http://127.0.0.1:8099/nothing }", "http://127.0.0.1:8099/nothing answers 404"],
      [command.replace("exit(0)", "exit(3)"), "node in web exits with 3"],
      [prometheus("vector(7)"), "vector(7) is 7, more than 5"],
    ] as const) {
      const bad = await watched(check);
      expect(bad).toMatchObject({ exitCode: 5, error: { code: "breach" } });
      expect(bad.error?.message).toContain(reason);
      expect(await app.version()).toBe(live);
    }

    // No number is no answer, and no pass.
    const unknown = await watched(prometheus("no_such_series"));
    expect(unknown).toMatchObject({ exitCode: 6, outcome: "paused", error: { code: "inconclusive" } });
    expect((await app.wherry(["abort"])).exitCode).toBe(0);
    expect(await app.version()).toBe(live);
    expect(await traffic.stop()).toMatchObject({ lost: 0 });
  });
});
