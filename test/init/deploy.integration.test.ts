import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { wherry } from "../helpers/cli.ts";
import { git } from "../helpers/git.ts";
import { copyOfApp, initialise, isAskedFor, secretValues } from "./helpers.ts";

describe("a repository is on a server after init, commit and deploy, without an edit", () => {
  let target: TestServer;
  beforeAll(async () => {
    await ensureBaseImages(
      ["haproxy:3.2", "node:24-slim", "nginx:1.28", "mongo:8", "python:3.13-slim", "postgres:17", "golang:1.26-trixie"],
      () => {},
    );
    target = await server({ warm: true });
  }, 600_000);
  afterAll(() => target.remove());

  test.for([
    {
      app: "mern",
      pages: { "/": "<title>Visits</title>", "/deep/link": "<title>Visits</title>", "/api/visits": '"count":' },
    },
    { app: "django", pages: { "/": '{"hello": "django", "users": 0}' } },
    { app: "fastify", pages: { "/": '{"hello":"fastify"}' }, heavy: true },
    { app: "static", pages: { "/": "hello static" }, heavy: true },
    { app: "go", pages: { "/": '{"hello":"go"}' } },
    { app: "next", pages: { "/": "hello next" }, heavy: true },
    { app: "node", pages: { "/any": '{"hello":"node","path":"/any"}' }, heavy: true },
    { app: "hono", pages: { "/": '{"hello":"hono"}' }, heavy: true },
    { app: "nest", pages: { "/": '{"hello":"nest"}' }, heavy: true },
    { app: "flask", pages: { "/": '{"hello":"flask"}' }, heavy: true },
    { app: "fastapi", pages: { "/": '{"hello":"fastapi"}' }, heavy: true },
    { app: "sveltekit", pages: { "/": "hello sveltekit" }, heavy: true },
    { app: "astro", pages: { "/": "hello astro" }, heavy: true },
  ])("$app", { timeout: 420_000 }, async ({ app, pages, heavy }, { skip }) => {
    if (heavy === true && !isAskedFor(app)) skip("WHERRY_TEST_FRAMEWORKS=all deploys it as well");
    const copy = copyOfApp(app);
    const { folder } = copy;
    const host = `${app}.test`;
    try {
      await initialise(folder, ["--app", app, "--host", host, "--server", `deploy@${target.address}`]);
      git(folder, "init", "--quiet");
      git(folder, "add", "--all");
      git(folder, "commit", "--quiet", "--message", "deployable");
      const checked = await wherry(["check", "--environment", "production"], { cwd: folder });
      if (checked.exitCode !== 0) throw new Error(`wherry check: ${checked.stdout}${checked.stderr}`);
      const env = { WHERRY_SSH_CONFIG: target.sshConfig, ...secretValues };

      // Production gets the images that uat has tried out.
      for (const environment of ["uat", "production"]) {
        const deployed = await wherry(["deploy", "--environment", environment, "--json"], {
          cwd: folder,
          env,
          timeout: 400_000,
        });
        if (deployed.exitCode !== 0) throw new Error(`wherry deploy: ${deployed.stdout}${deployed.stderr}`);
      }
      for (const [path, content] of Object.entries(pages)) {
        const { status, body } = await get(target, host, path);
        expect([path, status]).toEqual([path, 200]);
        expect(body).toContain(content);
      }
      // Not the next test's affair, and the server is small.
      for (const environment of ["uat", "production"])
        await wherry(["remove", "--environment", environment, "--yes"], { cwd: folder, env });
    } finally {
      copy.remove();
    }
  });
});

function get(
  target: TestServer,
  host: string,
  path: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: target.address,
      port: target.httpPort,
      path,
      headers: { host },
      agent: false,
      timeout: 10_000,
    };
    request(options, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, body }));
    })
      .on("error", reject)
      .end();
  });
}
