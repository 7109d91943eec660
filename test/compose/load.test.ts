import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WherryError } from "../../src/core/index.ts";
import { buildsOf } from "../../src/compose/index.ts";
import { folderWith, loadApp, noCompose } from "./helpers.ts";

const wherry = (environment = "server: local", rest = ""): string =>
  `app: shop\n${rest}\nenvironments:\n  production: { ${environment} }\n`;

async function failure(promise: Promise<unknown>): Promise<WherryError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WherryError) return error;
  throw error instanceof Error ? error : new Error(`no error: ${String(error)}`);
}

describe.skipIf(noCompose !== undefined)("with docker compose", () => {
  test("values come from the environment's values, then .env, and never from the shell", async () => {
    const folder = folderWith({
      "compose.yaml":
        "services: { web: { image: 'a', environment: { A: '${A}', B: '${B}', C: '${C:-default}', D: $$A } } }",
      ".env": "A=from-env\nB=from-env\n",
      "wherry.yaml": wherry("server: local, values: { A: 'from $values' }"),
    });

    const { project } = await loadApp(folder, "production", { A: "shell", B: "shell", C: "shell" });

    expect(project.document.services["web"]?.environment).toEqual({
      A: "from $values",
      B: "from-env",
      C: "default",
      D: "$A",
    });
  });

  test("all variables without value or default are named at once, with their places", async () => {
    const folder = folderWith({
      "compose.yaml":
        "services:\n  web:\n    image: web:${TAG}\n    environment:\n      - URL=http://${HOST:?which host}/\n      - OK=${X:-1}\n",
      "compose.production.yaml": 'services:\n  web:\n    # ${NOT_THIS}\n    labels: { home: "${HOME:-none}" }\n',
      "wherry.yaml": wherry(),
    });

    const error = await failure(loadApp(folder));

    expect(error).toMatchObject({
      exit: "invalid",
      code: "unset-variable",
      message: "3 variables have no value: TAG, HOST, HOME",
      at: { file: "compose.yaml", line: 3, column: 16 },
    });
    expect(error.context).toEqual([
      "compose.yaml:3:16  TAG has no value",
      "compose.yaml:5:20  HOST has no value: which host",
      "compose.production.yaml:4:22  HOME has no value",
    ]);
  });

  test("a variable that only an included file needs is found as well", async () => {
    const folder = folderWith({
      "compose.yaml": "include: [db/compose.yaml]\nservices: { web: { image: a } }",
      "db/compose.yaml": "services:\n  db:\n    image: postgres:${PG}\n",
      "wherry.yaml": wherry(),
    });

    const error = await failure(loadApp(folder));

    expect(error).toMatchObject({
      code: "unset-variable",
      message: "the variable PG has no value",
      at: { file: "db/compose.yaml", line: 3, column: 21 },
    });
  });

  test("an included file has its own .env", async () => {
    const folder = folderWith({
      "compose.yaml": "include: [db/compose.yaml]\nservices: { web: { image: a } }",
      "db/compose.yaml": "services: { db: { image: 'postgres:${PG}' } }",
      "db/.env": "PG=17",
      "wherry.yaml": wherry(),
    });

    const { project } = await loadApp(folder);

    expect(project.document.services["db"]?.image).toBe("postgres:17");
  });

  test("secrets take part as placeholders: in the environment, in configs, and as compose secrets", async () => {
    const folder = folderWith({
      "compose.yaml": `services:
  web:
    image: a
    environment: { URL: "db://u:\${PASSWORD}@db", PASSWORD: , OTHER: x }
    secrets: [pw, other]
    configs: [c, e]
secrets: { pw: { environment: PASSWORD }, other: { environment: OTHER_SECRET } }
configs: { c: { content: "p=\${PASSWORD}" }, e: { environment: LEVEL } }
`,
      ".env": "LEVEL=a$$b",
      "wherry.yaml": wherry("server: local, secrets: [PASSWORD]"),
    });

    const { model, project } = await loadApp(folder, "production", { PASSWORD: "shell" });

    const [token] = project.placeholders.keys();
    expect(project.document.services["web"]?.environment).toEqual({
      URL: `db://u:${token}@db`,
      PASSWORD: token,
      OTHER: "x",
    });
    expect(project.document.configs["c"]?.content).toBe(`p=${token}`);
    expect(Buffer.from(project.configFiles.get("e") ?? "").toString()).toBe("a$b");
    expect(model.secrets).toMatchObject([
      { name: "PASSWORD", at: { file: "wherry.yaml" } },
      { name: "OTHER_SECRET", at: { file: "compose.yaml", line: 7 } },
    ]);
    expect(model.services[0]?.secrets).toEqual(["OTHER_SECRET", "PASSWORD"]);
    expect(model.notices.filter((notice) => notice.severity === "error")).toEqual([]);
  });

  test("a secret where others would see it is refused by name and place", async () => {
    const folder = folderWith({
      "compose.yaml":
        "services:\n  web:\n    build: { context: ., args: { T: '${TOKEN}' } }\n    command: run --token ${TOKEN}\n    labels:\n      a: ${TOKEN}\n",
      "wherry.yaml": wherry("server: local, secrets: [TOKEN]"),
    });

    const { model } = await loadApp(folder);

    const found = model.notices.filter((notice) => notice.code === "secret-in-the-open");
    expect(found.map((notice) => notice.message.split(":")[0])).toEqual([
      "services.web.build.args.T",
      "services.web.command.2",
      "services.web.labels.a",
    ]);
    expect(found.every((notice) => notice.message.includes("TOKEN") && notice.at?.file === "compose.yaml")).toBe(true);
    expect(JSON.stringify(model.notices)).not.toContain("WHERRY_SECRET");
  });

  describe("an error of docker compose is passed on with its place", () => {
    test.each([
      [
        "an unknown key",
        "services:\n  web:\n    image: a\n    prots: []\n",
        { line: 4, column: 5 },
        'did you mean "ports"?',
      ],
      [
        "a key unknown in deploy",
        "services:\n  web:\n    image: a\n    deploy: { replica: 1 }\n",
        { line: 4, column: 15 },
        'did you mean "replicas"?',
      ],
      [
        "an unknown section",
        "services: { web: { image: a } }\nnetwrks: {}\n",
        { line: 2, column: 1 },
        'did you mean "networks"?',
      ],
      ["an unknown network", "services:\n  web:\n    image: a\n    networks: [x]\n", { line: 2, column: 3 }, undefined],
      ["a wrong type", "services:\n  web:\n    image: a\n    environment: 4\n", { line: 4, column: 5 }, undefined],
      ["bad YAML", "services:\n  web:\n    image: a\n  foo: [\n", { line: 4, column: 1 }, undefined],
    ])("%s", async (_what, compose, at, hint) => {
      const folder = folderWith({ "compose.yaml": compose, "wherry.yaml": wherry() });

      const error = await failure(loadApp(folder));

      expect(error).toMatchObject({ exit: "invalid", code: "compose-refused", at: { file: "compose.yaml", ...at } });
      expect(error.hint).toBe(hint);
    });
  });

  test("extends, anchors, profiles, env files and overlays are resolved", async () => {
    const folder = folderWith({
      "docker-compose.yml": `x-common: &common { restart: always, environment: { TZ: UTC } }
services:
  web: { <<: *common, extends: { file: base.yaml, service: app }, env_file: web.env }
  tools: { <<: *common, image: tools, profiles: [tools] }
  extra: { image: extra, profiles: [extra] }
`,
      "docker-compose.production.yml": "services: { web: { command: [serve] } }",
      "base.yaml": "services: { app: { image: base, init: true } }",
      "web.env": "FROM_FILE='a b'\n",
      "wherry.yaml": wherry("server: local, profiles: [extra]"),
    });

    const { project, settings } = await loadApp(folder);

    expect(settings.compose).toEqual(["docker-compose.yml", "docker-compose.production.yml"]);
    expect(project.files).toEqual(
      ["base.yaml", "docker-compose.production.yml", "docker-compose.yml", "web.env"].map((file) => join(folder, file)),
    );
    expect(Object.keys(project.document.services)).toEqual(["extra", "web"]);
    expect(project.document.services["web"]).toMatchObject({
      image: "base",
      init: true,
      restart: "always",
      command: ["serve"],
      environment: { TZ: "UTC", FROM_FILE: "a b" },
    });
  });

  test("what git ignores stays here: a data folder is made on the server, an ignored file is shipped and said", async () => {
    const folder = folderWith({
      "compose.yaml": `services:
  db:
    image: postgres
    volumes: [./pgdata:/data, ./init:/docker-entrypoint-initdb.d, ./.htpasswd:/etc/pw:ro, ./uploads:/u, /srv/x:/x:ro, ~/keys:/k, ../sibling:/s]
`,
      "pgdata/PG_VERSION": "17",
      "init/1.sql": "select 1",
      "init/deep/2.sql": "select 2",
      "uploads/.gitkeep": "",
      ".htpasswd": "a:b",
      ".gitignore": "pgdata\n.htpasswd\n",
      "wherry.yaml": wherry(),
    });
    execFileSync("git", ["init", "-q"], { cwd: folder });

    const { project, model } = await loadApp(folder);

    const bind = (path: string): unknown => project.binds.get(path.startsWith("/") ? path : join(folder, path));
    expect(bind("pgdata")).toEqual({ kind: "data", path: "pgdata", ignored: true });
    expect(bind("uploads")).toEqual({ kind: "data", path: "uploads", ignored: true });
    expect(bind("init")).toMatchObject({ kind: "folder", files: [{ path: "1.sql" }, { path: "deep/2.sql" }] });
    expect(bind(".htpasswd")).toMatchObject({ kind: "file", ignored: true });
    expect(bind("/srv/x")).toEqual({ kind: "server" });
    const errors = model.notices.filter((notice) => notice.severity === "error").map((notice) => notice.message);
    expect(errors).toEqual([
      expect.stringContaining("~/keys is in your home folder"),
      expect.stringContaining("../sibling lies outside of the project"),
    ]);
    expect(model.notices.map((notice) => notice.code)).toContain("bind-not-in-git");
  });

  test("a symbolic link in a shipped folder is refused by name, and 20 MB are enough", async () => {
    const folder = folderWith({
      "compose.yaml": "services: { web: { image: a, volumes: [./conf:/c] } }",
      "conf/a": "1",
      "wherry.yaml": wherry(),
    });
    symlinkSync("/etc/passwd", join(folder, "conf/link"));

    const { model } = await loadApp(folder);
    const large = folderWith({
      "compose.yaml": "services: { web: { image: a, volumes: [.:/c] } }",
      "wherry.yaml": wherry(),
    });
    mkdirSync(join(large, "src"));
    writeFileSync(join(large, "src/big"), Buffer.alloc(21 * 1024 * 1024));

    expect(model.notices.find((notice) => notice.severity === "error")?.message).toContain("link, which is not a file");
    expect(await failure(loadApp(large))).toMatchObject({ code: "bind-too-large", exit: "invalid" });
  });

  test("a missing file of a secret or config has its place", async () => {
    const folder = folderWith({
      "compose.yaml": "services: { web: { image: a, secrets: [s] } }\nsecrets:\n  s: { file: nope }\n",
      "wherry.yaml": wherry(),
    });

    expect(await failure(loadApp(folder))).toMatchObject({
      code: "no-such-file",
      at: { file: "compose.yaml", line: 3, column: 3 },
    });
  });

  test("builds keep their dollar signs and name their secrets", async () => {
    const folder = folderWith({
      "compose.yaml":
        "services: { web: { build: { context: app, args: { A: 'x$$y' }, secrets: [npm, { source: f, target: other }] } } }\nsecrets: { npm: { environment: NPM_TOKEN }, f: { file: ./f } }",
      f: "1",
      "wherry.yaml": wherry("server: local, secrets: [NPM_TOKEN]"),
    });

    const { model } = await loadApp(folder);

    expect(buildsOf(model)).toEqual([
      {
        service: "web",
        image: undefined,
        platform: undefined,
        build: expect.objectContaining({ context: join(folder, "app"), args: { A: "x$y" } }),
        secrets: [
          { id: "npm", name: "NPM_TOKEN" },
          { id: "other", name: "file:f" },
        ],
      },
    ]);
  });
});
