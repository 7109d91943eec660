import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/app.ts";
import { routes } from "../../src/cli/routes.ts";
import { git } from "../helpers/git.ts";

/**
 * An environment whose machines are written down and not yet made: `wherry infra apply` is still to come. Each command is in
 * one of these tables, with what it is called with; a new one has to be put into one of them.
 */
const files = {
  "home/.ssh/id_ed25519.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake ada\n",
  "app/compose.yaml": "services:\n  web:\n    image: nginx:1.29.1\n    restart: unless-stopped\n",
  "app/next.env": "TOKEN=other\n",
  "app/wherry.yaml": `app: shop
services:
  web:
    route: shop.example.com
    port: 80
    health: /
environments:
  production:
    deploy_on: { tag: "v*" }
    server: deploy@127.0.0.1:9
  next:
    deploy_on: { branch: next }
    infrastructure: { size: cx23 }
    secrets: [TOKEN]
`,
};

const ofTheEnvironment = ["-e", "next"];

/** Work on a server, and say which command makes it. */
const needServer: Readonly<Record<string, readonly string[]>> = {
  plan: ofTheEnvironment,
  deploy: ofTheEnvironment,
  rollback: ofTheEnvironment,
  promote: ofTheEnvironment,
  pause: ofTheEnvironment,
  abort: ofTheEnvironment,
  remove: [...ofTheEnvironment, "--yes"],
  status: ofTheEnvironment,
  history: ofTheEnvironment,
  logs: ofTheEnvironment,
  exec: ["web", ...ofTheEnvironment, "--", "true"],
  run: ["web", ...ofTheEnvironment, "--", "true"],
  "backup run": ofTheEnvironment,
  "backup list": ofTheEnvironment,
  "backup drill": ofTheEnvironment,
  "backup restore": [...ofTheEnvironment, "--yes"],
  "backup schedule": ofTheEnvironment,
  "secrets diff": ofTheEnvironment,
  "secrets rotate": ["TOKEN", ...ofTheEnvironment],
  "notify test": ofTheEnvironment,
  "server setup": ofTheEnvironment,
  "server status": ofTheEnvironment,
  "server audit": ofTheEnvironment,
  "server harden": ofTheEnvironment,
  "proxy upgrade": ofTheEnvironment,
  "proxy certificates": ofTheEnvironment,
  "proxy maintenance": ["on", ...ofTheEnvironment],
  "infra move": [...ofTheEnvironment, "--to", "deploy@127.0.0.1:9"],
  "pipeline summary": ofTheEnvironment,
};

/** Do all that they do. */
const work: Readonly<Record<string, readonly string[]>> = {
  check: ofTheEnvironment,
  config: ofTheEnvironment,
  "secrets list": ofTheEnvironment,
  "secrets get": ["TOKEN", ...ofTheEnvironment, "--reveal"],
  "secrets export": ["../home/out.env", ...ofTheEnvironment],
  assess: [],
  "infra init": [...ofTheEnvironment, "--plan"],
  "infra ansible": ["--plan"],
  cost: ofTheEnvironment,
  "release list": [],
  "pipeline github": ["--plan"],
  "pipeline gitlab": ["--plan"],
  "pipeline jenkins": ["--plan"],
  "pipeline run": ["--plan"],
  "pipeline explain": ["next"],
  "pipeline gate": ["refs/heads/next", "--for", "next"],
  "catalog list": [],
  "catalog show": ["postgres"],
};

/** End for reasons of their own: no token, no terminal, nothing at GitHub. */
const endElsewhere: Readonly<Record<string, readonly string[]>> = {
  init: [],
  "secrets set": ["TOKEN", ...ofTheEnvironment],
  "secrets remove": ["TOKEN", ...ofTheEnvironment, "--yes"],
  "secrets import": ["next.env", ...ofTheEnvironment],
  "secrets share": ofTheEnvironment,
  "secrets key": [],
  "infra plan": ofTheEnvironment,
  "infra apply": ofTheEnvironment,
  "infra destroy": ofTheEnvironment,
  "infra status": ofTheEnvironment,
  "infra import": [...ofTheEnvironment, "--name", "web-1"],
  "cost refresh": [],
  release: ["next", "1.0.0"],
  "release notes": ["v1.0.0"],
  "pipeline verify": [],
  "github setup": [],
  "github status": [],
  "catalog add": ["postgres"],
};

const top = realpathSync(mkdtempSync(join(tmpdir(), "wherry-no-server-")));
const [folder, home] = [join(top, "app"), join(top, "home")];

beforeAll(() => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), content);
  }
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "first");
});

afterAll(() => rmSync(top, { recursive: true }));

const nobody = async () => ({ status: undefined, reason: "there is no network in this test" });

function run(name: string, args: readonly string[]) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Nothing of the machine's own user is read or written.
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, TOKEN: "a-value", GIT_CONFIG_NOSYSTEM: "1" };
  const signal = new AbortController().signal;
  const https = { get: nobody, post: nobody, send: nobody };
  const stdin = Readable.from([]);
  return main([...name.split(" "), ...args], {
    env,
    cwd: folder,
    stdin,
    stdout: nowhere,
    stderr: nowhere,
    signal,
    https,
  });
}

describe("an environment whose server is still to be made", () => {
  test("every command is in one of the tables", () => {
    const known = [needServer, work, endElsewhere].flatMap((table) => Object.keys(table));
    expect(known.toSorted()).toEqual(routes.map(({ words }) => words.join(" ")).toSorted());
  });

  test.each(Object.entries(needServer))("wherry %s says which command makes the server", async (name, args) => {
    const { exitCode, stderr } = await run(name, args);
    expect(stderr).toContain("next has no server yet");
    expect(stderr).toContain("wherry infra apply -e next");
    expect(exitCode).toBe(4);
  });

  test.each(Object.entries(work))("wherry %s works", async (name, args) => {
    const { exitCode, stderr } = await run(name, args);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  test.each(Object.entries(endElsewhere))("wherry %s does not ask for a server", async (name, args) => {
    const { stderr } = await run(name, args);
    expect(stderr).not.toMatch(/no server|server: is missing/);
  });
});
