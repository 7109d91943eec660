import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemas } from "../../src/cli/schemas.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { program } from "../helpers/cli.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `
services:
  web:
    build: .
    depends_on: [data]
    deploy: { replicas: 2 }
  worker:
    build: .
    command: [node, worker.js]
  data:
    image: redis:8
    volumes: ["data:/data"]
volumes:
  data:
`;
const services = `
  web: { route: APP.test, port: 3000, health: /healthz, release: [node, job.js], drain: 2s }
  worker: { singleton: true }`;
const byName = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]));
const production = ["-e", "production"];
/** Of Wherry, for a user who is not root. */
const folder = "/var/lib/wherry";
const staging = ["-e", "staging"];

describe("commands", () => {
  let one: TestServer;
  let first: SmallApp;
  let second: SmallApp;

  /** In the server as root; what it prints, as lines. */
  const inServer = async (script: string): Promise<readonly string[]> => {
    const { stdout } = await one.exec(["sh", "-c", script]);
    return stdout.split("\n").filter((line) => line !== "");
  };
  /** Of everything that lasts there: what it is and when it was made or written. */
  const everything = (): Promise<readonly string[]> =>
    inServer(
      "docker ps -aq --no-trunc; docker network ls -q; docker volume ls -q; docker image ls -q; " +
        `find ${folder} -type f -printf '%p %T@\\n' | sort`,
    );
  const imagesOf = (app: string) =>
    inServer(`docker image ls --filter 'reference=wherry/${app}/web' --format '{{.Tag}}' | sort -u`);
  const get = (
    host: string,
    path = "/",
  ): Promise<{ readonly status: number; readonly version: string; body: string }> =>
    new Promise((resolve, reject) => {
      const options = { host: one.address, port: one.httpPort, path, headers: { host }, agent: false, timeout: 10_000 };
      request(options, (response) => {
        const { statusCode: status = 0, headers } = response;
        text(response).then((body) => resolve({ status, version: String(headers["version"]), body }), reject);
      })
        .on("error", reject)
        .end();
    });

  beforeAll(async () => {
    one = await server({ warm: true });
    const address = `deploy@${one.address}`;
    first = smallApp(one, {
      app: "first",
      services,
      files: { "compose.yaml": compose },
      extra: `  staging:\n    server: ${address}\n    services: { web: { route: staging.test } }\nkeep: 2\n`,
    });
    second = smallApp(one, { app: "second", files: { "compose.yaml": "services: { web: { build: . } }\n" } });
  });
  afterAll(async () => {
    first?.remove();
    second?.remove();
    await one?.remove();
  });

  test("server setup makes a server ready, and changes nothing the second time", async () => {
    const before = await first.wherry(["server", "status", "--json", ...production]);
    expect(before).toMatchObject({ exitCode: 6 });
    expect(before.json()).toMatchObject({ proxy: null, missing: [], routes: [] });

    const setup = await first.wherry(["server", "setup", "--json", ...production]);
    expect(setup).toMatchObject({ exitCode: 0 });
    const ready = await everything();
    const again = await first.wherry(["server", "setup", "--json", ...production]);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.json()).toMatchObject({ environment: "production" });
    expect(await everything()).toEqual(ready);

    const after = await first.wherry(["server", "status", "--json", ...production]);
    expect(after).toMatchObject({ exitCode: 0 });
    expect(after.json()).toMatchObject({ proxy: { state: "running" }, missing: [], folder });
    expect(await everything()).toEqual(ready);
  });

  test("plan tells what each service is and why, and changes nothing", async () => {
    const before = await everything();
    const result = await first.wherry(["plan", "--json", ...production]);
    expect(result).toMatchObject({ exitCode: 0 });
    const plan = schemas.plan.parse(result.json());
    const kinds = plan.services.map(({ name, kind, replicas, change }) => [name, kind, replicas, change]);
    expect(kinds.toSorted(byName)).toEqual([
      ["data", "stateful", 1, "new"],
      ["web", "routed", 2, "new"],
      ["worker", "worker", 1, "new"],
    ]);
    expect(plan.services.every(({ reason }) => reason !== "")).toBe(true);
    expect(plan.steps.length).toBeGreaterThan(4);
    expect(plan.previous).toBeNull();
    expect(await everything()).toEqual(before);

    const other = await first.wherry(["deploy", "--plan", "--json", ...production]);
    expect(schemas.plan.parse(other.json()).services).toEqual(plan.services);
    expect(await everything()).toEqual(before);
  });

  test("deploy, status and history keep their promise of JSON", async () => {
    const deployment = schemas.deployment.parse(await first.deploy(...production));
    expect(deployment).toMatchObject({ outcome: "succeeded", previous: null });
    const status = await first.wherry(["status", "--json", ...production]);
    expect(status).toMatchObject({ exitCode: 0 });
    const { live, services: found, lock, proxy } = schemas.status.parse(status.json());
    expect(live).toMatchObject(deployment.release);
    expect({ lock, proxy }).toEqual({ lock: null, proxy: true });
    expect(found.map(({ name, replicas, wanted }) => [name, replicas, wanted]).toSorted(byName)).toEqual([
      ["data", 1, 1],
      ["web", 2, 2],
      ["worker", 1, 1],
    ]);
    const history = await first.wherry(["history", "--json", ...production]);
    expect(schemas.ledger.parse(history.json())).toMatchObject([
      { release: deployment.release.id, outcome: "succeeded", previous: null },
    ]);
  });

  test("both replicas get traffic", async () => {
    const containers = await inServer(
      "docker ps -q --filter label=wherry.app=first --filter label=wherry.environment=production --filter label=wherry.service=web",
    );
    expect(containers).toHaveLength(2);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(first.host, "/env")));
    const names = answers.map(({ body }) => (JSON.parse(body) as { env: { HOSTNAME: string } }).env.HOSTNAME);
    expect(new Set(names).size).toBe(2);
  });

  test("exec passes all bytes and the exit code", () => {
    const input = Buffer.concat(
      Array.from({ length: 300 }, () => Buffer.from(Array.from({ length: 256 }, (_, i) => i))),
    );
    const command = [program, "exec", "web", ...production, "--", "sh", "-c", "cat; echo said >&2; exit 7"];
    const env = { ...process.env, WHERRY_SSH_CONFIG: one.sshConfig, APP_PASSWORD: "correct horse battery" };
    const result = spawnSync(process.execPath, command, { cwd: first.folder, env, input, maxBuffer: 2 ** 24 });
    expect(result.status).toBe(7);
    expect(result.stdout.equals(input)).toBe(true);
    expect(String(result.stderr)).toBe("said\n");
  });

  test("run passes the exit code and leaves no container", async () => {
    const before = await inServer("docker ps -aq | sort");
    const script = "console.log(require('node:fs').readFileSync('version.txt', 'utf8').trim()); process.exit(23)";
    const result = await first.wherry(["run", "web", ...production, "--", "node", "-e", script]);
    expect(result).toMatchObject({ exitCode: 23, stdout: "1\n" });
    expect(await inServer("docker ps -aq | sort")).toEqual(before);
  });

  test("an unknown service is an error of use", async () => {
    for (const command of ["exec", "run"]) {
      const result = await first.wherry([command, "wbe", ...production, "--", "true"]);
      expect(result).toMatchObject({ exitCode: 2, stdout: "" });
      expect(result.stderr).toContain("did you mean web?");
    }
  });

  test.each(["SIGINT", "SIGTERM"] as const)("logs -f ends with %s and leaves nothing on the server", async (signal) => {
    const once = await first.wherry(["logs", "web", ...production]);
    expect(once).toMatchObject({ exitCode: 0 });
    expect(once.stdout.match(/web +\| version 1 listens\n/g)).toHaveLength(2);

    const followed = await first.wherry(["logs", "-f", ...production], {
      timeout: 60_000,
      onStart(child) {
        child.stdout?.once("data", () => setTimeout(() => child.kill(signal), 1000));
      },
    });
    expect(followed.stdout).toContain("version 1 listens");
    expect(followed.signal).not.toBe("SIGKILL");
    await expect
      .poll(() => inServer("ps axww -o args | grep '[d]ocker logs'"), { timeout: 10_000, interval: 500 })
      .toEqual([]);
  });

  test("apps and environments on one server do not disturb each other", async () => {
    await first.deploy(...staging);
    await second.deploy();
    expect(await Promise.all([first.version(), second.version(), get("staging.test")])).toMatchObject([
      "1",
      "1",
      { version: "1" },
    ]);
    const routes = (await first.wherry(["server", "status", "--json", ...production])).json<{
      routes: { route: string }[];
    }>().routes;
    expect(routes.map(({ route }) => route).toSorted()).toEqual(["first.test", "second.test", "staging.test"]);

    second.commit({ "version.txt": "2\n" });
    await second.deploy();
    expect(await Promise.all([first.version(), second.version()])).toEqual(["1", "2"]);
    const states = await Promise.all(
      [production, staging].map(async (environment) => (await first.wherry(["status", ...environment])).exitCode),
    );
    expect(states).toEqual([0, 0]);
  });

  test("a singleton never runs twice; keep: 2 leaves what other environments and apps need", async () => {
    const others = await imagesOf("second");
    const watched = inServer(
      "until [ -e /run/stop-watching ]; do docker ps -q --filter label=wherry.app=first --filter label=wherry.environment=production --filter label=wherry.service=worker | wc -l; done",
    );
    try {
      for (const version of ["2", "3", "4"]) {
        first.commit({ "version.txt": `${version}\n` });
        const deployment = schemas.deployment.parse(await first.deploy(...production));
        expect(deployment.outcome).toBe("succeeded");
        expect(await first.version()).toBe(version);
      }
    } finally {
      await inServer("touch /run/stop-watching");
    }
    const counts = new Set(await watched);
    expect(counts).toContain("1");
    expect([...counts].filter((count) => Number(count) > 1)).toEqual([]);
    const workers = await first.wherry(["logs", "worker", ...production]);
    expect(workers.stdout).toContain("worker 4 works");

    expect(await inServer(`ls ${folder}/apps/first/production/releases`)).toHaveLength(2);
    // Two of production and the one of staging.
    expect(await imagesOf("first")).toHaveLength(3);
    expect(await imagesOf("second")).toEqual(others);
    expect(await Promise.all([second.version(), get("staging.test")])).toMatchObject(["2", { version: "1" }]);
  });

  test("rollback keeps its promise of JSON", async () => {
    const planned = await first.wherry(["rollback", "--plan", "--json", ...production]);
    expect(planned).toMatchObject({ exitCode: 0 });
    expect(schemas.plan.parse(planned.json())).toMatchObject({ kind: "rollback" });
    expect(await first.version()).toBe("4");
    const done = schemas.deployment.parse(await first.rollback(...production));
    expect(done).toMatchObject({ kind: "rollback", outcome: "succeeded" });
    expect(await first.version()).toBe("3");
    const history = await first.wherry(["history", "--json", "--last", "2", ...production]);
    expect(schemas.ledger.parse(history.json())).toMatchObject([{ kind: "rollback" }, { kind: "release" }]);

    const refused = await first.wherry(["rollback", "--json", "--to", "20200101-none", ...production]);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.json()).toMatchObject({ error: { hint: expect.any(String) } });
  });

  test("remove takes everything but volumes, and volumes only on a terminal", async () => {
    for (const flags of [[], ["--volumes"], ["--volumes", "--yes"]]) {
      const refused = await first.wherry(["remove", ...flags, ...production]);
      expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    }
    const planned = await first.wherry(["remove", "--plan", "--json", ...production]);
    expect(planned.json()).toMatchObject({ removed: false, volumes: [expect.any(String)] });
    expect(await first.version()).toBe("3");

    const removed = await first.wherry(["remove", "--yes", "--json", ...production]);
    expect(removed).toMatchObject({ exitCode: 0 });
    expect(removed.json()).toMatchObject({ removed: true, app: "first", environment: "production" });
    const mine = "--filter label=wherry.app=first --filter label=wherry.environment=production";
    expect(await inServer(`docker ps -aq ${mine}; docker network ls -q ${mine}`)).toEqual([]);
    expect(await inServer(`docker volume ls -q ${mine}`)).toHaveLength(1);
    expect(await inServer(`find ${folder}/apps/first/production -type f`)).toEqual([]);
    expect(await imagesOf("first")).toHaveLength(1);
    expect(await first.version()).toMatch(/^(404|503)$/);
    expect(await Promise.all([second.version(), get("staging.test")])).toMatchObject(["2", { version: "1" }]);

    expect(await second.wherry(["remove", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await imagesOf("second")).toEqual([]);
    expect(await get("staging.test")).toMatchObject({ status: 200, version: "1" });
    const status = await second.wherry(["status", "--json"]);
    expect(schemas.status.parse(status.json())).toMatchObject({ live: null, services: [] });
  });
});
