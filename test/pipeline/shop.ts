import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { findPipeline, githubFiles, gitlabFiles, jenkinsFiles } from "../../src/pipeline/index.ts";
import type { Pipeline } from "../../src/pipeline/index.ts";
import type { WherryPin } from "../../src/pipeline/model.ts";
import { createContext } from "../../src/system/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { wherry } from "../helpers/cli.ts";
import { git } from "../helpers/git.ts";

/** The repository of a team that deploys three environments to one server, with the workflows that Wherry writes for it. */
export interface Shop {
  readonly app: string;
  readonly origin: string;
  /** Of whoever may read the encrypted values. */
  readonly ageKey: string;
  /** The value that is in the repository, encrypted. */
  readonly token: string;
  /** As a member of the team would, with all that opens the way. */
  wherry(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<typeof wherry>;
  /** Commits a new text behind the last commit, and pushes it as a branch; gives the commit. */
  commit(branch: string, text: string): string;
  /** Pushes a tag, also one that stands elsewhere. */
  tag(name: string, commit: string): void;
  untag(name: string): void;
  /** What GitHub keeps of a pull request: it is fetched by its number. */
  pullRequest(number: number, commit: string): void;
  remove(): void;
}

const root = resolve(import.meta.dirname, "../..");

/** Answers with its text, and with how long the secrets are that it was given. */
const start = `#!/bin/sh
[ "$(cat text.txt)" != broken ] || exit 3
printf '%s %s %s\\n' "$(cat text.txt)" "$(wc -c < /run/secrets/password)" "$(wc -c < /run/secrets/token)" > /usr/share/nginx/html/index.html
exec nginx -g 'daemon off;'
`;

/** The files of pipelines: those of GitHub, or those of all other hosts. */
const filesOf = {
  github: githubFiles,
  others: (pipeline: Pipeline) => [...gitlabFiles(pipeline, new Map()), ...jenkinsFiles(pipeline)],
};

export async function shop(
  app: string,
  target: Pick<TestServer, "address" | "port" | "sshConfig">,
  pin: WherryPin,
  hosts: keyof typeof filesOf = "github",
): Promise<Shop> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-shop-")));
  const origin = join(folder, "origin.git");
  const clone = join(folder, "clone");
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(clone, path)), { recursive: true });
      writeFileSync(join(clone, path), content);
    }
  };
  const environment = (name: string): string =>
    `  ${name}: { server: { host: ${target.address}, user: deploy, port: ${target.port} }, services: { web: { route: ${name}.${app}.test } } }\n`;
  const ageKey = await generateIdentity();
  git(folder, "init", "--quiet", "--bare", origin);
  git(folder, "init", "--quiet", clone);
  write({
    "wherry.yaml": `app: ${app}
services: { web: { port: 80, health: { path: /, interval: 300ms, deadline: 6s }, drain: 1s } }
secrets: [PASSWORD]
secrets_from: [environment, { age: { recipients: { ci: ${await identityToRecipient(ageKey)} } } }]
environments:
${["development", "uat", "production"].map(environment).join("")}`,
    "compose.yaml": `services:
  web: { build: ., secrets: [password, token], stop_grace_period: 2s }
secrets:
  password: { environment: PASSWORD }
  token: { environment: TOKEN }
`,
    Dockerfile: 'FROM nginx:1.28\nWORKDIR /shop\nCOPY start.sh text.txt ./\nCMD ["sh", "start.sh"]\n',
    // The program of a team that has not got far; the image has a web server in its place, which is smaller.
    "package.json": JSON.stringify({ private: true, scripts: { test: "sh -n start.sh && node --check server.js" } }),
    "server.js": 'require("node:http").createServer((_, response) => response.end("shop")).listen(80);\n',
    "start.sh": start,
    "text.txt": "first\n",
  });
  const token = `token-${createHash("sha256").update(ageKey).digest("hex").slice(0, 24)}`;
  const env = { WHERRY_AGE_KEY: ageKey, WHERRY_SSH_CONFIG: target.sshConfig };
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}, input = "") =>
    wherry(args, { cwd: clone, env: { ...env, ...more }, input });
  for (const name of ["development", "uat", "production"]) {
    const { exitCode, stderr } = await run(["secrets", "set", "TOKEN", "-e", name, "--to", "age"], {}, `${token}\n`);
    if (exitCode !== 0) throw new Error(stderr);
  }
  git(clone, "add", "--all");
  const ctx = createContext({ cwd: clone });
  const { pipeline } = await findPipeline(ctx, {
    directory: undefined,
    wherry: pin,
    digests: "skip",
    releaseBranch: "main",
  });
  write(Object.fromEntries(filesOf[hosts](pipeline).map(({ path, content }) => [path, content])));
  const save = (branch: string): string => {
    git(clone, "add", "--all");
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "change");
    git(clone, "push", "--quiet", "--force", origin, `HEAD:refs/heads/${branch}`);
    return git(clone, "rev-parse", "HEAD");
  };
  save("main");
  return {
    app,
    origin,
    ageKey,
    token,
    wherry: run,
    commit: (branch, text) => {
      write({ "text.txt": `${text}\n` });
      return save(branch);
    },
    tag: (name, commit) => {
      git(clone, "tag", "--force", name, commit);
      git(clone, "push", "--quiet", "--force", origin, `refs/tags/${name}`);
    },
    untag: (name) => {
      git(clone, "tag", "--delete", name);
      git(clone, "push", "--quiet", origin, `:refs/tags/${name}`);
    },
    pullRequest: (number, commit) => {
      git(clone, "push", "--quiet", "--force", origin, `${commit}:refs/pull/${number}/merge`);
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      removeImages(`wherry/${app}/*`);
    },
  };
}

/** Those that were built here on the way to the server. */
function removeImages(reference: string): void {
  const list = ["image", "ls", "--filter", `reference=${reference}`, "--format", "{{.Repository}}:{{.Tag}}"];
  const { stdout } = spawnSync("docker", list, { encoding: "utf8" });
  const names = stdout.split("\n").filter((name) => name !== "");
  if (names.length > 0) spawnSync("docker", ["image", "rm", ...names]);
}

/** The package of this repository as npm would get it, and a registry that has it. */
export async function packedWherry(): Promise<{ pin: WherryPin; registry: string; close: () => void }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-pack-")));
  const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  const tarball = readFileSync(join(folder, packed.stdout.trim()));
  rmSync(folder, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
  const registry = createServer((request, response) => {
    const found = request.url === `/wherry/-/wherry-${version}.tgz`;
    response.writeHead(found ? 200 : 404).end(found ? tarball : "{}");
  });
  await new Promise<void>((listening) => registry.listen(0, "127.0.0.1", listening));
  return {
    pin: { version, integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}` },
    registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    close: () => {
      registry.closeAllConnections();
      registry.close();
    },
  };
}
