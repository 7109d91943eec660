import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadEnvironment, loadMergedDocument, loadSettings, strategyOf, tlsOf } from "../../src/config/index.ts";
import type { Settings } from "../../src/config/index.ts";
import { WherryError } from "../../src/core/index.ts";
import { createContext } from "../../src/system/index.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function load(
  wherry: string,
  environment = "production",
  files: Readonly<Record<string, string>> = { "compose.yaml": "" },
): Promise<Settings> {
  return loadSettings(createContext({ cwd: folderWith({ "wherry.yaml": wherry, ...files }) }), { environment });
}

async function failure(promise: Promise<unknown>): Promise<WherryError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WherryError) return error;
  throw error instanceof Error ? error : new Error(`no error: ${String(error)}`);
}

const minimal = "app: shop\nenvironments:\n  production: { server: local }\n";

const design = `# wherry.yaml
app: shop
compose: compose.yaml
services:
  frontend:
    route: Shop.example.com
    health: /
  backend:
    route: { host: shop.example.com, path: /api }
    port: 5000
    health: { path: /healthz, interval: 1s, timeout: 2s, successes: 2, deadline: 1m30s }
    release: [node, migrate.js]
    drain: 45s
environments:
  development:
    deploy_on: { branch: develop }
    server: deploy@203.0.113.10
    services: { frontend: { route: dev.example.com }, backend: { route: { host: dev.example.com, path: /api } } }
  production:
    deploy_on: { tag: "PROD-*" }
    server: { host: 203.0.113.11, user: deploy, port: 22 }
    secrets: [DB_PASSWORD]
    values: { LOG_LEVEL: warn, DEBUG: false, WORKERS: 3 }
`;

describe("wherry.yaml", () => {
  test("gives the settings of one environment, with every default filled in", async () => {
    const folder = folderWith({ "wherry.yaml": design, "compose.yaml": "", "compose.production.yaml": "" });

    const settings = await loadSettings(createContext({ cwd: folder }), { environment: "production" });

    const at = (line: number, column: number): object => ({ file: "wherry.yaml", line, column });
    const backend = {
      routes: [{ host: "shop.example.com", path: "/api" }],
      port: 5000,
      health: { path: "/healthz", interval: 1, timeout: 2, successes: 2, deadline: 90 },
      release: ["node", "migrate.js"],
      drain: 45,
    };
    const frontend = {
      routes: [{ host: "shop.example.com", path: "/" }],
      port: undefined,
      health: { path: "/", interval: 1, timeout: 2, successes: 2, deadline: 60 },
      release: undefined,
      drain: 30,
    };
    const common = { singleton: false, stateful: undefined };
    expect(settings).toEqual({
      app: "shop",
      name: "shop",
      stack: "default",
      dependsOn: [],
      address: undefined,
      preview: undefined,
      balancer: undefined,
      environment: "production",
      file: join(folder, "wherry.yaml"),
      directory: folder,
      compose: ["compose.yaml", "compose.production.yaml"],
      profiles: [],
      services: {
        frontend: { ...frontend, ...common, at: at(5, 3) },
        backend: { ...backend, ...common, at: at(8, 3) },
      },
      server: { kind: "ssh", host: "203.0.113.11", user: "deploy", port: 22 },
      servers: [{ kind: "ssh", host: "203.0.113.11", user: "deploy", port: 22 }],
      atOnce: 1,
      strategy: strategyOf(undefined),
      notify: [],
      backup: undefined,
      ignore: [],
      tls: tlsOf(undefined),
      deployOn: { tag: "PROD-*" },
      secrets: [{ name: "DB_PASSWORD", at: at(22, 15) }],
      rotation: new Map(),
      secretsFrom: [{ kind: "environment" }, { kind: "file" }],
      values: { LOG_LEVEL: "warn", DEBUG: "false", WORKERS: "3" },
      keep: 5,
    });
    expect(JSON.parse(JSON.stringify(settings))).toMatchObject({ app: "shop", keep: 5 });
  });

  test("merges mappings of the environment key by key and replaces everything else", async () => {
    const merged = await load(
      `app: shop
services: { web: { route: [a.example.com, b.example.com], health: { path: /up, timeout: 5s }, drain: 10s }, api: { singleton: true } }
values: { A: "1", B: "1" }
secrets: [X, Y]
keep: 9
server: { host: one.example.com, port: 2222 }
environments:
  production:
    services: { web: { route: c.example.com, health: { path: /healthz } }, api: , worker: { drain: 5m } }
    values: { B: "2" }
    secrets: [Z]
    server: { host: two.example.com }
`,
    );

    expect(merged.services["web"]).toMatchObject({
      routes: [{ host: "c.example.com", path: "/" }],
      health: { path: "/healthz", timeout: 5 },
      drain: 10,
      at: { line: 9 },
    });
    expect(Object.keys(merged.services)).toEqual(["web", "api", "worker"]);
    expect(merged).toMatchObject({
      values: { A: "1", B: "2" },
      secrets: [{ name: "Z" }],
      keep: 9,
      server: { host: "two.example.com", port: 2222 },
    });
  });

  test("takes anchors, merge keys and x- keys", async () => {
    const settings = await load(
      "app: shop\nx-web: &web { health: /up, drain: 5s }\nservices: { web: { <<: *web, route: a.example.com } }\nenvironments: { production: { server: local } }\n",
    );

    expect(settings.services["web"]).toMatchObject({ drain: 5, health: { path: "/up" } });
  });

  test.each([
    ["local", { kind: "local" }],
    ["example.com", { kind: "ssh", host: "example.com", user: undefined, port: undefined }],
    ["deploy@example.com", { kind: "ssh", host: "example.com", user: "deploy", port: undefined }],
    ["deploy@203.0.113.10:2222", { kind: "ssh", host: "203.0.113.10", user: "deploy", port: 2222 }],
    ["deploy@[2001:db8::1]:22", { kind: "ssh", host: "2001:db8::1", user: "deploy", port: 22 }],
    ["'[2001:db8::1]'", { kind: "ssh", host: "2001:db8::1", user: undefined, port: undefined }],
  ])("server: %s", async (server, expected) => {
    expect(
      (await load(`app: a\nenvironments: { production: { server: "${server.replaceAll("'", "")}" } }`)).server,
    ).toEqual(expected);
  });

  test.each(["-oProxyCommand=x", "a b", "deploy@", "deploy@host:0", "deploy@host:70000", "ssh://host", "-x@host"])(
    "server %s is refused",
    async (server) => {
      expect(await failure(load(`app: a\nenvironments: { production: { server: "${server}" } }`))).toMatchObject({
        exit: "invalid",
        at: { line: 2 },
      });
    },
  );

  test("the merged document of an environment is in the file's own words", async () => {
    const folder = folderWith({ "wherry.yaml": design, "compose.yaml": "" });

    const document = await loadMergedDocument(createContext({ cwd: folder }), { environment: "development" });

    expect(document).toMatchObject({
      app: "shop",
      environment: "development",
      compose: ["compose.yaml"],
      server: "deploy@203.0.113.10",
      services: { frontend: { route: "dev.example.com", health: "/" } },
    });
    expect(document).not.toHaveProperty("environments");
  });
});

describe("an error in wherry.yaml", () => {
  test("comes with all others of the file, each with its place and what was meant", async () => {
    const error = await failure(
      load(`app: Shop
servces: {}
services:
  frontend:
    route: https://shop.example.com
    helth: /
  backend:
    route: { host: shop.example.com, paht: /api }
    port: "5000"
    health: { path: healthz, sucesses: 2 }
    release: node migrate.js
    drain: 45
  worker:
    route: "*.example.com"
environments:
  Production: {}
  production:
    deployon: { tag: x }
    server: { user: deploy }
    secrets: [DB-PASSWORD]
    values: { LEVEL: [warn] }
    keep: 0
`),
    );

    expect(error).toMatchObject({
      exit: "invalid",
      code: "invalid-config",
      at: { file: "wherry.yaml", line: 1, column: 6 },
    });
    expect(error.context).toMatchInlineSnapshot(`
      [
        "wherry.yaml:1:6  app: an app's name starts with a letter and has at most 31 lower-case letters, digits and dashes",
        "wherry.yaml:2:1  servces: unknown key, did you mean "services"?",
        "wherry.yaml:5:12  services.frontend.route: a host is a name such as shop.example.com or an IP address, without scheme, port or path",
        "wherry.yaml:6:5  services.frontend.helth: unknown key, did you mean "health"?",
        "wherry.yaml:8:38  services.backend.route.paht: unknown key, did you mean "path"?",
        "wherry.yaml:9:11  services.backend.port: expected a number",
        "wherry.yaml:10:21  services.backend.health.path: a path starts with / and has no spaces, ? or #",
        "wherry.yaml:10:30  services.backend.health.sucesses: unknown key, did you mean "successes"?",
        "wherry.yaml:11:14  services.backend.release: expected a list",
        "wherry.yaml:12:12  services.backend.drain: a duration is written as 500ms, 90s, 5m or 1m30s",
        "wherry.yaml:14:12  services.worker.route: a wildcard host is not supported: write each host name",
        "wherry.yaml:16:3  environments.Production: an environment's name starts with a letter and has at most 31 lower-case letters, digits and dashes",
        "wherry.yaml:18:5  environments.production.deployon: unknown key, did you mean "deploy_on"?",
        "wherry.yaml:19:5  environments.production.server.host: is missing",
        "wherry.yaml:20:15  environments.production.secrets.0: a variable's name has letters, digits and underscores, and does not start with a digit",
        "wherry.yaml:21:22  environments.production.values.LEVEL: expected text or a number or true or false",
        "wherry.yaml:22:11  environments.production.keep: must be at least 1",
      ]
    `);
  });

  test.each([
    ["no environments", "app: a\n", "environments: is missing", { line: 1, column: 1 }],
    ["not a mapping", "- a\n", "expected a mapping that starts with app: NAME", { line: 1, column: 1 }],
    ["an empty file", "", "expected a mapping that starts with app: NAME", { line: 1, column: 1 }],
    ["a key twice", "app: a\napp: b\n", "Map keys must be unique", { line: 2, column: 1 }],
    ["broken YAML", "app: a\n b: [\n", undefined, { line: 1 }],
    [
      "no server",
      "app: a\nenvironments:\n  production: {}\n",
      "environments.production.server: is missing",
      { line: 3, column: 3 },
    ],
    [
      "a secret that is a value",
      "app: a\nenvironments:\n  production: { server: local, secrets: [A], values: { A: x } }\n",
      "secrets: A is in values as well, where anybody can read it; take it out there",
      { line: 3, column: 42 },
    ],
    [
      "a missing compose file",
      "app: a\ncompose: [compose.yaml, more.yaml]\nenvironments: { production: { server: local } }\n",
      "compose: there is no file more.yaml",
      { line: 2, column: 25 },
    ],
    [
      "a host that is an option",
      "app: a\nenvironments:\n  production: { server: { host: -oProxyCommand=x } }\n",
      "a host or user is one word",
      { line: 3, column: 33 },
    ],
    [
      "an empty list",
      "app: a\nservices: { w: { release: [] } }\nenvironments: { production: { server: local } }\n",
      "services.w.release: must not be empty",
      { line: 2, column: 27 },
    ],
    [
      "a long name",
      `app: ${"a".repeat(32)}\nenvironments: { production: { server: local } }`,
      "app: an app's name starts with a letter and has at most 31 lower-case letters, digits and dashes",
      { line: 1, column: 6 },
    ],
  ])("%s", async (_what, wherry, message, at) => {
    const error = await failure(load(wherry));

    expect(error).toMatchObject({ exit: "invalid", at: { file: "wherry.yaml", ...at } });
    if (message !== undefined) expect(error.message).toContain(message);
  });

  test("the same route of two services names both places", async () => {
    const error = await failure(
      load(
        "app: a\nservices:\n  one: { route: [x.example.com/, { host: x.example.com, path: /api }] }\nenvironments: { production: { server: local } }",
      ),
    );
    const clash = await failure(
      load(
        "app: a\nservices:\n  one: { route: { host: x.example.com, path: /api } }\n  two:\n    route: { host: X.example.com, path: /api/ }\nenvironments: { production: { server: local } }",
      ),
    );

    expect(error.message).toContain("a host is a name");
    expect(clash).toMatchObject({
      message: "services.two.route: x.example.com/api is also a route of one (wherry.yaml:3:17)",
      at: { line: 5, column: 12 },
    });
  });

  test("an unknown environment lists the known ones", async () => {
    expect(await failure(load(design, "prodction"))).toMatchObject({
      exit: "usage",
      code: "unknown-environment",
      message: 'there is no environment "prodction"; there is development, production',
      hint: "did you mean -e production?",
    });
    expect(await failure(load(minimal, "constructor"))).toMatchObject({ code: "unknown-environment" });
  });

  test("no compose file at all names those that were looked for", async () => {
    expect(await failure(load(minimal, "production", {}))).toMatchObject({
      exit: "invalid",
      message: expect.stringContaining("compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml"),
    });
  });
});

describe("an environment whose servers are still to be made", () => {
  const planned = "app: a\nenvironments:\n  next: { infrastructure: { size: cx23 } }\n  qa: { infrastructure: next }\n";
  const context = () => createContext({ cwd: folderWith({ "wherry.yaml": planned, "compose.yaml": "" }) });

  test("has settings without a server", async () => {
    const settings = await loadEnvironment(context(), { environment: "next" });

    expect(settings.servers).toEqual([]);
    expect(settings).not.toHaveProperty("server");
  });

  test.each([
    ["{ provider: hetzer }", "provider: expected hetzner or digitalocean"],
    ["{ needs: { memory: 4XB } }", "needs.memory: expected an amount of GB: 4, 4GB or 1TB"],
    ["{ size: cx23, ssh_from: [1.2.3] }", "ssh_from.0: expected an address range such as 203.0.113.7/32"],
    ["{ size: cx23, dns: { zone: example, names: [www] } }", "dns.zone: expected a DNS zone such as example.com"],
    [
      "{ size: cx23, dns: { zone: example.com, names: [www, shop.example.com] } }",
      "dns.names.1: names are relative to the zone: write shop for shop.example.com",
    ],
    [
      "{ size: cx23, dns: { zone: example.com, names: [example.com] } }",
      'dns.names.0: names are relative to the zone: write "@" for example.com',
    ],
  ])("%s is refused in words, and not by a pattern", async (infrastructure, message) => {
    const yaml = `app: a\nenvironments:\n  next: { infrastructure: ${infrastructure} }\n`;
    const folder = folderWith({ "wherry.yaml": yaml, "compose.yaml": "" });
    const error = await failure(loadSettings(createContext({ cwd: folder }), { environment: "next" }));
    expect(error.message).toBe(`environments.next.infrastructure.${message}`);
  });

  test.each([
    ["next", "next has no server yet", "wherry infra apply -e next makes it, and writes it into wherry.yaml"],
    [
      "qa",
      "qa has no server: it shares that of next",
      "write the server of next under environments.qa as well; where that has none yet, wherry infra apply -e next makes it",
    ],
  ])("says for what needs a server where that of %s comes from", async (environment, message, hint) => {
    const error = await failure(loadSettings(context(), { environment }));

    expect(error).toMatchObject({ exit: "refused", code: "no-server", message, hint });
    expect(error.at).toMatchObject({ file: "wherry.yaml", line: environment === "next" ? 3 : 4 });
  });

  test("has none to choose from", async () => {
    const error = await failure(loadEnvironment(context(), { environment: "next", server: "203.0.113.7" }));

    expect(error.message).toBe("next has no server 203.0.113.7; it has none yet");
  });
});

describe("the file is found", () => {
  test("from a folder below it, with places relative to where the user is", async () => {
    const folder = folderWith({
      ".git/HEAD": "",
      "app/wherry.yaml": minimal,
      "app/compose.yaml": "",
      "app/src/x.ts": "",
    });

    const below = await loadSettings(createContext({ cwd: join(folder, "app/src") }), { environment: "production" });
    const above = await failure(
      loadSettings(createContext({ cwd: folder }), { directory: "app", environment: "nope" }),
    );

    expect(below.directory).toBe(join(folder, "app"));
    expect(above.at?.file).toBe("app/wherry.yaml");
  });

  test("not above the git repository", async () => {
    const folder = folderWith({ "wherry.yaml": minimal, "compose.yaml": "", "repo/.git/HEAD": "" });

    expect(
      await failure(loadSettings(createContext({ cwd: join(folder, "repo") }), { environment: "production" })),
    ).toMatchObject({ exit: "usage", code: "no-config" });
  });
});

describe("compose files", () => {
  test.each([
    [["compose.yaml", "docker-compose.yml", "compose.override.yaml"], "", ["compose.yaml"]],
    [
      ["docker-compose.yml", "docker-compose.production.yml"],
      "",
      ["docker-compose.yml", "docker-compose.production.yml"],
    ],
    [
      ["compose.yml", "compose.production.yaml", "compose.staging.yaml"],
      "",
      ["compose.yml", "compose.production.yaml"],
    ],
    [
      ["deploy/a.yaml", "b.yaml", "deploy/compose.production.yml"],
      "compose: [deploy/a.yaml, b.yaml]",
      ["deploy/a.yaml", "b.yaml", "deploy/compose.production.yml"],
    ],
    [
      ["compose.yaml", "compose.production.yaml"],
      "compose: [compose.yaml, ./compose.production.yaml]",
      ["compose.yaml", "./compose.production.yaml"],
    ],
  ])("of %j with %j are %j", async (present, line, expected) => {
    const files = Object.fromEntries(present.map((file) => [file, ""]));

    expect((await load(`${line}\n${minimal}`, "production", files)).compose).toEqual(expected);
  });
});

test("findings that are accepted have their reasons and their places", async () => {
  const settings = await load(
    "app: a\ncheck:\n  ignore:\n    - { rule: WHY206, service: node, reason: peers }\n    - rule: WHY213\nenvironments: { production: { server: local } }\n",
  );

  expect(settings.ignore).toEqual([
    { rule: "WHY206", service: "node", reason: "peers", at: { file: "wherry.yaml", line: 4, column: 7 } },
    { rule: "WHY213", service: undefined, reason: undefined, at: { file: "wherry.yaml", line: 5, column: 7 } },
  ]);
});

test("an error in what a merge key brings in is where it is written", async () => {
  const error = await failure(
    load(
      "app: a\nx-web: &web\n  port: many\nservices:\n  web:\n    <<: *web\n    route: example.com\nenvironments: { production: { server: local } }\n",
    ),
  );

  expect(error.at).toEqual({ file: "wherry.yaml", line: 3, column: 9 });
});
