import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { schemas } from "../../src/cli/schemas.ts";
import { backupResult } from "../../src/cli/format/backup.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `
services:
  web:
    build: .
  db:
    image: postgres:17
    environment: { POSTGRES_USER: owner, POSTGRES_DB: shop, POSTGRES_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["db:/var/lib/postgresql/data"]
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
    command: [sh, -c, "while :; do date >> /files/log; sleep 0.1; done"]
    init: true
    volumes: ["files:/files"]
volumes: { db: {}, sql: {}, cache: {}, files: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

const backup = (repository: string, more = ""): string => `backup:
  repository: ${repository}
  services: { files: { method: volume, consistency: pause } }
${more}notify: [{ webhook: HOOK }]
`;

const production = ["-e", "production"];
const environment = { BACKUP_PASSWORD: "pass word of the copies", HOOK: "http://127.0.0.1:8181/hook" };

describe("backups", () => {
  let one: TestServer;
  let app: SmallApp;

  const inServer = async (script: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await one.exec(["sh", "-c", script]);
    if (exitCode !== 0) throw new Error(`${script}: exit ${exitCode}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const inside = (service: string, command: string): string =>
    `docker exec -i $(docker ps -q --filter label=wherry.app=data --filter label=wherry.service=${service}) ${command}`;
  const sql = (text: string): Promise<string> => inServer(`${inside("db", "psql -qAtU owner shop")} <<'Q'\n${text}\nQ`);
  const mariadb = (text: string): Promise<string> =>
    inServer(
      `${inside("sql", "sh -c 'MYSQL_PWD=$(cat /run/secrets/app_password) mariadb -N -u root shop'")} <<'Q'\n${text}\nQ`,
    );
  const redis = (text: string): Promise<string> => inServer(inside("cache", `redis-cli ${text}`));
  const run = async (...args: readonly string[]) => {
    const result = await app.wherry(["backup", ...args, "--json", ...production], { timeout: 280_000 });
    return { exitCode: result.exitCode, ...backupResult.parse(result.json()) };
  };
  const status = async () => {
    const result = await app.wherry(["status", "--json", ...production]);
    return { exitCode: result.exitCode, ...schemas.status.parse(result.json()).backup };
  };
  /** Writes to everything, some dozens of times a second, for as long as `during` takes; gives how many writes were made to PostgreSQL. */
  const underWrites = async <T>(during: () => Promise<T>): Promise<T> => {
    await inServer(`touch /tmp/writing
      (while [ -e /tmp/writing ]; do echo "begin; insert into orders(who, amount) select md5(random()::text), random() * 100 from generate_series(1, 50); update stock set left_over = left_over - 1 where id = 1; insert into booked select 1; commit;"; sleep 0.02; done | ${inside("db", "psql -qAtU owner shop")}) > /tmp/w1 2>&1 &
      (while [ -e /tmp/writing ]; do echo "insert into orders(who, amount) values (md5(rand()), rand() * 100); insert into places select md5(rand()) from orders limit 20;"; sleep 0.02; done | ${inside("sql", "sh -c 'MYSQL_PWD=$(cat /run/secrets/app_password) mariadb -u root shop'")}) > /tmp/w2 2>&1 &
      (i=0; while [ -e /tmp/writing ]; do i=$((i + 1)); echo "SET k$i $i"; echo "LPUSH list $i"; sleep 0.01; done | ${inside("cache", "redis-cli")}) > /dev/null 2>&1 &`);
    try {
      return await during();
    } finally {
      await inServer("rm /tmp/writing; sleep 1");
    }
  };

  /** Until a database takes queries. */
  const answers = (ask: (text: string) => Promise<string>): Promise<void> =>
    vi.waitFor(
      async () => {
        if ((await ask("select 1")) !== "1") throw new Error("not yet");
      },
      { timeout: 60_000, interval: 500 },
    );

  beforeAll(async () => {
    await ensureBaseImages(["postgres:17", "mariadb:11", "redis:8", "haproxy:3.2"], () => {});
    one = await server({ warm: true });
    app = smallApp(one, {
      app: "data",
      files: { "compose.yaml": compose },
      extra: backup("/srv/backups/data"),
      env: environment,
    });
    await inServer(
      `cat > /root/hook.py <<'Q'
import http.server
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open("/tmp/hook", "ab").write(self.rfile.read(int(self.headers["content-length"])) + b"\\n")
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8181), Hook).serve_forever()
Q
nohup python3 /root/hook.py > /dev/null 2>&1 &`,
    );
    await app.wherry(["server", "setup", ...production]);
    await app.deploy(...production);
    await answers(sql);
    await sql(`create table orders (id serial primary key, who text, amount numeric(10, 2), at timestamptz default now());
      create table stock (id int primary key, left_over int); insert into stock values (1, 1000000);
      create table booked (n int);
      create table "odd Name" (a jsonb, b bytea, c float8, d interval);
      insert into "odd Name" select jsonb_build_object('a', i), sha256(i::text::bytea), random(), i * interval '1 minute' from generate_series(1, 2000) i;
      insert into orders (who, amount) select md5(i::text), i from generate_series(1, 20000) i;
      create index on orders (who); create view big as select * from orders where amount > 50;
      create role reader login password 'x'; grant select on orders to reader;`);
    await answers(mariadb);
    await mariadb(`create table orders (id int auto_increment primary key, who varchar(40), amount decimal(10, 2), at timestamp(3) default now(3));
      create table places (name varchar(40));
      create table \`odd Name\` (a double, b blob, c json, d bit(4), e enum('x', 'y'));
      insert into \`odd Name\` select rand(), unhex(md5(seq)), json_object('a', seq), b'0101', 'y' from seq_1_to_2000;
      insert into orders (who, amount) select md5(seq), seq from seq_1_to_20000;
      create view big as select * from orders where amount > 50;
      create procedure nothing() select 1;
      create role counter; grant select on orders to counter;
      create user reader identified by 'x', writer identified by 'x'; grant counter to reader; set default role counter for reader;
      grant select on shop.* to writer with grant option;`);
  });
  afterAll(async () => {
    app?.remove();
    await one?.remove();
  });

  test("status says that there is no copy yet", async () => {
    expect(await status()).toMatchObject({ exitCode: 0, last: null, lastGood: null, scheduled: null, problem: null });
  });

  test("copies of all databases under write load are restored by the drill with equal rows and checksums", async () => {
    const copied = await underWrites(() => run("run"));
    expect(copied).toMatchObject({ exitCode: 0 });
    const services = copied.servers[0]?.record?.services ?? [];
    expect(Object.fromEntries(services.map(({ name, method }) => [name, method]))).toEqual({
      db: "postgres",
      sql: "mysql",
      cache: "redis",
      files: "volume",
    });
    for (const { tables, rows } of services) {
      expect(tables).toBeGreaterThan(0);
      expect(rows).toBeGreaterThan(0);
    }
    // The load was one: after the copy there is more than in it.
    const now = Number(await sql("select (select count(*) from orders) + (select count(*) from booked)"));
    expect(now).toBeGreaterThan((services.find(({ name }) => name === "db")?.rows ?? Infinity) - 2001);

    const drilled = await run("drill");
    expect(drilled).toMatchObject({ exitCode: 0 });
    const equal = drilled.servers[0]?.compared.map(({ service, equal }) => [service, equal]) ?? [];
    expect(Object.fromEntries(equal)).toEqual({ db: true, sql: true, cache: true, files: true });
    expect(drilled.servers[0]?.compared.map(({ service, rows }) => `${service} ${rows}`).toSorted()).toEqual(
      services.map(({ name, rows }) => `${name} ${rows}`).toSorted(),
    );
    // Nothing of it stays, and no secret can be read.
    expect(
      await inServer(
        "docker ps -aq --filter label=wherry.throwaway; docker volume ls -q --filter label=wherry.throwaway",
      ),
    ).toBe("");
    expect(
      await inServer("find /var/lib/wherry/apps/data/production/backup -type f -perm /077 -not -path '*/cache/*'"),
    ).toBe("");
    expect(await inServer("docker ps -q --filter status=paused")).toBe("");
  });

  test("a drill finds a copy that is not what was counted", async () => {
    // A list of counts that says something else than what was copied, as after a dump that left rows out.
    await inServer(`set -e; cd /var/lib/wherry/apps/data/production/backup
      export RESTIC_REPOSITORY=/srv/backups/data RESTIC_PASSWORD_FILE=$PWD/password RESTIC_CACHE_DIR=$PWD/cache
      id=$(restic snapshots --json --tag manifest --latest 1 | sed 's/.*"id":"\\([0-9a-f]*\\)".*/\\1/')
      path=$(restic ls $id | tail -n 1)
      restic dump $id $path | sed 's/^run\\t.*/run\\t20990101T000000Z-0000/' | awk -F '\\t' -v OFS='\\t' '$4 == "shop" && $5 == "public.booked" { $6 = $6 + 1 } { print }' |
        restic backup --stdin --stdin-filename $path --host data-production --tag wherry,data/production,run=20990101T000000Z-0000,manifest,full --time '2020-01-01 00:00:00' > /dev/null
      chown -R deploy /srv/backups /var/lib/wherry/apps/data/production/backup`);

    const drilled = await run("drill", "--copy", "20990101T000000Z-0000", "--service", "db");

    expect(drilled).toMatchObject({ exitCode: 8, error: { code: "drill-different" } });
    expect(drilled.error?.context?.join("\n")).toContain("public.booked");
  });

  test("after DROP TABLE a restore brings the data back, and the app and its roles still work", async () => {
    await run("run");
    const before = await sql("select count(*), sum(amount) from orders");
    const digest = await redis("DEBUG DIGEST");
    await sql(
      "drop table orders cascade; create table newer (id int references stock (id)); alter role reader password 'changed'",
    );
    await mariadb("drop table orders; alter user reader identified by 'changed'; drop user writer");
    await redis("FLUSHALL");
    await inServer(inside("files", "sh -c 'rm /files/log'"));

    const plan = await app.wherry(["backup", "restore", "--plan", "--json", ...production]);
    expect(
      plan
        .json<{ services: readonly { name: string }[] }>()
        .services.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["cache", "db", "files", "sql"]);
    expect((await app.wherry(["backup", "restore", ...production])).exitCode).toBe(2);

    const restored = await run("restore", "--yes");

    expect(restored).toMatchObject({ exitCode: 0 });
    expect(await sql("select count(*), sum(amount) from orders")).toBe(before);
    expect(await sql("select to_regclass('newer') is null")).toBe("t");
    expect(await sql("select has_table_privilege('reader', 'orders', 'select')")).toBe("t");
    expect(Number(await mariadb("select count(*) from orders"))).toBeGreaterThanOrEqual(20_000);
    for (const login of ["reader -pchanged", "writer -px"]) {
      const count = inside("sql", `mariadb -N -h 127.0.0.1 -u ${login} shop -e 'select count(*) from orders'`);
      expect(Number(await inServer(count))).toBeGreaterThanOrEqual(20_000);
    }
    expect(await redis("DEBUG DIGEST")).toBe(digest);
    expect(await redis("ROLE")).toContain("master");
    expect(Number(await inServer(inside("files", "sh -c 'wc -l < /files/log'")))).toBeGreaterThan(10);
    await expect.poll(() => app.version(), { timeout: 30_000 }).toBe("1");
    const list = await app.wherry(["backup", "list", "--json", ...production]);
    // What was there before the restore was copied as well.
    expect(list.json<{ copies: readonly unknown[] }>().copies.length).toBeGreaterThanOrEqual(3);
  });

  test("the data of Redis is still there after it starts again", async () => {
    const digest = await redis("DEBUG DIGEST");
    await inServer("docker restart $(docker ps -q --filter label=wherry.service=cache)");
    await expect.poll(() => redis("DEBUG DIGEST").catch(String), { timeout: 20_000 }).toBe(digest);
  });

  test("a repository that is gone is red, told, and not made anew", async () => {
    await inServer("mv /srv/backups/data /srv/backups/elsewhere; rm -f /tmp/hook; chown deploy /srv/backups");
    const failed = await run("run");
    expect(failed).toMatchObject({ exitCode: 5, error: { code: "backup-failed" } });
    expect(failed.error?.message).toContain("cannot be opened");
    expect(await status()).toMatchObject({
      exitCode: 6,
      last: { outcome: "failed" },
      problem: expect.stringContaining("failed"),
    });
    expect(await inServer("cat /tmp/hook")).toContain('"event":"backup"');
    expect(await inServer("ls /srv/backups")).toBe("elsewhere");
    expect(await inServer("tail -n 1 /var/lib/wherry/apps/data/production/backups.jsonl")).toContain(
      '"outcome":"failed"',
    );

    await inServer("mv /srv/backups/elsewhere /srv/backups/data");
    expect(await run("run")).toMatchObject({ exitCode: 0 });
    expect(await status()).toMatchObject({ exitCode: 0, problem: null, last: { outcome: "succeeded" } });
  });

  test("a dump that fails half-way leaves no copy behind", async () => {
    const kept = (await app.wherry(["backup", "list", "--json", ...production])).json<{ copies: readonly unknown[] }>();
    // A table that cannot be read to its end.
    await sql(`create function broken(n int) returns int language plpgsql immutable as $$ begin return n; end $$;
      create table broken (n int); insert into broken select generate_series(1, 100000);`);
    await inServer(
      `file=$(${inside("db", "psql -qAtU owner shop -c \"select pg_relation_filepath('broken')\"")}); ${inside("db", "psql -qU owner shop -c checkpoint")}; ${inside("db", `sh -c "dd if=/dev/urandom of=/var/lib/postgresql/data/$file bs=8192 seek=200 count=5 conv=notrunc"`)} 2>/dev/null; docker restart $(docker ps -q --filter label=wherry.service=db)`,
    );
    await expect.poll(() => sql("select 1").catch(() => ""), { timeout: 20_000 }).toBe("1");

    const failed = await run("run", "--service", "db");

    expect(failed).toMatchObject({ exitCode: 5, error: { code: "backup-failed" } });
    const after = (await app.wherry(["backup", "list", "--json", ...production])).json<{
      copies: readonly unknown[];
    }>();
    expect(after.copies).toEqual(kept.copies);
    await sql("drop table broken");
  });

  test("a bucket that does not answer is red and told", async () => {
    app.write({ "wherry.yaml": (await readYaml(app)).replace("/srv/backups/data", "s3:http://127.0.0.1:9/bucket") });
    await inServer("rm -f /tmp/hook");
    const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };
    const result = await app.wherry(["backup", "run", "--json", ...production], { env: keys, timeout: 200_000 });
    expect(result.exitCode).toBe(5);
    expect(result.json<{ error: { message: string } }>().error.message).toMatch(/Failed|refused|connect/);
    expect(await inServer("cat /tmp/hook")).toContain("s3:http://127.0.0.1:9/bucket");
  });

  test("a bucket of a real S3 server takes copies, and gives them back", async (context) => {
    const gateway = (process.env["PATH"] ?? "")
      .split(":")
      .map((folder) => `${folder}/versitygw`)
      .find(existsSync);
    if (gateway === undefined) {
      context.skip("versitygw is not on the PATH: go install github.com/versity/versitygw/cmd/versitygw@latest");
      return;
    }
    await one.exec(["sh", "-c", "cat > /usr/local/bin/versitygw; chmod 755 /usr/local/bin/versitygw"], {
      input: readFileSync(gateway),
    });
    await inServer(`mkdir -p /srv/s3/copies
      ROOT_ACCESS_KEY=id ROOT_SECRET_KEY="s3cr3t key/+" nohup versitygw --port 127.0.0.1:7070 posix /srv/s3 > /tmp/s3.log 2>&1 &
      for i in $(seq 50); do curl -s http://127.0.0.1:7070/ > /dev/null && break; sleep 0.2; done`);
    app.write({
      "wherry.yaml": (await readYaml(app)).replace(/repository: .*/, "repository: s3:http://127.0.0.1:7070/copies"),
    });
    const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "s3cr3t key/+" };
    const call = async (...args: readonly string[]) =>
      (await app.wherry(["backup", ...args, "--json", ...production], { env: keys, timeout: 200_000 })).json();
    expect(await call("run", "--service", "db")).toMatchObject({ servers: [{ record: { outcome: "succeeded" } }] });
    expect(await inServer("ls /srv/s3/copies")).toContain("config");
    expect(await call("drill")).toMatchObject({ servers: [{ compared: [{ service: "db", equal: true }] }] });
  });

  test("a repository behind SFTP works as well", async () => {
    await inServer(
      `su deploy -c 'set -e; cd; mkdir -p .ssh; [ -e .ssh/id_ed25519 ] || ssh-keygen -qt ed25519 -N "" -f .ssh/id_ed25519; cat .ssh/id_ed25519.pub >> .ssh/authorized_keys; chmod 600 .ssh/authorized_keys; ssh-keyscan 127.0.0.1 >> .ssh/known_hosts 2> /dev/null'`,
    );
    app.write({
      "wherry.yaml": (await readYaml(app)).replace(/repository: .*/, "repository: sftp:deploy@127.0.0.1:copies"),
    });
    expect(await run("run", "--service", "cache")).toMatchObject({ exitCode: 0 });
    const drilled = await run("drill");
    expect(drilled).toMatchObject({
      exitCode: 0,
      servers: [{ compared: [{ service: "cache", equal: true }] }],
    });
  });

  test("the server makes copies by itself, and no longer when told so", async () => {
    const yaml = (await readYaml(app)).replace(
      /repository: .*/,
      "repository: /srv/backups/data\n  every: 5s\n  keep: { daily: 1, weekly: 0, monthly: 0 }",
    );
    app.write({ "wherry.yaml": yaml });
    const scheduled = await app.wherry(["backup", "schedule", "--json", ...production]);
    expect(scheduled.json()).toMatchObject({ servers: [{ scheduled: "systemd" }] });
    const by = (): Promise<string> => inServer("tail -n 1 /var/lib/wherry/apps/data/production/backups.jsonl");
    await expect.poll(by, { timeout: 120_000, interval: 1000 }).toContain('"by":"schedule"');
    expect(await by()).toContain('"outcome":"succeeded"');
    expect(await status()).toMatchObject({ scheduled: "systemd" });
    await app.wherry(["backup", "schedule", "--off", ...production]);
    expect(await inServer("systemctl list-timers --all | grep -c wherry-backup || :")).toBe("0");
    await expect
      .poll(() => inServer("systemctl is-active wherry-backup-data-production.service || :"), { timeout: 60_000 })
      .toBe("inactive");
    const list = await app.wherry(["backup", "list", "--json", ...production]);
    const copies = list.json<{ copies: readonly { id: string; at: string }[] }>().copies;
    // Of one day alone: the one that was made in 2020, see above, is gone by the rules.
    expect(copies.length).toBeGreaterThan(1);
    expect(copies.map(({ id }) => id)).not.toContain("20990101T000000Z-0000");
  });

  test("with before_deploy a deployment begins with a copy, and without a copy there is none", async () => {
    const yaml = (await readYaml(app)).replace("  every: 5s\n", "  before_deploy: true\n");
    app.commit({ "wherry.yaml": yaml, "version.txt": "2\n" });
    await inServer("mv /srv/backups/data /srv/backups/elsewhere");
    const refused = await app.wherry(["deploy", "--json", ...production]);
    expect(refused).toMatchObject({ exitCode: 4 });
    expect(await app.version()).toBe("1");
    await inServer("mv /srv/backups/elsewhere /srv/backups/data");
    await app.deploy(...production);
    expect(await app.version()).toBe("2");
    expect(await inServer("tail -n 1 /var/lib/wherry/apps/data/production/backups.jsonl")).toMatch(
      /"by":"deploy".*"outcome":"succeeded"/,
    );
  });

  test("two at the same time are refused, and removal ends the schedule", async () => {
    const first = run("run");
    await expect
      .poll(() => inServer("ls /var/lib/wherry/apps/data/production/backup | grep -c work || :"), { timeout: 15_000 })
      .not.toBe("0");
    expect((await app.wherry(["backup", "drill", ...production])).exitCode).toBe(7);
    expect(await first).toMatchObject({ exitCode: 0 });
    await app.wherry(["backup", "schedule", ...production]);
    expect((await app.wherry(["remove", "--yes", ...production])).exitCode).toBe(0);
    expect(await inServer("ls /etc/systemd/system | grep -c wherry-backup || :")).toBe("0");
    expect(await inServer("ls /srv/backups/data | head -n 1")).toBe("config");
  });
});

async function readYaml(app: SmallApp): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(`${app.folder}/wherry.yaml`, "utf8");
}
