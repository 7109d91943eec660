import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { move } from "../../src/cli/commands/infra/move.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

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
  readonly forwards: boolean;
  readonly records: readonly object[];
  readonly written: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** One story: each test goes on from where the one before it ended. */
describe("an environment that moves to another server", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;
  let address: string;
  let sshFolder: string;
  let checksum: string;

  const inside = async (one: TestServer, script: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await one.exec(["sh", "-c", script]);
    if (exitCode !== 0) throw new Error(`${script}: exit ${exitCode}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const sql = (one: TestServer, text: string): Promise<string> =>
    inside(
      one,
      `docker exec -i $(docker ps -q --filter label=wherry.service=db) psql -qAtU owner shop <<'Q'\n${text}\nQ`,
    );
  const sums = (one: TestServer): Promise<string> =>
    sql(one, "select count(*), md5(string_agg(md5(t::text), '' order by id)) from orders t");
  const running = (one: TestServer): Promise<string> =>
    inside(one, "docker ps --filter label=wherry.app=moving --format '{{.Label \"wherry.service\"}}' | sort | xargs");
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
    sshFolder = mkdtempSync(join(tmpdir(), "wherry-move-"));
    const sshConfig = join(sshFolder, "ssh_config");
    writeFileSync(sshConfig, [old, fresh].map((one) => readFileSync(one.sshConfig, "utf8")).join("\n"));
    app = smallApp(old, {
      app: "moving",
      services,
      files: { "compose.yaml": compose },
      env: { WHERRY_SSH_CONFIG: sshConfig },
    });
    address = await inside(fresh, "ip -4 -o address show dev eth0 | sed 's|.* inet ||; s|/.*||'");
    await app.deploy();
    await sql(
      old,
      `create table orders (id serial primary key, who text, what text, at timestamptz default now());
       insert into orders (who, what) select md5(i::text), md5(random()::text) || md5(random()::text) from generate_series(1, 100000) i;
       create role reader; grant select on orders to reader;`,
    );
    await inside(
      old,
      "docker exec $(docker ps -q --filter label=wherry.service=files) sh -c 'mkdir /files/a && head -c 100000 /dev/urandom > /files/a/b && ln -s b /files/a/c'",
    );
    checksum = await sums(old);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    rmSync(sshFolder, { recursive: true, force: true });
    await Promise.all([old?.remove(), fresh?.remove()]);
  });

  test("is planned with its data, and nothing is touched", async () => {
    const result = await infra(...to(), "--plan");
    const document = result.json<{ readonly data: readonly { readonly service: string; readonly bytes: number }[] }>();
    expect(move.schema?.safeParse(document).error?.issues).toBeUndefined();
    expect(document.data.map(({ service }) => service).toSorted()).toEqual(["db", "files"]);
    expect(document.data.find(({ service }) => service === "db")?.bytes).toBeGreaterThan(10e6);
    expect(await inside(fresh, "ls -A /var/lib/wherry 2> /dev/null; docker ps -aq")).toBe("");
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
    expect(await running(old)).toBe("db files once web");
    // What half arrived there does not work.
    expect(await running(fresh)).not.toMatch(/web|once/);
    expect(await sums(old)).toBe(checksum);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}`);
  });

  test("goes on being served by the old server when what arrived is not what was sent", async () => {
    const volume = await inside(
      fresh,
      "docker volume inspect -f '{{.Mountpoint}}' moving-production_files 2> /dev/null || docker volume ls -q --filter label=wherry.app=moving",
    );
    expect(volume).toMatch(/^\//);
    await inside(
      fresh,
      `touch /tmp/spoil; (while [ -e /tmp/spoil ]; do echo more > ${volume}/more; sleep 0.02; done) > /dev/null 2>&1 &`,
    );
    const result = await infra(...to(), "--yes");
    await inside(fresh, "rm /tmp/spoil");
    expect(result.exitCode).toBe(5);
    expect(result.json<Moved>().error).toMatchObject({
      code: "move-failed",
      message: expect.stringContaining("what arrived of files is not what was sent") as string,
    });
    await serves();
    expect(await running(old)).toBe("db files once web");
    expect(await running(fresh)).not.toMatch(/web|once/);
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
    expect(await sums(fresh)).toBe(checksum);
    expect(
      await inside(fresh, "docker exec $(docker ps -q --filter label=wherry.service=files) readlink /files/a/c"),
    ).toBe("b");
    expect(await running(fresh)).toBe("db files once web");
    expect([...others]).toEqual(["503"]);
    expect(seconds).toBeLessThan(moved.unserved.seconds + 1);
    expect(moved.unserved.copy).toBeLessThanOrEqual(moved.unserved.seconds);
    console.log(
      `not served: ${moved.unserved.seconds} s (seen: ${seconds} s), of that ${moved.unserved.copy} s copy of ${moved.bytes} bytes`,
    );
    expect(moved.records).toEqual([{ host: app.host, address }]);
    expect(moved.written).toEqual(["wherry.yaml"]);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${fresh.address}\n`);
  });

  test("is still reached by the old address, and the old server keeps what it had, and runs nothing", async () => {
    expect(await ask()).toBe("1");
    expect(await running(old)).toBe("");
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
    await sql(fresh, "delete from orders where id > 10");
    const back = await infra("--back", "--yes");
    if (back.exitCode !== 0) throw new Error(back.stdout + back.stderr);
    expect(move.schema?.safeParse(back.json()).error?.issues).toBeUndefined();
    await serves();
    expect(await running(old)).toBe("db files once web");
    expect(await running(fresh)).toBe("");
    expect(await sums(old)).toBe(checksum);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}\n`);

    const confirmed = await infra("--confirm", "--yes");
    if (confirmed.exitCode !== 0) throw new Error(confirmed.stdout + confirmed.stderr);
    expect(await inside(fresh, "docker ps -aq --filter label=wherry.app=moving")).toBe("");
    expect((await inside(fresh, "docker volume ls -q --filter label=wherry.app=moving")).split("\n")).toHaveLength(2);
    await serves();
  });
});
