import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const compose = `
services:
  web:
    build: .
    secrets: [db_user, db_password]
    stop_grace_period: 5s
  db:
    image: postgres:17
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["db:/var/lib/postgresql/data"]
    healthcheck: { test: ["CMD", "pg_isready", "-U", "shop", "-h", "127.0.0.1"], interval: 1s, retries: 30 }
volumes: { db: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
  db_user: { environment: DB_USER }
  db_password: { environment: DB_PASSWORD }
`;

const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, timeout: 10s, deadline: 60s }
    drain: 3s`;

const extra = `rotation:
  DB_PASSWORD:
    postgres: { service: db, user: DB_USER, owner: shop }
    revoke: [sh, -c, "cat > revoked.txt"]
`;

const first = "the first password";

let one: TestServer;
let app: SmallApp;

beforeAll(async () => {
  await ensureBaseImages(["postgres:17", "node:24-slim", "haproxy:3.2"], () => {});
  one = await server({ warm: true });
  const file = readFileSync(join(import.meta.dirname, "rotation/server.js"), "utf8");
  const files = { "compose.yaml": compose, "server.js": file };
  app = smallApp(one, { app: "rotation", services, extra, files, env: { APP_PASSWORD: first } });
});
afterAll(async () => {
  app?.remove();
  await one?.remove();
});

const production = ["-e", "production"];
// A machine that does much else takes its time.
const timeout = 280_000;
const rotate = (...more: readonly string[]) =>
  app.wherry(["secrets", "rotate", "DB_PASSWORD", "--json", ...production, ...more], { timeout });

async function secret(name: string): Promise<string> {
  return (await app.wherry(["secrets", "get", name, "--reveal", ...production])).stdout;
}

async function set(name: string, value: string): Promise<void> {
  expect(await app.wherry(["secrets", "set", name, ...production], { input: value })).toMatchObject({ exitCode: 0 });
}

/** Can somebody log in over the network with this? */
async function holds(user: string, password: string): Promise<boolean> {
  const script = `docker exec -e PGPASSWORD="$2" "$(docker ps -q --filter label=wherry.service=db)" sh -c 'psql -qAt -h "$(hostname -i | cut -d " " -f 1)" -U "$1" -d shop -c "select 1"' sh "$1"`;
  return (await one.exec(["sh", "-c", script, "sh", user, password])).stdout.trim() === "1";
}

test("a password of PostgreSQL is rotated under traffic: no request is lost, the old one is refused, a kill is made good, a failure undone", async () => {
  await set("DB_USER", "shop");
  await set("DB_PASSWORD", first);
  const deployed = await app.wherry(["deploy", "--json", ...production], { timeout });
  expect(deployed).toMatchObject({ exitCode: 0 });
  const traffic = await startTraffic({
    address: one.address,
    port: one.httpPort,
    host: app.host,
    rate: 5,
    mix: [{ method: "GET", path: "/", weight: 1 }],
    versionHeader: "version",
  });

  expect((await rotate("--plan")).json()).toMatchObject({ outcome: "planned" });
  expect(await secret("DB_PASSWORD")).toBe(first);

  const rotated = await rotate();
  expect(rotated).toMatchObject({ exitCode: 0 });
  expect(rotated.json()).toMatchObject({ outcome: "rotated", name: "DB_PASSWORD" });
  const second = await secret("DB_PASSWORD");
  expect(await secret("DB_USER")).toBe("shop_a");
  expect([await holds("shop_a", second), await holds("shop", first)]).toEqual([true, false]);

  expect(readFileSync(join(app.folder, "revoked.txt"), "utf8")).toBe(first);

  // Killed while it deploys: the new values are there, and both passwords hold.
  const killed = await app.wherry(["secrets", "rotate", "DB_PASSWORD", ...production], {
    timeout,
    onStart(child) {
      let seen = "";
      child.stderr?.on("data", (chunk: Buffer) => {
        seen += String(chunk);
        if (/^ok .*start/m.test(seen)) child.kill("SIGKILL");
      });
    },
  });
  expect(killed.signal).toBe("SIGKILL");
  const third = await secret("DB_PASSWORD");
  expect(third).not.toBe(second);
  expect(await holds("shop_a", second)).toBe(true);
  let again = await rotate();
  for (let attempt = 0; again.exitCode === 7 && attempt < 40; attempt += 1) {
    await sleep(500);
    again = await rotate();
  }
  expect(again).toMatchObject({ exitCode: 0 });
  expect(await secret("DB_PASSWORD")).toBe(third);
  expect([await holds("shop_b", third), await holds("shop_a", second)]).toEqual([true, false]);
  expect((await app.wherry(["secrets", "get", "DB_PASSWORD_PREVIOUS", "--reveal", ...production])).exitCode).not.toBe(
    0,
  );

  // A release that never becomes healthy: the old value is back, and what was made ready for the new one is refused.
  const settings = readFileSync(join(app.folder, "wherry.yaml"), "utf8").replace("deadline: 60s", "deadline: 15s");
  app.commit({ "behaviour.txt": "never-healthy\n", "wherry.yaml": settings });
  const failed = await rotate();
  expect(failed).toMatchObject({ exitCode: 5 });
  expect(failed.json()).toMatchObject({ outcome: "undone" });
  expect([await secret("DB_PASSWORD"), await secret("DB_USER")]).toEqual([third, "shop_b"]);
  expect(await holds("shop_b", third)).toBe(true);

  const report = await traffic.stop();
  expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
  expect(Object.keys(report.versions)).toEqual(expect.arrayContaining(["shop", "shop_a", "shop_b"]));
  for (const result of [rotated, killed, again, failed])
    for (const value of [first, second, third]) expect(result.stdout + result.stderr).not.toContain(value);
});
