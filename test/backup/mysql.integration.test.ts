import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../../testbed/index.ts";
import { inside } from "../helpers/inside.ts";
import { isHere, twoServers } from "./two-servers.ts";
import type { TwoServers } from "./two-servers.ts";

const image = "mysql:9.7";
const here = await isHere(image, "MySQL");

const database = {
  name: "tables",
  image,
  environment: "{ MYSQL_DATABASE: shop, MYSQL_ROOT_PASSWORD_FILE: /run/secrets/app_password }",
  folder: "/var/lib/mysql",
};

describe.skipIf(!here)("a real MySQL with accounts", () => {
  let servers: TwoServers;

  const ask = (one: TestServer, text: string): Promise<string> =>
    inside(
      one,
      `docker exec -i $(docker ps -q --filter label=wherry.service=tables) sh -c 'MYSQL_PWD=$(cat /run/secrets/app_password) mysql -N -h 127.0.0.1 -u root shop' <<'Q'\n${text}\nQ`,
    );
  const countedAs = (one: TestServer, user: string, password: string): Promise<string> =>
    inside(
      one,
      `docker exec -e MYSQL_PWD=${password} $(docker ps -q --filter label=wherry.service=tables) mysql -N -h 127.0.0.1 -u ${user} shop -e 'select count(*) from orders'`,
    );

  beforeAll(async () => {
    servers = await twoServers(database);
    const { old } = servers;
    for (let i = 0; i < 100 && (await ask(old, "select 1").catch(() => "")) !== "1"; i += 1) await sleep(500);
    await ask(
      old,
      `set cte_max_recursion_depth = 100000;
       create table orders (id int auto_increment primary key, who varchar(60), amount decimal(10, 2), at timestamp(3) default now(3), key (who));
       insert into orders (who, amount) with recursive seq (n) as (select 1 union all select n + 1 from seq where n < 20000) select sha2(n, 224), n from seq;
       create table \`odd Näme\` (\`a\`\`b\` int, g int generated always as (\`a\`\`b\` + 1) stored, c json, d bit(4), e blob);
       insert into \`odd Näme\` (\`a\`\`b\`, c, d, e) values (1, '{"a": 1}', b'0101', 0x00ff), (2, null, null, null);
       create view big as select * from orders where amount > 50;
       create procedure nothing() select 1;
       create role counter; grant select on orders to counter;
       create user reader identified by 'x'; grant counter to reader; set default role counter to reader;
       create user writer identified by 'x'; grant select on shop.* to writer with grant option;`,
    );
  }, 600_000);
  afterAll(() => servers?.remove());

  test("is copied, and the drill finds every row, and the same checksums", async () => {
    await servers.backup("run");
    const drill = await servers.backup("drill");
    expect(drill.servers[0]?.compared).toEqual([{ service: "tables", equal: true, tables: 2, rows: 20_002 }]);
  });

  test("comes back after it was dropped; who has another password since keeps it", async () => {
    const { old } = servers;
    await ask(old, "alter user reader identified by 'y'; drop user writer; drop database shop; create database shop");
    await servers.backup("restore", "--yes");
    expect(await ask(old, "select count(*) from big; call nothing()")).toBe("19950\n1");
    expect(await countedAs(old, "reader", "y")).toBe("20000");
    expect(await countedAs(old, "writer", "x")).toBe("20000");
    await ask(old, "alter user reader identified by 'x'");
  });

  test("moves to another server with its accounts, and the checksums are equal there", async () => {
    expect(await servers.move()).toEqual([{ service: "tables", equal: true, tables: 2, rows: 20_002 }]);
    expect(await countedAs(servers.fresh, "reader", "x")).toBe("20000");
  });
});
