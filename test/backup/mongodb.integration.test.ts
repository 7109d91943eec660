import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../../testbed/index.ts";
import { inside } from "../helpers/inside.ts";
import { isHere, twoServers } from "./two-servers.ts";
import type { TwoServers } from "./two-servers.ts";

const image = "mongo:5";
const here = await isHere(image, "MongoDB");

const database = {
  name: "documents",
  image,
  environment: "{ MONGO_INITDB_ROOT_USERNAME: owner, MONGO_INITDB_ROOT_PASSWORD_FILE: /run/secrets/app_password }",
  folder: "/data/db",
};

describe.skipIf(!here)("a real MongoDB with accounts", () => {
  let servers: TwoServers;

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

  beforeAll(async () => {
    servers = await twoServers(database);
    const { old } = servers;
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
  afterAll(() => servers?.remove());

  test("is copied, and the drill finds every document, and the same checksum", async () => {
    await servers.backup("run");
    const drill = await servers.backup("drill");
    expect(drill.servers[0]?.compared).toEqual([{ service: "documents", equal: true, tables: 3, rows: 20_001 }]);
  });

  test("comes back after it was dropped; who has another password since keeps it", async () => {
    const { old } = servers;
    await ask(
      old,
      `db.changeUserPassword("reader", "y"); db.dropUser("writer"); db.dropDatabase(); db.later.insertOne({});`,
    );
    await servers.backup("restore", "--yes");
    expect(
      await ask(old, "print(db.recent.countDocuments({}), db.orders.getIndexes().length, db.log.isCapped())"),
    ).toBe("19989 2 true");
    expect(await countedAs(old, "y")).toBe("20000");
    expect(await ask(old, "print(db.later.countDocuments({}))", "-u writer -p x")).toBe("0");
    expect(await ask(old, 'print(db.getSiblingDB("wherry_restored").getCollectionNames().length)')).toBe("0");
    await ask(old, `db.changeUserPassword("reader", "x")`);
  });

  test("moves to another server with its accounts, and the checksums are equal there", async () => {
    expect(await servers.move()).toEqual([{ service: "documents", equal: true, tables: 3, rows: 20_001 }]);
    expect(await countedAs(servers.fresh, "x")).toBe("20000");
  });
});
