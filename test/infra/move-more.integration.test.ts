import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { move } from "../../src/cli/commands/infra/move.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { startPebble } from "../certificates/pebble.ts";
import type { RunResult } from "../helpers/cli.ts";
import { addressOf, inside, insteadOfDocker, running } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `
services:
  web:
    build: .
  sql:
    image: mariadb:11
    environment: { MARIADB_DATABASE: shop, MARIADB_ROOT_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["sql:/var/lib/mysql"]
  cache:
    image: redis:8
    command: [redis-server, --appendonly, "yes", --enable-debug-command, local]
    volumes: ["cache:/data"]
  files:
    build: .
    user: root
    command: [sh, -c, "while :; do sleep 1; done"]
    init: true
    volumes: ["files:/files"]
volumes: { sql: {}, cache: {}, files: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

// A name that looks public, as the zone of nobody would have it.
const host = "moved.wherry-demo.net";

const images = ["mariadb:11", "redis:8", "node:24-slim", "haproxy:3.2"] as const;

interface Moved {
  readonly compared: readonly { readonly service: string }[];
  readonly unserved: Readonly<Record<"seconds" | "stop" | "copy" | "start", number>>;
  readonly bytes: number;
  readonly straight: boolean;
  readonly forwards: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** One story: each test goes on from where the one before it ended. The app is served by HTTPS from its beginning. */
describe("an environment with databases of several kinds that moves to another server", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;
  let facts: string;
  let shown: string;

  const of = (service: string): string => `docker exec -i $(docker ps -q --filter label=wherry.service=${service})`;
  const mariadb = (one: TestServer, text: string): Promise<string> =>
    inside(
      one,
      `${of("sql")} sh -c 'MYSQL_PWD=$(cat /run/secrets/app_password) mariadb -N -u root shop' <<'Q'\n${text}\nQ`,
    );
  /** Everything that the app keeps, in a few words. */
  const kept = async (one: TestServer): Promise<string> =>
    [
      await mariadb(
        one,
        "checksum table orders, `odd Name`; select count(*) from big; call nothing(); show create user reader; show grants for reader;",
      ),
      await inside(one, `${of("cache")} redis-cli debug digest`),
      await inside(one, `${of("files")} sh -c 'cd /files && find . | sort | xargs stat -c "%n %A %u" && sha256sum b*'`),
    ].join("\n");

  /** The version that a server answers by HTTPS, as somebody sees it whose DNS leads there. */
  const ask = (one: TestServer): Promise<string> =>
    new Promise((resolve) => {
      const options = {
        host: one.address,
        port: one.httpsPort,
        servername: host,
        headers: { host },
        rejectUnauthorized: false,
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
  const certificate = (one: TestServer): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: one.address, port: one.httpsPort, servername: host, rejectUnauthorized: false };
      const socket = connect(options, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  /** What the DNS says, as the authority sees it. */
  const leadTo = async (one: TestServer): Promise<string> =>
    inside(
      fresh,
      `curl -s --retry 20 --retry-delay 1 --retry-connrefused -d '{"ip":"${await addressOf(one)}"}' http://127.0.0.1:8055/set-default-ipv4`,
    );
  const servesAgain = async (): Promise<void> => {
    await vi.waitFor(async () => expect(await ask(old)).toBe("1"), { timeout: 90_000, interval: 250 });
    expect(await running(old, "kinds")).toBe("cache files sql web");
    // A database that has just restarted takes its time.
    await vi.waitFor(async () => expect(await kept(old)).toBe(facts), { timeout: 60_000, interval: 1000 });
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain(`server: deploy@${old.address}`);
  };
  const to = async (): Promise<readonly string[]> => [
    "infra",
    "move",
    "-e",
    "production",
    "--to",
    `deploy@${fresh.address}`,
    "--address",
    await addressOf(fresh),
    "--yes",
    "--json",
  ];
  const infra = async (...flags: readonly string[]): Promise<RunResult> =>
    app.wherry([...(await to()), ...flags], { timeout: 280_000 });
  /** A move to which something happens while the files are on their way. */
  const troubled = async (happens: () => Promise<unknown>) => {
    const moving = app.wherry(await to(), { timeout: 280_000 });
    await vi.waitFor(() => inside(old, "pgrep -f '^tar --numeric-owner'"), { timeout: 240_000, interval: 100 });
    await happens();
    const result = await moving;
    const { error } = result.json<Moved>();
    if (error === undefined) throw new Error(`nothing went wrong:\n${result.stdout}`);
    return { exitCode: result.exitCode as number, ...error };
  };

  /** The new server's SSH, for the old one. */
  const shut = async (how: "-I" | "-D", what: "DROP" | "REJECT"): Promise<unknown> =>
    inside(fresh, `iptables ${how} INPUT -s ${await addressOf(old)} -p tcp --dport 22 -j ${what}`);

  beforeAll(async () => {
    await ensureBaseImages(images, () => {});
    [old, fresh] = await Promise.all([server({ warm: true }), server({ disk: "small" })]);
    // On the one of the two that does not restart below. Its names lead to the old server at first.
    const authorities = await startPebble(fresh, [host], "shared");
    const address = await addressOf(fresh);
    await leadTo(old);
    await inside(old, `echo "${await addressOf(old)} ${host}" >> /etc/hosts`);
    app = smallApp([old, fresh], { app: "kinds" });
    app.commit({
      "authority.pem": authorities,
      "compose.yaml": compose,
      "wherry.yaml": `app: kinds
services:
  web: { route: ${host}, port: 3000, health: { path: /healthz, interval: 500ms, deadline: 20s }, drain: 5s }
tls: { directory: "https://${address}:14000/dir", ca: authority.pem }
environments:
  production:
    server: deploy@${old.address}
    secrets: [APP_PASSWORD]
`,
    });
    // Not what this is about, and most of what a cold server costs.
    const preloaded = (async () => {
      for (const image of images) await fresh.preloadImage(image);
    })();
    const deployed = await app.wherry(["deploy"], { timeout: 200_000 });
    if (deployed.exitCode !== 0) throw new Error(deployed.stdout + deployed.stderr);
    await preloaded;
    await mariadb(
      old,
      `create table orders (id int auto_increment primary key, who varchar(40), amount decimal(10, 2), at timestamp(3) default now(3));
      create table \`odd Name\` (a double, b blob, c json, d bit(4), e enum('x', 'y'));
      insert into \`odd Name\` select rand(), unhex(md5(seq)), json_object('a', seq), b'0101', 'y' from seq_1_to_2000;
      insert into orders (who, amount) select md5(seq), seq from seq_1_to_20000;
      create view big as select * from orders where amount > 50;
      create procedure nothing() select 1;
      create user reader identified by 'x'; grant select on orders to reader;`,
    );
    await inside(
      old,
      `(seq 1 3000 | sed 's/.*/SET key& value&/'; echo 'RPUSH list a b c'; echo 'HSET hash a 1 b 2'; echo 'SELECT 3'; echo 'SET other 1') | ${of("cache")} redis-cli > /dev/null`,
    );
    await inside(
      old,
      `${of("files")} sh -c 'cd /files && mkdir -p a/b && head -c 80000000 /dev/urandom > big && echo x > a/b/c && ln -s ../big a/link && chmod 640 a/b/c && chown 1234 a/b/c'`,
    );
    facts = await kept(old);
    shown = await certificate(old);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    await Promise.all([old?.remove(), fresh?.remove()]);
  });

  test("is not touched when the new server has too little disk for it", async () => {
    await fresh.fillDisk(400e6);
    const result = await infra();
    await fresh.freeDisk();
    expect(result.exitCode).toBe(4);
    expect(result.json<Moved>().error?.code).toBe("disk-full");
    await servesAgain();
  });

  test("is served by the old server again when the network to the new one is cut in the copy", async () => {
    const error = await troubled(() => fresh.cutNetwork());
    await fresh.healNetwork();
    expect(error).toMatchObject({ exitCode: 5, code: "connection-lost" });
    expect(error.hint).toContain("run it again");
    await servesAgain();
  });

  test("is served by the old server again when the two servers lose each other in the copy", async () => {
    const error = await troubled(() => shut("-I", "DROP"));
    await shut("-D", "DROP");
    expect(error).toMatchObject({ exitCode: 5, code: "way-lost" });
    await servesAgain();
  });

  test("is served by the old server again when the disk of the new one is full in the copy", async () => {
    // The files are held up until it is.
    const restore = await insteadOfDocker(
      fresh,
      `case $* in *"tar --numeric-owner -xpf"*) until [ -e /tmp/full ]; do sleep 0.1; done ;; esac; exec /usr/bin/docker "$@"`,
    );
    const error = await troubled(async () => {
      await fresh.fillDisk(20e6);
      await inside(fresh, "touch /tmp/full");
    });
    await restore();
    await fresh.freeDisk();
    expect(error).toMatchObject({ exitCode: 5, code: "move-failed" });
    expect(JSON.stringify(error)).toContain("as the disk of the new server is full");
    await servesAgain();
    expect(await running(fresh, "kinds")).not.toContain("web");
  });

  test("is served by the old server again when that one restarts in the copy", async () => {
    const error = await troubled(() => old.crash());
    expect(error).toMatchObject({ exitCode: 5, code: "connection-lost" });
    await servesAgain();
  });

  test("lands there with equal rows, keys and files, and with the same certificate", async () => {
    // A firewall that lets in only the team.
    await shut("-I", "REJECT");
    const result = await infra();
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    expect(result.stderr).toMatch(/the data goes through this machine: .* does not reach .* by SSH \(.*refused/);
    const moved = result.json<Moved>();
    expect(moved.straight).toBe(false);
    expect(move.schema?.safeParse(moved).error?.issues).toBeUndefined();
    expect(moved.compared.toSorted((a, b) => a.service.localeCompare(b.service))).toEqual([
      { service: "cache", equal: true, tables: 2, rows: 3003 },
      { service: "files", equal: true, tables: 1, rows: 2 },
      { service: "sql", equal: true, tables: 2, rows: 22_000 },
    ]);
    expect(await kept(fresh)).toBe(facts);
    expect(await running(fresh, "kinds")).toBe("cache files sql web");
    expect(await ask(fresh)).toBe("1");
    expect(await certificate(fresh)).toBe(shown);
    const { seconds, stop, copy, start } = moved.unserved;
    expect(stop + copy + start).toBeCloseTo(seconds, 3);
    console.log(`not served: ${seconds} s = ${stop} stop + ${copy} copy of ${moved.bytes} bytes + ${start} start`);
    expect(moved.forwards).toBe(true);
  });

  test("is still reached by the old address with HTTPS, and renewed by the new server alone", async () => {
    expect(await running(old, "kinds")).toBe("");
    expect(await ask(old)).toBe("1");
    // The DNS moves.
    await leadTo(fresh);
    const renewed = await app.wherry(["proxy", "certificates", "--renew", "--json"]);
    if (renewed.exitCode !== 0) throw new Error(renewed.stdout + renewed.stderr);
    expect(await certificate(fresh)).not.toBe(shown);
    const orders = (): Promise<string> => inside(fresh, "journalctl -u pebble | grep -c order-plz");
    const before = await orders();
    const said = await inside(
      old,
      "su deploy -c 'sh /home/deploy/.local/state/wherry/proxy/certificates.sh kinds-production renew'",
    );
    expect(said).toBe("");
    expect(await orders()).toBe(before);
    expect(await ask(old)).toBe("1");
  });
});
