import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { move } from "../../src/cli/commands/infra/move.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { addressOf, inside, insteadOfDocker, orderSums, psql, running } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";
import { floatAt, standAt } from "./foreign.ts";

const compose = `
services:
  web:
    build: .
  once:
    build: .
    command: [node, worker.js]
  db:
    image: postgres:17
    environment: { POSTGRES_USER: owner, POSTGRES_DB: shop, POSTGRES_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["db:/var/lib/postgresql/data"]
  files:
    build: .
    user: root
    command: [sh, -c, "while :; do sleep 1; done"]
    init: true
    volumes: ["files:/files"]
volumes: { db: {}, files: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    release: [node, job.js]
    drain: 5s
  once: { singleton: true }`;

interface Moved {
  readonly did: string;
  readonly compared: readonly object[];
  readonly unserved: { readonly seconds: number; readonly copy: number };
  readonly bytes: number;
  readonly straight: boolean;
  readonly forwards: boolean;
  readonly records: readonly object[];
  readonly addresses: readonly object[];
  readonly dns: readonly object[];
  readonly written: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** One story: each test goes on from where the one before it ended. */
describe("an environment that moves to another server", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;
  let hetzner: FakeHetzner;
  let left: string;
  let address: string;
  let checksum: string;
  const floating = "198.51.100.7";

  /** What is left of the straight way: keys that are let in, and folders. */
  const wayLeft = (one: TestServer): Promise<string> =>
    inside(
      one,
      "grep -s wherry-move /home/deploy/.ssh/authorized_keys; find /home/deploy/.local/state/wherry /var/lib/wherry -name way 2> /dev/null || :",
    );
  /** What the app says on its floating address, asked on the server itself. */
  const byFloating = (one: TestServer): Promise<string> =>
    inside(
      one,
      `curl -s -o /dev/null -w '%header{version}' --interface ${floating} -H 'host: ${app.host}' http://${floating}/`,
    );
  const floatingLeft = (one: TestServer): Promise<string> =>
    inside(one, `ip -o address show to ${floating}; ls -d /etc/systemd/system/wherry-addresses-* 2> /dev/null || :`);
  const infra = (...words: readonly string[]) =>
    app.wherry(["infra", "move", "-e", "production", ...words, "--json"], { timeout: 280_000 });
  const to = (): readonly string[] => ["--to", `deploy@${fresh.address}`, "--address", address];

  const ask = (): Promise<string> =>
    new Promise((resolve) => {
      const options = {
        host: old.address,
        port: old.httpPort,
        headers: { host: app.host },
        agent: false,
        timeout: 5000,
      };
      request(options, (response) => {
        response.resume();
        resolve(String(response.headers["version"] ?? response.statusCode));
      })
        .on("error", (error) => resolve(error.message))
        .on("timeout", () => resolve("timeout"))
        .end();
    });
  /** Visitors of the old address for as long as `during` takes: what they got, and for how long it was not the app. */
  const visited = async <T>(during: () => Promise<T>) => {
    const answers: { readonly at: number; readonly answer: string }[] = [];
    const end = new AbortController();
    const visiting = (async () => {
      while (!end.signal.aborted) {
        answers.push({ at: Date.now(), answer: await ask() });
        await sleep(50);
      }
    })();
    const result = await during();
    end.abort();
    await visiting;
    const others = answers.filter(({ answer }) => answer !== "1");
    const seconds = ((others.at(-1)?.at ?? 0) - (others[0]?.at ?? 0)) / 1000;
    return { result, seconds, others: new Set(others.map(({ answer }) => answer)) };
  };
  const serves = (): Promise<void> =>
    vi.waitFor(async () => expect(await ask()).toBe("1"), { timeout: 60_000, interval: 250 });

  beforeAll(async () => {
    await ensureBaseImages(["postgres:17", "haproxy:3.2"], () => {});
    [old, fresh] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    [left, address] = [await addressOf(old), await addressOf(fresh)];
    hetzner = await fakeHetzner();
    app = smallApp([old, fresh], {
      app: "moving",
      services,
      files: { "compose.yaml": compose },
      env: { HCLOUD_TOKEN: hetzner.token, HCLOUD_ENDPOINT: hetzner.endpoint },
    });
    const [oldThere] = [await standAt(hetzner, "old", { A: left }), await standAt(hetzner, "fresh", { A: address })];
    floatAt(hetzner, floating, oldThere);
    hetzner.requests.length = 0;
    // An address of somebody else beside it stays, and so does a name that is not the app's.
    hetzner.zones.put(app.host, {
      "@ A": [left, "192.0.2.7", floating],
      "@ AAAA": ["2001:db8::7"],
      "mail A": [left],
    });
    await app.deploy();
    await psql(
      old,
      `create table orders (id serial primary key, who text, what text, at timestamptz default now());
       insert into orders (who, what) select md5(i::text), md5(random()::text) || md5(random()::text) from generate_series(1, 100000) i;
       create role reader; grant select on orders to reader;`,
    );
    await inside(
      old,
      "docker exec $(docker ps -q --filter label=wherry.service=files) sh -c 'mkdir /files/a && head -c 100000 /dev/urandom > /files/a/b && ln -s b /files/a/c'",
    );
    checksum = await orderSums(old);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    await Promise.all([old?.remove(), fresh?.remove(), hetzner?.close()]);
  });

  test("is planned with its data, and nothing is touched", async () => {
    const result = await infra(...to(), "--plan");
    const document = result.json<{
      readonly data: readonly { readonly service: string; readonly bytes: number }[];
      readonly addresses: readonly object[];
      readonly dns: readonly object[];
    }>();
    expect(move.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document.data.map(({ service }) => service).toSorted()).toEqual(["db", "files"]);
    expect(document.data.find(({ service }) => service === "db")?.bytes).toBeGreaterThan(10e6);
    expect(document.dns).toMatchObject([{ host: app.host, type: "A", after: [address, "192.0.2.7", floating] }]);
    expect(document.addresses).toEqual([{ address: floating, at: "Hetzner", from: "old", to: "fresh" }]);
    expect(await inside(fresh, "ls -A /var/lib/wherry 2> /dev/null; docker ps -aq")).toBe("");
    expect(hetzner.requests.filter((one) => !one.startsWith("GET"))).toEqual([]);
  });

  test("goes on being served by the old server when the command is killed in the copy", async () => {
    const { result, others } = await visited(async () => {
      let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
      const moving = app.wherry(["infra", "move", "-e", "production", ...to(), "--yes"], {
        timeout: 280_000,
        onStart: (started) => (child = started),
      });
      await vi.waitFor(() => inside(old, "pgrep -x pg_dump"), { timeout: 240_000, interval: 100 });
      child?.kill("SIGKILL");
      const killed = await moving;
      await serves();
      return killed;
    });
    expect(result.signal).toBe("SIGKILL");
    expect([...others]).toEqual(["503"]);
    expect(await running(old, "moving")).toBe("db files once web");
    await vi.waitFor(async () => expect(await wayLeft(fresh)).toBe(""), { timeout: 60_000, interval: 500 });
    // What half arrived there does not work.
    expect(await running(fresh, "moving")).not.toMatch(/web|once/);
    expect(await orderSums(old)).toBe(checksum);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}`);
  });

  test("goes on being served by the old server when what arrived is not what was sent", async () => {
    // Somebody else writes there between unpacking and counting.
    const restore = await insteadOfDocker(
      fresh,
      'exec /usr/bin/docker "${@//tar --numeric-owner -xpf - || exit 1/tar --numeric-owner -xpf - || exit 1; echo more > ./files/more}"',
    );
    const result = await infra(...to(), "--yes");
    await restore();
    expect(result.exitCode).toBe(5);
    expect(result.json<Moved>().error).toMatchObject({
      code: "move-failed",
      message: expect.stringContaining("what arrived of files is not what was sent") as string,
    });
    await serves();
    expect(await running(old, "moving")).toBe("db files once web");
    expect(await running(fresh, "moving")).not.toMatch(/web|once/);
  });

  test("lands there with equal rows and checksums, and is away for no longer than it is told", async () => {
    const { result, seconds, others } = await visited(() => infra(...to(), "--yes"));
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    const moved = result.json<Moved>();
    expect(move.schema?.safeParse(moved).error?.issues).toBeUndefined();
    expect(moved.compared).toEqual(
      expect.arrayContaining([
        { service: "db", equal: true, tables: 1, rows: 100_000 },
        { service: "files", equal: true, tables: 1, rows: 1 },
      ]),
    );
    expect(await orderSums(fresh)).toBe(checksum);
    expect(
      await inside(fresh, "docker exec $(docker ps -q --filter label=wherry.service=files) readlink /files/a/c"),
    ).toBe("b");
    expect(await running(fresh, "moving")).toBe("db files once web");
    expect([...others]).toEqual(["503"]);
    expect(seconds).toBeLessThan(moved.unserved.seconds + 1);
    expect(moved.unserved.copy).toBeLessThanOrEqual(moved.unserved.seconds);
    expect(moved.straight).toBe(true);
    expect(moved.bytes).toBeGreaterThan(1e6);
    for (const one of [old, fresh]) expect(await wayLeft(one)).toBe("");
    console.log(
      `not served: ${moved.unserved.seconds} s (seen: ${seconds} s), of that ${moved.unserved.copy} s copy of ${moved.bytes} bytes`,
    );
    // Whether that of somebody else is meant to be there, only people know.
    expect(moved.records).toEqual([{ host: app.host, type: "AAAA", address: null }]);
    expect(moved.dns).toEqual([
      {
        host: app.host,
        type: "A",
        before: [left, "192.0.2.7", floating],
        after: [address, "192.0.2.7", floating],
        at: "Hetzner",
        ttl: 3600,
      },
    ]);
    expect(hetzner.zones.read(app.host)).toEqual({
      "@ A": [address, "192.0.2.7", floating],
      "@ AAAA": ["2001:db8::7"],
      "mail A": [left],
    });
    expect(moved.addresses).toEqual([{ address: floating, at: "Hetzner", from: "old", to: "fresh" }]);
    expect(await byFloating(fresh)).toBe("1");
    expect(moved.written).toEqual(["wherry.yaml"]);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${fresh.address}\n`);
  });

  test("is still reached by the old address, and the old server keeps what it had, and runs nothing", async () => {
    expect(await ask()).toBe("1");
    expect(await running(old, "moving")).toBe("");
    expect((await inside(old, "docker volume ls -q --filter label=wherry.app=moving")).split("\n")).toHaveLength(2);
    const status = (await app.wherry(["status", "--json"])).json<{ live: { id: string }; server: string }>();
    expect(status.server).toBe(`deploy@${fresh.address}`);
    const history = (await app.wherry(["history", "--json"])).json<readonly { kind: string; outcome: string }[]>();
    expect(history.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(["move succeeded", "release succeeded"]);
  });

  test("is not deployed to the old server by mistake", async () => {
    const moved = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
    app.commit({ "wherry.yaml": moved.replace(fresh.address, old.address) });
    const result = await app.wherry(["deploy", "-e", "production", "--json"]);
    expect(result.exitCode).toBe(4);
    expect(result.json<Moved>().error).toMatchObject({
      code: "moved-away",
      message: expect.stringContaining(`to deploy@${fresh.address}`) as string,
    });
    app.commit({ "wherry.yaml": moved });
  });

  test("comes back with the data that the old server had, and the other one can be cleared", async () => {
    await psql(fresh, "delete from orders where id > 10");
    // Killed between the two servers, and before wherry.yaml is written: said again, it does the rest.
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const words = ["infra", "move", "-e", "production", "--back", "--address", left, "--yes"];
    const killed = app.wherry(words, { timeout: 120_000, onStart: (started) => (child = started) });
    const stops = "test -e /var/lib/wherry/apps/moving/production/moved";
    await vi.waitFor(() => inside(fresh, stops), { timeout: 60_000, interval: 50 });
    child?.kill("SIGKILL");
    expect((await killed).signal).toBe("SIGKILL");
    const moved = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
    const back = await infra("--back", "--address", left, "--yes");
    if (back.exitCode !== 0) throw new Error(back.stdout + back.stderr);
    expect(move.schema?.safeParse(back.json()).error?.issues).toBeUndefined();
    await serves();
    expect(hetzner.zones.read(app.host)).toMatchObject({ "@ A": [left, "192.0.2.7", floating] });
    expect(back.json<Moved>().addresses).toEqual([{ address: floating, at: "Hetzner", from: "fresh", to: "old" }]);
    expect(await byFloating(old)).toBe("1");
    expect(await floatingLeft(fresh)).toBe("");
    app.write({ "wherry.yaml": moved });
    const again = (await infra("--back", "--address", left, "--yes")).json<Moved>();
    expect(again).toMatchObject({ did: "back", addresses: [], dns: [], written: ["wherry.yaml"] });
    expect(hetzner.problems).toEqual([]);
    expect(await running(old, "moving")).toBe("db files once web");
    expect(await running(fresh, "moving")).toBe("");
    expect(await orderSums(old)).toBe(checksum);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}\n`);

    const confirmed = await infra("--confirm", "--yes");
    if (confirmed.exitCode !== 0) throw new Error(confirmed.stdout + confirmed.stderr);
    expect(await inside(fresh, "docker ps -aq --filter label=wherry.app=moving")).toBe("");
    expect((await inside(fresh, "docker volume ls -q --filter label=wherry.app=moving")).split("\n")).toHaveLength(2);
    await serves();
  });
});
