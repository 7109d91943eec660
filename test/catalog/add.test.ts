import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { add, plan, read, wherryYaml } from "./helpers.ts";

const compose = `# our shop
services:
    web:   # the web
        image: 'web:1'
        depends_on: [ "api" ]

    api: {image: api:1}

# the end
networks:
    inside:
`;

describe("a service is added to the compose file", () => {
  test("and every other byte of it stays", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose });

    await add(folder, { entry: "postgres" });

    const text = read(folder, "compose.yaml");
    const ours = text.split("\n").filter((line) => !compose.split("\n").includes(line));
    expect(
      text
        .split("\n")
        .filter((line) => !ours.includes(line))
        .join("\n")
        .trimEnd(),
    ).toContain("# the end");
    expect(text.startsWith(compose.slice(0, compose.indexOf("\n# the end")))).toBe(true);
    expect(text).toContain("\n# the end\nnetworks:\n    inside:\n");
    expect(parse(text)).toMatchObject({
      services: { web: { image: "web:1" }, api: {}, postgres: { image: expect.stringMatching(/^postgres:\d/) } },
      networks: { inside: null },
      volumes: { "postgres-data": null },
      secrets: { "postgres-password": { environment: "POSTGRES_PASSWORD" } },
    });
  });

  test("with the line ends that it has", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose.replaceAll("\n", "\r\n") });

    await add(folder, { entry: "redis" });

    expect(read(folder, "compose.yaml")).not.toMatch(/[^\r]\n/);
  });

  test("which is made where there is none", async () => {
    const folder = temporaryFolder();

    const { changes, notes } = await add(folder, { entry: "valkey" });

    expect(changes.map(({ path, kind }) => [path, kind])).toEqual([
      ["compose.yaml", "create"],
      [".env.example", "create"],
    ]);
    expect(read(folder, "compose.yaml")).toMatch(/^services:\n {2}valkey:\n/);
    expect(notes.join()).toContain("there is no wherry.yaml here");
  });

  test("and nothing is written by a plan", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose, "wherry.yaml": wherryYaml });

    const { changes } = await plan(folder, { entry: "mariadb" });

    expect(changes.map(({ path }) => path)).toEqual(["compose.yaml", "wherry.yaml", ".env.example"]);
    expect(changes[0]?.diff).toContain("+    mariadb:");
    expect(read(folder, "compose.yaml")).toBe(compose);
  });

  test("once: the second time there is nothing to do", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose, "wherry.yaml": wherryYaml });
    await add(folder, { entry: "keycloak", name: "login" });

    const { changes, services } = await plan(folder, { entry: "keycloak", name: "login" });

    expect({ changes, services }).toEqual({ changes: [], services: [] });
  });

  test("and what somebody took out of it comes back, without the rest twice", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose });
    await add(folder, { entry: "postgres" });
    writeFiles(folder, {
      "compose.yaml": read(folder, "compose.yaml").replace(/\nvolumes:\n {2}postgres-data:\n/, "\n"),
    });

    const { services } = await add(folder, { entry: "postgres" });

    expect(services).toEqual([]);
    expect(parse(read(folder, "compose.yaml"))).toMatchObject({ volumes: { "postgres-data": null } });
  });

  test("on the networks that are asked for", async () => {
    const folder = temporaryFolder({ "compose.yaml": compose });

    await add(folder, { entry: "keycloak", join: ["inside"] });

    expect(parse(read(folder, "compose.yaml"))).toMatchObject({
      services: { keycloak: { networks: ["inside"] }, "keycloak-postgres": { networks: ["inside"] } },
    });
  });

  test("with its port on the loopback address where that is asked for", async () => {
    const folder = temporaryFolder();

    await add(folder, { entry: "postgres", with: ["port"] });

    expect(parse(read(folder, "compose.yaml"))).toMatchObject({
      services: { postgres: { ports: ["127.0.0.1:5432:5432"] } },
    });
  });
});

describe("a name that is taken is an error, with the place and a way out", () => {
  const taken: readonly (readonly [string, string, object])[] = [
    ["a service", "services:\n  postgres:\n    image: mine\n", { at: { line: 2, column: 3 } }],
    [
      "a service that somebody edited",
      "services:\n  postgres:\n    image: postgres:17.11\n",
      { message: expect.stringContaining("stays as it is") },
    ],
    [
      "a volume",
      "services:\n  a: { image: a }\nvolumes:\n  postgres-data: { external: true }\n",
      { at: { line: 4, column: 3 } },
    ],
    [
      "a secret",
      "secrets:\n  postgres-password: { file: x }\n",
      { message: expect.stringContaining("secret postgres-password") },
    ],
  ];
  test.each(taken)("%s", async (_what, text, expected) => {
    const folder = temporaryFolder({ "compose.yaml": text });

    await expect(plan(folder, { entry: "postgres" })).rejects.toMatchObject({
      code: "name-taken",
      exit: "invalid",
      hint: expect.stringContaining("--name"),
      ...expected,
    });
    expect(read(folder, "compose.yaml")).toBe(text);
  });

  test("a second one stands beside the first under another name, with secrets of its own", async () => {
    const folder = temporaryFolder();
    await add(folder, { entry: "postgres" });

    const { secrets } = await add(folder, { entry: "postgres", name: "order-db" });

    expect(secrets.map(({ name }) => name)).toEqual(["ORDER_DB_PASSWORD"]);
    expect(Object.keys(parse(read(folder, "compose.yaml")).volumes)).toEqual(["postgres-data", "order-db-data"]);
  });

  test("it may be in another file of the app", async () => {
    const folder = temporaryFolder({
      "wherry.yaml": `compose: [a.yaml, b.yaml]\n${wherryYaml}`,
      "a.yaml": "services: {}\n",
      "b.yaml": "services:\n  redis:\n    image: mine\n",
    });

    await expect(plan(folder, { entry: "redis" })).rejects.toMatchObject({ at: { file: "b.yaml", line: 2 } });
  });
});

test("a compose file in a folder gets its .env.example beside it; one outside of the app is not written to", async () => {
  const folder = temporaryFolder({
    "wherry.yaml": `compose: deploy/compose.yaml\n${wherryYaml}`,
    "deploy/compose.yaml": "",
  });
  const { changes } = await plan(folder, { entry: "redis" });
  expect(changes.map(({ path }) => path)).toEqual(["deploy/compose.yaml", "wherry.yaml", "deploy/.env.example"]);

  writeFiles(folder, { "wherry.yaml": `compose: ../compose.yaml\n${wherryYaml}` });
  await expect(plan(folder, { entry: "redis" })).rejects.toMatchObject({ code: "compose-elsewhere", exit: "invalid" });
});

describe("what cannot be written is an error that says what to do", () => {
  test.each([
    ["services in braces", "services: { web: { image: web } }\n", "not-a-block"],
    ["no YAML", "services:\n  - [\n", "not-yaml"],
    ["a list", "- a\n", "not-yaml"],
    ["an alias of nothing", "services: *nothing\n", "not-yaml"],
  ])("%s", async (_what, text, code) => {
    const folder = temporaryFolder({ "compose.yaml": text });

    await expect(plan(folder, { entry: "redis" })).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  test.each([
    [{ entry: "postgres", name: "Data Base" }, "invalid-name"],
    [{ entry: "postgres", join: ["nowhere"] }, "unknown-network"],
    [{ entry: "postgres", with: ["prot"] }, "unknown-option"],
    [{ entry: "postgres", network: "preprod" as const }, "no-network"],
    [{ entry: "ogmios" }, "network-missing"],
    [{ entry: "ogmios", network: "preprod" as const, with: ["inbound", "nothing"] }, "unknown-option"],
  ])("%o", async (wanted, code) => {
    await expect(plan(temporaryFolder(), wanted)).rejects.toMatchObject({ code, exit: "usage" });
  });
});

describe("wherry.yaml names the secrets and holds the values", () => {
  test.each([
    ["a list in brackets", "secrets: [A]\n", ["A", "DB_PASSWORD"]],
    ["an empty list", "secrets: []\n", ["DB_PASSWORD"]],
    ["a list in lines, with comments", "secrets:\n  # first\n  - A # a\n\n# later\n", ["A", "DB_PASSWORD"]],
    ["a list without a line end", "secrets:\n- A", ["A", "DB_PASSWORD"]],
    ["a list over several lines", "secrets: [\n  A,\n]\n", ["A", "DB_PASSWORD"]],
    ["nothing yet", "", ["DB_PASSWORD"]],
    ["a name that is there", "secrets: [DB_PASSWORD]\n", ["DB_PASSWORD"]],
  ])("%s", async (_what, text, secrets) => {
    const folder = temporaryFolder({ "wherry.yaml": `${wherryYaml}${text}` });

    await add(folder, { entry: "postgres", name: "db" });

    const written = read(folder, "wherry.yaml");
    expect(parse(written)).toMatchObject({ app: "shop", secrets });
    for (const comment of text.match(/#.*/g) ?? []) expect(written).toContain(comment);
  });

  test("also in each environment that has a list of its own, which takes the place of the other", async () => {
    const folder = temporaryFolder({
      "wherry.yaml": `app: shop
environments:
  dev: { server: local, secrets: [A] }
  production:
    server: local
    secrets:
      - B
  uat:
    server: local
`,
    });

    await add(folder, { entry: "postgres", name: "db" });

    expect(parse(read(folder, "wherry.yaml"))).toMatchObject({
      secrets: ["DB_PASSWORD"],
      environments: {
        dev: { secrets: ["A", "DB_PASSWORD"] },
        production: { secrets: ["B", "DB_PASSWORD"] },
        uat: { server: "local" },
      },
    });
    expect(parse(read(folder, "wherry.yaml")).environments.uat).not.toHaveProperty("secrets");
  });

  test("a value that is there stays, and its network is the one that is taken", async () => {
    const folder = temporaryFolder({ "wherry.yaml": `${wherryYaml}values:\n  CARDANO_NETWORK: mainnet # ours\n` });

    const { costs } = await add(folder, { entry: "cardano-node" });

    expect(read(folder, "wherry.yaml")).toContain("  CARDANO_NETWORK: mainnet # ours\n");
    expect(costs[0]?.memory[0]?.limit.value).toBe("24g");
    await expect(plan(folder, { entry: "ogmios", network: "preview" })).rejects.toMatchObject({
      code: "other-network",
    });
  });

  test("services without a volume are changed only with their own lines, and not with every release", async () => {
    const folder = temporaryFolder({
      "wherry.yaml": `${wherryYaml}services:\n  web: { route: a.example.com } # ours\n  mailpit:\n    port: 8025\n`,
    });

    await add(folder, { entry: "ogmios", name: "bridge", network: "preprod", with: ["mailpit"] });

    const text = read(folder, "wherry.yaml");
    expect(text).toContain("  web: { route: a.example.com } # ours\n");
    expect(parse(text)).toMatchObject({
      services: { web: {}, bridge: { stateful: true }, mailpit: { port: 8025, stateful: true } },
    });
    expect(parse(text).services).not.toHaveProperty("cardano-node");
  });

  test("is found above, in the same repository", async () => {
    const folder = temporaryFolder({ "wherry.yaml": wherryYaml, "deep/x": "" });

    const { folder: found } = await plan(`${folder}/deep`, { entry: "redis" });

    expect(found).toBe(folder);
  });

  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
  test("any list of names keeps its names, in their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name), fc.boolean(), fc.boolean(), async (names, flow, comments) => {
        const note = comments ? " # why" : "";
        const list =
          flow || names.length === 0
            ? `secrets: [${names.join(", ")}]${note}\n`
            : `secrets:${note}\n${names.map((one) => `    - ${one}${note}\n`).join("")}`;
        const folder = temporaryFolder({ "wherry.yaml": `${list}${wherryYaml}` });
        await add(folder, { entry: "redis", name: "x9" });

        expect(parse(read(folder, "wherry.yaml"))).toMatchObject({ app: "shop", secrets: [...names, "X9_PASSWORD"] });
      }),
      { numRuns: 40 },
    );
  });
});

describe(".env.example says what docker compose needs on a laptop", () => {
  test("names that stand in it stay, also as comments", async () => {
    const before = "# ours\nexport CACHE_PASSWORD=x\n#CARDANO_NETWORK=preview";
    const folder = temporaryFolder({ ".env.example": before });
    await add(folder, { entry: "redis", name: "cache" });
    expect(read(folder, ".env.example")).toBe(before);

    await add(folder, { entry: "postgres", name: "db" });

    expect(read(folder, ".env.example")).toBe(
      `${before}\n# password of the user app, who owns the database app: openssl rand -hex 24\nDB_PASSWORD=\n`,
    );
  });

  test("no value of a secret is in any file that is written", async () => {
    const folder = temporaryFolder({ "wherry.yaml": wherryYaml, ".env": "POSTGRES_PASSWORD=secret-of-mine\n" });

    const { changes } = await add(folder, { entry: "postgres" });

    expect(changes.map(({ path }) => path)).not.toContain(".env");
    for (const { content } of changes) expect(content).not.toContain("secret-of-mine");
  });
});

describe("the Cardano set", () => {
  test("what a service needs is added with it, each after what it needs", async () => {
    const { services } = await plan(temporaryFolder(), { entry: "blockfrost", network: "preprod" });

    expect(services).toEqual(["cardano-node", "cardano-db-sync", "cardano-db-sync-postgres", "blockfrost"]);
  });

  test("a node that is there under another name is the one that is used", async () => {
    const folder = temporaryFolder({ "wherry.yaml": wherryYaml });
    await add(folder, { entry: "cardano-node", name: "relay", network: "preview" });

    const { services } = await add(folder, { entry: "kupo" });

    expect(services).toEqual(["ogmios", "kupo"]);
    expect(parse(read(folder, "compose.yaml"))).toMatchObject({
      services: {
        ogmios: { volumes: ["relay-socket:/ipc:ro"], depends_on: { relay: { condition: "service_healthy" } } },
      },
    });
  });

  test("a node of somebody else's making, whose socket is elsewhere, is an error", async () => {
    const folder = temporaryFolder({
      "compose.yaml": "services:\n  node:\n    image: ghcr.io/intersectmbo/cardano-node:10.5.4\n",
    });

    await expect(plan(folder, { entry: "ogmios", network: "preprod" })).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("node-socket"),
      at: { line: 2 },
    });
  });

  test("an option of the node may be asked for with what needs it", async () => {
    const { services } = await plan(temporaryFolder(), { entry: "ogmios", network: "preprod", with: ["mithril"] });

    expect(services).toEqual(["cardano-node-mithril", "cardano-node", "ogmios"]);
  });

  test("the network is one value, and an environment on another one is told what else it needs", async () => {
    const folder = temporaryFolder({ "wherry.yaml": wherryYaml });

    const { notes } = await add(folder, {
      entry: "cardano-node",
      network: "preprod",
      with: ["ogmios", "cardano-db-sync"],
    });

    expect(parse(read(folder, "wherry.yaml"))).toMatchObject({ values: { CARDANO_NETWORK: "preprod" } });
    expect(notes.join("\n")).toContain("an environment on mainnet also needs values: { CARDANO_NODE_MEMORY: 24g }");
    expect(notes.join("\n")).toContain("CARDANO_DB_SYNC_MEMORY: 24g, CARDANO_DB_SYNC_POSTGRES_MEMORY: 16g");
  });

  test("nothing but the limits of memory in the compose file depends on the network that it was made for", async () => {
    const linesFor = async (network: "mainnet" | "preprod") => {
      const folder = temporaryFolder();
      await add(folder, {
        entry: "cardano-node",
        network,
        with: ["mithril", "metrics", "kupo", "blockfrost", "yaci-store"],
      });
      return read(folder, "compose.yaml").split("\n");
    };
    const [mainnet, preprod] = await Promise.all([linesFor("mainnet"), linesFor("preprod")]);

    const different = mainnet.filter((line, index) => line !== preprod[index]);
    expect(different.filter((line) => !/^ +mem_limit: \$\{\w+_MEMORY:-\d+g\}$/.test(line))).toEqual([]);
  });

  test("what it costs is said for the network that was asked for", async () => {
    const cost = async (network: "mainnet" | "preview") => {
      const { costs } = await plan(temporaryFolder(), { entry: "cardano-node", network, with: ["mithril"] });
      return costs[0];
    };

    expect((await cost("mainnet"))?.disk.value).toContain("300 GB");
    expect((await cost("preview"))?.disk.value).toBe("20 GB");
    expect((await cost("mainnet"))?.memory.map(({ service }) => service)).toEqual([
      "cardano-node",
      "cardano-node-mithril",
    ]);
  });
});

test("a version that was to be looked at again by now is pointed out", async () => {
  const said = async (day: string) => (await plan(temporaryFolder(), { entry: "postgres" }, day)).notes.join("\n");

  expect(await said("2027-06-02T00:00:00Z")).toContain("was to be looked at again by 2027-06-01");
  expect(await said("2027-06-01T00:00:00Z")).not.toContain("looked at again");
});
