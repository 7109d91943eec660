import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { look, nameFor, propose, write } from "../../src/init/index.ts";
import type { Proposal } from "../../src/init/index.ts";
import type { Context, RunOptions } from "../../src/system/index.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { offline } from "./offline.ts";

const app = {
  "package.json": JSON.stringify({
    scripts: { start: "node server.js" },
    dependencies: { express: "5.3.0", pg: "8.0.0" },
  }),
  "package-lock.json": "{}",
  "server.js": 'app.get("/healthz"); app.listen(process.env.PORT || 5000); connect(process.env.DATABASE_URL)',
};

async function proposed(folder: string, ctx: Context = offline()): Promise<Proposal> {
  const { directory, survey } = await look(ctx, folder);
  return propose(ctx, directory, survey, { app: "shop", host: undefined, server: undefined });
}

const kinds = ({ changes }: Proposal): Readonly<Record<string, string>> =>
  Object.fromEntries(changes.map(({ path, kind }) => [path, kind]));

const contentOf = ({ changes }: Proposal, path: string): string =>
  changes.find((change) => change.path === path)?.content ?? "";

describe("a repository that has something already", () => {
  test("a second run changes nothing", async () => {
    const folder = temporaryFolder(app);
    await write(offline(), await proposed(folder));

    const again = await proposed(folder);

    expect(new Set(Object.values(kinds(again)))).toEqual(new Set(["same"]));
  });

  test("a file that somebody has edited stays, and the difference is shown", async () => {
    const folder = temporaryFolder(app);
    await write(offline(), await proposed(folder));
    const edited = readFileSync(join(folder, "compose.yaml"), "utf8").replace("512m", "2g");
    writeFiles(folder, { "compose.yaml": edited });

    const again = await proposed(folder);
    await write(offline(), again);

    expect(kinds(again)["compose.yaml"]).toBe("edited");
    expect(again.changes.find(({ path }) => path === "compose.yaml")?.diff).toContain(
      "-    mem_limit: 2g\n+    mem_limit: 512m",
    );
    expect(readFileSync(join(folder, "compose.yaml"), "utf8")).toBe(edited);
  });

  test("a Dockerfile of one's own is used as it is: its port, a check with what its base has, no file beside it", async () => {
    const folder = temporaryFolder({
      ...app,
      Dockerfile: "FROM node:24-slim\nCOPY . .\nEXPOSE 9999\nCMD node server.js\n",
    });

    const proposal = await proposed(folder);

    expect(Object.keys(kinds(proposal)).toSorted()).toEqual([
      ".env.example",
      "compose.override.yaml",
      "compose.yaml",
      "wherry.yaml",
    ]);
    expect(contentOf(proposal, "wherry.yaml")).toContain("port: 9999");
    expect(contentOf(proposal, "compose.yaml")).toContain("http://127.0.0.1:9999/healthz");
    // Its entrypoint fills nothing in.
    expect(contentOf(proposal, "compose.yaml")).toContain(
      "DATABASE_URL: postgresql://shop:${DB_PASSWORD}@postgres:5432/shop",
    );
  });

  test("of a compose file of one's own only wherry.yaml is made", async () => {
    const compose = `services:
  api: { build: ., ports: ["8080:9000"] }
  db: { image: "postgres:17", ports: ["5432:5432"] }
secrets:
  key: { environment: API_KEY }
`;
    const folder = temporaryFolder({ ...app, "docker-compose.yml": compose });

    const proposal = await proposed(folder);

    expect(kinds(proposal)).toEqual({ "wherry.yaml": "create" });
    expect(contentOf(proposal, "wherry.yaml")).toContain(
      "compose: docker-compose.yml\nservices:\n  api:\n    route: shop.example.com # FILL IN: your host name\n    port: 9000\n    health: /healthz\nsecrets: [API_KEY]".replace(
        "secrets:",
        "# Variables of your shell or of the pipeline; without a value nothing is deployed.\nsecrets:",
      ),
    );
  });

  test("a folder with nothing that init knows is refused, with what to do", async () => {
    const folder = temporaryFolder({ "notes.txt": "nothing here" });

    await expect(proposed(folder)).rejects.toMatchObject({ code: "nothing-found", exit: "invalid" });
  });
});

describe("base images", () => {
  const digest = `sha256:${"ab".repeat(32)}`;

  test("are pinned by digest where a registry tells it", async () => {
    const asked: string[] = [];
    const ctx = offline();
    const run = (argv: readonly string[], _options?: RunOptions) => {
      asked.push(argv[4] ?? "");
      return Promise.resolve({
        stdout: `{"mediaType":"x","digest":"${digest}","size":1}\n`,
        stderr: "",
        exitCode: 0,
        signal: undefined,
        timedOut: false,
      });
    };

    const proposal = await proposed(temporaryFolder(app), { ...ctx, processes: { ...ctx.processes, run } });

    expect(asked.toSorted()).toEqual(["node:24-slim", "postgres:17"]);
    expect(contentOf(proposal, "Dockerfile")).toContain(`FROM node:24-slim@${digest}\n`);
    expect(contentOf(proposal, "compose.yaml")).toContain(`image: postgres:17@${digest}\n`);
  });

  test("without a network they are pinned by version, and that is said", async () => {
    const { notes } = await proposed(temporaryFolder(app));

    expect(notes.map(({ message }) => message).join()).toContain(
      "no registry told the digest of node:24-slim, postgres:17",
    );
  });
});

test("packages and build output are not looked at", async () => {
  const folder = temporaryFolder({
    ...app,
    "node_modules/next/package.json": '{"dependencies":{"next":"16.0.0"}}',
    "dist/go.mod": "module a",
  });

  const { survey } = await look(offline(), folder);

  expect(survey.parts.map(({ framework }) => framework)).toEqual(["Express"]);
});

test.each([
  ["/home/ada/My Shop (2)", "my-shop-2"],
  ["/srv/2024-site", "site"],
  ["/srv/---", "app"],
  ["/srv/a-very-long-name-that-goes-on-and-on-and-on", "a-very-long-name-that-goes-on-a"],
])("the app of %s is called %s", (folder, name) => {
  expect(nameFor(folder)).toBe(name);
});

describe("the script that fills secrets in", () => {
  const script = readFileSync(join(import.meta.dirname, "../../src/init/scripts/fill-in-secrets.sh"), "utf8");
  const value = (template: string, secret: string): string => {
    const folder = temporaryFolder({ key: secret });
    return execFileSync("sh", ["-c", script.replaceAll("/run/secrets", folder), "sh", "printenv", "SETTING"], {
      env: { PATH: process.env["PATH"], SETTING: template },
      encoding: "utf8",
      stdio: "pipe",
    }).slice(0, -1);
  };
  const text = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((one) => !one.includes("\0") && !one.endsWith("\n"));

  test("a setting that is a secret is that secret, whatever is in it", () => {
    fc.assert(
      fc.property(text, (secret) => {
        expect(value("{{key}}", secret)).toBe(secret);
      }),
      { numRuns: 40 },
    );
  });

  test("in an address it is percent-encoded, so that the address reads back the same password", () => {
    fc.assert(
      fc.property(text, (secret) => {
        const url = new URL(value("mongodb://shop:{{key}}@mongo:27017/shop", secret));
        expect([decodeURIComponent(url.password), url.host, url.pathname]).toEqual([secret, "mongo:27017", "/shop"]);
      }),
      { numRuns: 40 },
    );
  });

  test("a secret that is missing ends it before the app starts", () => {
    expect(() => value("{{other}}", "x")).toThrow(/SETTING wants the secret other/);
  });
});
