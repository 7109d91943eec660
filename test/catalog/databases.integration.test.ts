import { beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { stack } from "./stack.ts";
import type { Stack } from "./stack.ts";

const password = "correct-horse-battery";

beforeAll(async () => {
  await ensureBaseImages(["postgres:17", "redis:8", "mongo:8"], console.log);
});

describe("a database of the catalogue starts with all of its limits, becomes healthy, asks for its password and keeps its data", () => {
  test("PostgreSQL", async () => {
    const db = await stack({ entry: "postgres" }, { postgres: "postgres:17" });
    await db.up();
    expectHardened(db, "postgres", "postgres");
    const sql = (words: string, secret = password): Promise<string> =>
      db.compose(
        "exec",
        "-T",
        "-e",
        `PGPASSWORD=${secret}`,
        "postgres",
        "psql",
        "-h",
        "postgres",
        "-U",
        "app",
        "-Atc",
        words,
        "app",
      );
    await sql("create table kept as select 42 as answer");
    await expect(sql("select 1", "wrong")).rejects.toThrow(/password authentication failed/);

    await db.compose("down");
    await db.up();

    expect((await sql("select answer from kept")).trim()).toBe("42");
  });

  test("Redis", async () => {
    const cache = await stack({ entry: "redis" }, { redis: "redis:8" });
    await cache.up();
    expectHardened(cache, "redis", "redis");
    const ask = (...words: readonly string[]): Promise<string> =>
      cache.compose("exec", "-T", "-e", `REDISCLI_AUTH=${password}`, "redis", "redis-cli", ...words);
    expect(await cache.compose("exec", "-T", "redis", "redis-cli", "get", "kept")).toContain("NOAUTH");
    expect((await ask("set", "kept", "42")).trim()).toBe("OK");

    await cache.compose("down");
    await cache.up();

    expect((await ask("get", "kept")).trim()).toBe("42");
    expect(await ask("config", "get", "maxmemory")).toContain(String(384 * 1024 * 1024));
  });

  test("MongoDB", async () => {
    const db = await stack({ entry: "mongodb" }, { mongodb: "mongo:8" });
    await db.up();
    expectHardened(db, "mongodb", "mongodb");
    expect(await db.compose("logs", "mongodb")).toContain("passwords are checked: true");

    await db.compose("restart", "mongodb");
    await db.up();

    expect(db.inspect("mongodb").State.Health?.Status).toBe("healthy");
  });

  test("Keycloak's own PostgreSQL", async () => {
    const login = await stack({ entry: "keycloak" }, { "keycloak-postgres": "postgres:17" });
    await login.compose("up", "--detach", "--wait", "--pull", "never", "keycloak-postgres");

    expectHardened(login, "keycloak-postgres", "postgres");
  });
});

function expectHardened(of: Stack, service: string, user: string): void {
  const { State, HostConfig, Config } = of.inspect(service);
  expect(State.Health?.Status).toBe("healthy");
  expect(Config.User).toBe(user);
  expect(Config.Env.join("\n")).not.toContain(password);
  expect(HostConfig["CapDrop"]).toEqual(["ALL"]);
  expect(HostConfig["SecurityOpt"]).toEqual(["no-new-privileges:true"]);
  expect(Number(HostConfig["Memory"])).toBeGreaterThan(0);
  expect(Number(HostConfig["PidsLimit"])).toBeGreaterThan(0);
  expect(Number(HostConfig["NanoCpus"])).toBeGreaterThan(0);
}
