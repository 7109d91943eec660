import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { main } from "../../src/cli/app.ts";
import { loadCompose, renderRelease, understand } from "../../src/compose/index.ts";
import { loadSettings } from "../../src/config/index.ts";
import { readSecrets } from "../../src/secrets/index.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

export interface Ran {
  readonly exitCode: number;
  /** What is written to standard output, by the command itself and by what prints its result. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface SecretsApp {
  readonly folder: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ctx: Context;
  /** `wherry secrets ARGS -e production`, in this process. */
  secrets(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: Record<string, string> },
  ): Promise<Ran>;
  wherry(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: Record<string, string> },
  ): Promise<Ran>;
  /** Everything that a deployment would put on the server, as one text. */
  deployed(): Promise<string>;
  read(path: string): string;
}

const compose = `services:
  web:
    image: nginx:1.29
    environment: { PASSWORD: "\${APP_PASSWORD}" }
    secrets: [token]
secrets:
  token: { external: true, name: API_TOKEN }
`;

/** An app with two secrets: one of wherry.yaml in a variable, and an external one of the compose file. */
export function secretsApp(
  options: {
    readonly from?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly extra?: string;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): SecretsApp {
  const from = options.from === undefined ? "" : `secrets_from:\n${options.from}\n`;
  const folder = repository({
    "wherry.yaml": `app: shop\nsecrets: [APP_PASSWORD]\n${from}environments:\n  production: { server: local }\n${options.extra ?? ""}`,
    "compose.yaml": compose,
    ".gitignore": "/.wherry/secrets.*.env*\n",
    ...options.files,
  });
  const home = temporaryFolder();
  const env: Record<string, string> = { PATH: process.env["PATH"] ?? "", HOME: home, ...options.env };
  const ctx = createContext({ cwd: folder, env });
  const wherry: SecretsApp["wherry"] = async (args, { input = "", env: more = {} } = {}) => {
    const [stdout, stderr] = [sink(), sink()];
    const outcome = await main(args, {
      env: { ...env, ...more },
      cwd: folder,
      stdin: Readable.from([Buffer.from(input)]),
      stdout,
      stderr,
      signal: new AbortController().signal,
    });
    return {
      exitCode: outcome.exitCode,
      stdout: stdout.written() + outcome.stdout,
      stderr: stderr.written() + outcome.stderr,
    };
  };
  return {
    folder,
    home,
    env,
    ctx,
    wherry,
    secrets: ([verb = "", ...args], more) => wherry(["secrets", verb, ...args, "-e", "production"], more),
    async deployed() {
      const settings = await loadSettings(ctx, { environment: "production" });
      const own = await readSecrets(ctx, settings, settings.secrets);
      const model = understand(await loadCompose(ctx, settings, own), settings);
      const secrets = await readSecrets(ctx, settings, model.secrets);
      const files = renderRelease(model, {
        app: settings.app,
        environment: settings.environment,
        stack: "default",
        images: new Map(model.services.map((service) => [service.name, "nginx"])),
        secrets,
        configHashes: new Map(model.services.map((service) => [service.name, "hash"])),
      });
      return files.map(({ content }) => Buffer.from(content).toString()).join("\n");
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
  };
}

function sink(): Writable & { written(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return Object.assign(stream, { written: () => Buffer.concat(chunks).toString() });
}

/** Puts a program in the place of another: it remembers each call's arguments, and does what `body` says in Node.js. */
export function fakeProgram(bin: string, name: string, body: string): () => readonly string[] {
  const log = join(bin, `${name}.calls`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(log, "");
  const program = `#!${process.execPath}
const { readFileSync, writeFileSync, existsSync, appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + "\\n");
const store = ${JSON.stringify(join(bin, `${name}.json`))};
const load = () => (existsSync(store) ? JSON.parse(readFileSync(store, "utf8")) : undefined);
const save = (value) => writeFileSync(store, JSON.stringify(value));
const input = () => readFileSync(0, "utf8");
const fail = (text) => { process.stderr.write(text + "\\n"); process.exit(1); };
${body}
`;
  writeFileSync(join(bin, name), program);
  chmodSync(join(bin, name), 0o755);
  return () => readFileSync(log, "utf8").split("\n").filter(Boolean);
}
