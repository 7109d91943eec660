import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt } from "../../scripts/engine/run.ts";
import { ensureEngine } from "../../scripts/engine/index.ts";
import { backupResult } from "../../src/cli/format/backup.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { addressOf, inside } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const image = "mongo:5";
await ensureEngine(() => {});
const { exitCode } = await attempt(["docker", "image", "inspect", image]);
const missing =
  exitCode === 0 ? undefined : `no ${image} here; it takes minutes: node scripts/standins/main.ts ${image}`;
if (missing !== undefined) console.log(`skipped: copies and moves of a real MongoDB (${missing})`);

const compose = `
services:
  web:
    build: .
    environment: { PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
  documents:
    image: ${image}
    environment: { MONGO_INITDB_ROOT_USERNAME: owner, MONGO_INITDB_ROOT_PASSWORD_FILE: /run/secrets/app_password }
    secrets: [app_password]
    volumes: ["documents:/data/db"]
volumes: { documents: {} }
secrets:
  app_password: { environment: APP_PASSWORD }
`;

const production = ["-e", "production"];

describe.skipIf(missing !== undefined)("a real MongoDB with accounts", () => {
  let old: TestServer;
  let fresh: TestServer;
  let app: SmallApp;

  /** By default as the owner. */
  const ask = (
    one: TestServer,
    text: string,
    as = '-u owner -p "$(cat /run/secrets/app_password)" --authenticationDatabase admin',
  ): Promise<string> =>
    inside(
      one,
      `docker exec -i $(docker ps -q --filter label=wherry.service=documents) sh -c 'mongosh --quiet 127.0.0.1/shop ${as} --eval "$(cat)"' <<'Q'\n${text}\nQ`,
    );
  const countedAs = (one: TestServer, password: string): Promise<string> =>
    ask(one, "print(db.orders.countDocuments({}))", `-u reader -p ${password}`);
  const run = async (...args: readonly string[]) => {
    const result = await app.wherry(["backup", ...args, "--json", ...production], { timeout: 280_000 });
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    return { exitCode: result.exitCode, ...backupResult.parse(result.json()) };
  };

  beforeAll(async () => {
    [old, fresh] = await Promise.all([server({ warm: true }), server({ warm: true })]);
    app = smallApp([old, fresh], {
      app: "documents",
      files: { "compose.yaml": compose },
      extra: "backup: { repository: /srv/backups/documents }\n",
      env: { BACKUP_PASSWORD: "pass word of the copies" },
    });
    await app.wherry(["server", "setup", ...production]);
    await app.deploy(...production);
    await ask(
      old,
      `for (let i = 0; i < 20000; i += 1000)
         db.orders.insertMany(Array.from({ length: 1000 }, (_, k) => ({ n: i + k, who: "who " + k, at: new Date(i) })));
       db.orders.createIndex({ n: 1 }, { unique: true });
       db.createCollection("log", { capped: true, size: 100000 });
       db.getCollection("odd näme").insertOne({ a: 1 });
       db.createView("recent", "orders", [{ $match: { n: { $gt: 10 } } }]);
       db.createRole({ role: "counter", privileges: [{ resource: { db: "shop", collection: "orders" }, actions: ["find"] }], roles: [] });
       db.createUser({ user: "reader", pwd: "x", roles: ["counter"] });
       db.createUser({ user: "writer", pwd: "x", roles: ["readWrite"] });`,
    );
  }, 600_000);
  afterAll(async () => {
    app?.remove();
    await Promise.all([old?.remove(), fresh?.remove()]);
  });

  test("is copied, and the drill finds every document, and the same checksum", async () => {
    expect((await run("run")).exitCode).toBe(0);
    const drill = await run("drill");
    expect(drill.servers[0]?.compared).toEqual([{ service: "documents", equal: true, tables: 3, rows: 20_001 }]);
  });

  test("comes back after it was dropped; who has another password since keeps it", async () => {
    await ask(
      old,
      `db.changeUserPassword("reader", "y"); db.dropUser("writer"); db.dropDatabase(); db.later.insertOne({});`,
    );
    const restored = await run("restore", "--yes");
    expect(restored).toMatchObject({ exitCode: 0 });
    expect(
      await ask(old, "print(db.recent.countDocuments({}), db.orders.getIndexes().length, db.log.isCapped())"),
    ).toBe("19989 2 true");
    expect(await countedAs(old, "y")).toBe("20000");
    expect(await ask(old, "print(db.later.countDocuments({}))", "-u writer -p x")).toBe("0");
    expect(await ask(old, 'print(db.getSiblingDB("wherry_restored").getCollectionNames().length)')).toBe("0");
    await ask(old, `db.changeUserPassword("reader", "x")`);
  });

  test("moves to another server with its accounts, and the checksums are equal there", async () => {
    const address = await addressOf(fresh);
    const moved = await app.wherry(
      ["infra", "move", ...production, "--to", `deploy@${fresh.address}`, "--address", address, "--yes", "--json"],
      { timeout: 280_000 },
    );
    if (moved.exitCode !== 0) throw new Error(moved.stdout + moved.stderr);
    expect(moved.json<{ compared: readonly object[] }>().compared).toEqual([
      { service: "documents", equal: true, tables: 3, rows: 20_001 },
    ]);
    expect(await countedAs(fresh, "x")).toBe("20000");
  });
});
