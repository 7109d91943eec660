import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspect } from "../../src/init/inspect.ts";
import type { NamedPart, Survey } from "../../src/init/model.ts";
import { parseSimple } from "../../src/init/detect/start.ts";

/** A repository of these files, as if read from a disk. */
function seen(files: Readonly<Record<string, unknown>>): Survey {
  const texts = Object.entries(files).map(
    ([path, content]) => [path, typeof content === "string" ? content : JSON.stringify(content, null, 2)] as const,
  );
  return inspect({ files: texts.map(([path]) => path).toSorted(), texts: new Map(texts) });
}

function only(files: Readonly<Record<string, unknown>>): NamedPart {
  const { parts } = seen(files);
  expect(parts).toHaveLength(1);
  const [part] = parts;
  if (part === undefined) throw new Error("no part");
  return part;
}

const server = "require('http').createServer(() => {}).listen(process.env.PORT || 4567)";
const npm = (
  dependencies: Record<string, string>,
  scripts: Record<string, string> = { start: "node server.js", build: "x" },
) => ({ scripts, dependencies });

describe("frameworks are told apart", () => {
  test.each([
    ["Next.js", { "package.json": npm({ next: "16.0.0", react: "19.0.0" }) }],
    [
      "Next.js (static)",
      { "package.json": npm({ next: "16.0.0" }), "next.config.js": 'module.exports = { output: "export" }' },
    ],
    ["Nuxt", { "package.json": npm({ nuxt: "4.0.0" }) }],
    [
      "SvelteKit",
      {
        "package.json": npm({
          "@sveltejs/kit": "3.0.0",
          vite: "8.0.0",
          svelte: "5.0.0",
          "@sveltejs/adapter-node": "6.0.0",
        }),
      },
    ],
    [
      "SvelteKit (static)",
      { "package.json": npm({ "@sveltejs/kit": "3.0.0", vite: "8.0.0", "@sveltejs/adapter-static": "6.0.0" }) },
    ],
    ["Astro (static)", { "package.json": npm({ astro: "7.0.0" }) }],
    ["Astro", { "package.json": npm({ astro: "7.0.0", "@astrojs/node": "1.0.0" }) }],
    ["Angular", { "package.json": npm({ "@angular/core": "22.0.0" }), "angular.json": { projects: { a: {} } } }],
    ["React (create-react-app)", { "package.json": npm({ "react-scripts": "5.0.0", react: "18.0.0" }) }],
    ["React with Vite", { "package.json": npm({ react: "19.0.0", vite: "8.0.0" }) }],
    ["Vue with Vite", { "package.json": npm({ vue: "3.0.0", vite: "8.0.0" }) }],
    ["NestJS", { "package.json": npm({ "@nestjs/core": "12.0.0", express: "5.0.0" }) }],
    ["Fastify", { "package.json": npm({ fastify: "5.0.0" }) }],
    ["Hono", { "package.json": npm({ hono: "4.0.0" }) }],
    ["Express", { "package.json": npm({ express: "5.0.0" }) }],
    ["Node.js", { "package.json": npm({}), "server.js": server }],
    ["Flask", { "requirements.txt": "Flask==3.0.0\n", "app.py": "app = Flask(__name__)\n" }],
    ["FastAPI", { "requirements.txt": "fastapi[standard]==0.121.0\n", "main.py": "app = FastAPI()\n" }],
    [
      "Django",
      { "requirements.txt": "django==5.2\n", "s/wsgi.py": "application = get_wsgi_application()\n", "manage.py": "" },
    ],
    [
      "Go with Gin",
      {
        "go.mod": "module a\n\ngo 1.25\n\nrequire github.com/gin-gonic/gin v1.11.0\n",
        "main.go": 'package main\nfunc main() { r.Run(":8080") }\n',
      },
    ],
    [
      "Rust with axum",
      { "Cargo.toml": '[package]\nname = "a"\n\n[dependencies]\naxum = "0.8"\n', "src/main.rs": "fn main() {}\n" },
    ],
    ["Spring Boot", { "build.gradle": "plugins { id 'org.springframework.boot' version '3.5.0' }\n" }],
    ["Static site", { "index.html": "<title>a</title>" }],
  ])("%s", (framework, files) => {
    expect(only(files).framework).toBe(framework);
  });

  test("a library is no part: nothing in it starts", () => {
    expect(seen({ "package.json": npm({}, {}), "index.js": "export const add = (a, b) => a + b" }).parts).toEqual([]);
  });

  test("a manifest that cannot be read is no part, and no error", () => {
    const { parts } = seen({ "package.json": "{ not json", "go.mod": "module a\n" });

    expect(parts).toEqual([]);
  });
});

describe("package managers", () => {
  const lock = (files: Readonly<Record<string, unknown>>) => {
    const { image } = only({ "package.json": npm({ express: "5.0.0" }), ...files });
    return image.recipe === "node" ? image.project : undefined;
  };
  test.each([
    ["package-lock.json", "npm"],
    ["pnpm-lock.yaml", "pnpm"],
    ["yarn.lock", "yarn"],
    ["bun.lock", "bun"],
  ])("%s is the lockfile of %s", (file, manager) => {
    expect(lock({ [file]: "" })).toMatchObject({ manager, lockfile: file });
  });

  test("yarn from 2 on is another program than yarn 1", () => {
    expect(lock({ "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n" })?.manager).toBe("yarn-berry");
  });

  test("packageManager says which version is installed", () => {
    const json = { ...npm({ express: "5.0.0" }), packageManager: "pnpm@9.15.4+sha512.abc" };

    expect(lock({ "package.json": json, "pnpm-lock.yaml": "" })?.managerVersion).toBe("9.15.4");
  });

  test("without a lockfile a note says what to do", () => {
    const { notes } = only({ "package.json": npm({ express: "5.0.0" }) });

    expect(notes.map(({ message }) => message).join()).toContain("there is no lockfile");
  });

  test("a workspace is installed from its top, with the manifests of all its packages", () => {
    const { parts } = seen({
      "package.json": { workspaces: ["apps/*", "packages/*"], scripts: { build: "turbo run build" } },
      "package-lock.json": "",
      "apps/api/package.json": npm({ express: "5.0.0", shared: "*" }),
      "apps/web/package.json": npm({ vite: "8.0.0", react: "19.0.0" }),
      "packages/shared/package.json": { name: "shared", main: "index.js" },
      "packages/shared/index.js": "export const a = 1",
    });

    expect(parts.map(({ name }) => name)).toEqual(["api", "web"]);
    expect(parts[0]?.image).toMatchObject({
      project: {
        root: "",
        below: "apps/api",
        workspaceBuild: true,
        manifests: [
          "package.json",
          "package-lock.json",
          "apps/api/package.json",
          "apps/web/package.json",
          "packages/shared/package.json",
        ],
      },
    });
  });
});

describe("versions", () => {
  const nodeOf = (engines: string): string => {
    const { image } = only({ "package.json": { ...npm({ express: "5.0.0" }), engines: { node: engines } } });
    return image.recipe === "node" ? image.project.node : "";
  };
  test.each([
    [">=18", "24"],
    ["22.x", "22"],
    ["^26.1.0", "26"],
    ["20", "24"],
    ["16.14.2", "24"],
  ])("engines.node %s gets Node.js %s: never a line past its end of life", (engines, version) => {
    expect(nodeOf(engines)).toBe(version);
  });

  test("who asks for a version past its end of life is told", () => {
    const { notes } = only({ "package.json": { ...npm({ express: "5.0.0" }), engines: { node: "16" } } });

    expect(notes.map(({ message }) => message).join()).toContain("Node.js 16 gets no security fixes");
  });
});

describe("ports, health and databases", () => {
  const express = (source: string): NamedPart =>
    only({ "package.json": npm({ express: "5.0.0" }), "server.js": source });
  test.each([
    ["app.listen(process.env.PORT || 5000)", 5000],
    ["const port = process.env.PORT ?? '8081'", 8081],
    ["const port = Number(process.env.PORT || 9000);", 9000],
    ["const { PORT = 3333 } = process.env", 3333],
    ["app.listen(4000)", 4000],
    ["", 3000],
  ])("%s", (source, port) => {
    expect(express(source).port.value).toBe(port);
  });

  test("a port that nothing names is called a guess", () => {
    expect(express("").port.certainty).toBe("guess");
  });

  test("of several health routes the one that asks for the most is taken", () => {
    expect(express('app.get("/livez"); app.get("/healthz"); app.get("/readyz")').health?.value).toBe("/readyz");
  });

  test.each([
    ["mongoose", "mongo"],
    ["pg", "postgres"],
    ["mysql2", "mysql"],
    ["bullmq", "redis"],
    ["amqplib", "rabbitmq"],
  ])("the package %s means %s, and says where it is asked for", (name, kind) => {
    const { uses } = only({ "package.json": npm({ express: "5.0.0", [name]: "1.0.0" }) });

    expect(uses).toEqual([{ kind, evidence: { file: "package.json", line: 8, what: `${name} 1.0.0` } }]);
  });

  test("a variable such as MYSQL_HOST means MySQL where an ORM hides the driver", () => {
    expect(express("connect(process.env.MYSQL_HOST)").uses.map(({ kind }) => kind)).toEqual(["mysql"]);
  });

  test("what tests read is not what the app needs", () => {
    const { reads } = only({
      "package.json": npm({ express: "5.0.0" }),
      "server.js": "process.env.REAL",
      "test/a.test.js": "process.env.ONLY_TEST",
    });

    expect(reads.map(({ name }) => name)).toEqual(["REAL"]);
  });
});

describe("how a process starts", () => {
  test.each([
    ["node dist/main", ["node", "dist/main"]],
    ["NODE_ENV=production node --enable-source-maps server.js", ["node", "--enable-source-maps", "server.js"]],
    ["next start -p 4000", ["node_modules/.bin/next", "start", "-p", "4000"]],
  ])("%s is a list, so that the process itself gets the signals", (script, argv) => {
    expect(parseSimple(script)?.argv).toEqual(argv);
  });

  test.each(["node a.js && node b.js", "node $FILE", "npm run x", "node a.js | tee log", "cd app; node a.js"])(
    "%s needs a shell and is left to npm",
    (script) => {
      expect(parseSimple(script)).toBeUndefined();
    },
  );

  test("whatever a start script says, nothing that only a shell understands gets into the list", () => {
    fc.assert(
      fc.property(fc.string(), (script) => {
        const words = parseSimple(script)?.argv ?? [];
        expect(words.join(" ")).not.toMatch(/[;&|<>$`]/);
      }),
    );
  });

  test("a program for development keeps the packages for development, and that is said", () => {
    const part = only({
      "package.json": {
        scripts: { start: "tsx src/server.ts" },
        dependencies: { express: "5.0.0" },
        devDependencies: { tsx: "4.0.0" },
      },
    });

    expect(part.image).toMatchObject({ prune: false });
    expect(part.notes.map(({ message }) => message).join()).toContain("tsx is started");
  });
});

test("any repository is seen without an error", () => {
  const names = [
    "package.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "requirements.txt",
    "pyproject.toml",
    "angular.json",
    "a/package.json",
    "index.html",
    "Dockerfile",
    "compose.yaml",
    "main.py",
    "server.js",
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json())), (files) => {
      seen(files);
    }),
  );
});
