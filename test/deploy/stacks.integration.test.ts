import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { addressOf } from "../helpers/inside.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

interface Result extends Deployment {
  readonly stacks: readonly { readonly stack: string; readonly outcome: string }[];
}

const data = `services:
  store:
    image: redis:8
    ports: ["6379:6379"]
    volumes: ["data:/data"]
volumes: { data: {} }
`;

const web = `services:
  web:
    build: .
    environment: { DATA_HOST: store.data }
`;

describe("an app with two stacks on two servers", () => {
  let servers: readonly [TestServer, TestServer];
  let app: SmallApp;
  let address: string;

  const wherryYaml = (): string => `app: two
stacks:
  web:
    compose: web.yaml
    depends_on: [data]
    services:
      web: { route: two.test, port: 3000, health: { path: /healthz, interval: 500ms, deadline: 20s }, drain: 5s }
  data:
    compose: data.yaml
environments:
  production:
    stacks:
      web: { server: "deploy@${servers[0].address}" }
      data: { server: "deploy@${servers[1].address}", address: ${address} }
`;
  const ask = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: servers[0].address, port: servers[0].httpPort, path, headers: { host: app.host } };
      request(options, (response) => resolve(text(response)))
        .on("error", reject)
        .end();
    });
  const names = ({ stacks }: Result): readonly string[] => stacks.map(({ stack, outcome }) => `${stack} ${outcome}`);

  beforeAll(async () => {
    servers = [await server({ warm: true }), await server({ warm: true })];
    address = await addressOf(servers[1]);
    app = smallApp(servers, { app: "two" });
    app.commit({ "wherry.yaml": wherryYaml(), "web.yaml": web, "data.yaml": data });
  });
  afterAll(async () => {
    app.remove();
    await Promise.all(servers.map((one) => one.remove()));
  });

  test("are deployed in the order in which they depend on each other, and one reaches the other by its name", async () => {
    const plan = await app.wherry(["plan", "--json"]);
    expect(plan.json<{ services: readonly { name: string }[] }>().services.map(({ name }) => name)).toEqual([
      "store.data",
      "web.web",
    ]);

    const first = (await app.deploy()) as Result;

    expect(names(first)).toEqual(["data succeeded", "web succeeded"]);
    expect(await ask("/data?command=SET%20a%201")).toContain("+OK");
    expect(await ask("/data?command=GET%20a")).toContain("$1");
    const listening = (await servers[1].exec(["ss", "-Hltn", "sport = :6379"])).stdout;
    expect(listening).toContain(`${address}:6379`);
    expect(listening).not.toMatch(/0\.0\.0\.0:6379|\*:6379|\[::\]:6379/);
  });

  test("have the same release each, and go back together, the one that depends on the other first", async () => {
    const before = (await app.deploy()) as Result;
    app.commit({ "version.txt": "2\n" });
    await app.deploy();
    expect(await app.version()).toBe("2");

    const back = (await app.rollback("--to", before.release.id)) as Result;

    expect(names(back)).toEqual(["web succeeded", "data succeeded"]);
    expect(await app.version()).toBe("1");
    expect(await ask("/data?command=GET%20a")).toContain("$1");
    const status = (await app.wherry(["status", "--json"])).json<{
      stacks: readonly { stack: string; live: { id: string } }[];
    }>();
    expect(status.stacks.map(({ stack, live }) => [stack, live.id])).toEqual([
      ["data", before.release.id],
      ["web", before.release.id],
    ]);
    const history = (await app.wherry(["history", "--json", "--stack", "data"])).json<readonly object[]>();
    expect(history[0]).toMatchObject({ app: "two", stack: "data", kind: "rollback" });
  });

  test("one whose files are wrong is told before the other is touched; one that fails leaves the other whole", async () => {
    const before = (await app.wherry(["history", "--json", "--stack", "data"])).json<readonly object[]>();
    app.commit({ "web.yaml": web.replace("build: .", "build: .\n    network_mode: nonsense:") });
    expect((await app.wherry(["deploy"])).exitCode).toBe(3);
    const after = (await app.wherry(["history", "--json", "--stack", "data"])).json<readonly object[]>();
    expect(after).toEqual(before);

    app.commit({ "web.yaml": web, "behaviour.txt": "crashes\n" });
    const failed = await app.wherry(["deploy", "--json"]);
    expect(failed.exitCode).toBe(5);
    expect(names(failed.json<Result>())).toEqual(["data succeeded", "web failed_before_traffic"]);
    expect(await app.version()).toBe("1");
  });

  test("are removed together, and the data stays", async () => {
    expect((await app.wherry(["remove", "--yes"])).exitCode).toBe(0);
    for (const one of servers) {
      expect((await one.exec(["docker", "ps", "-aq", "--filter", "label=wherry.app"])).stdout).toBe("");
    }
    expect((await servers[1].exec(["docker", "volume", "ls", "-q"])).stdout).toContain("two_data-production_data");
  });
});
