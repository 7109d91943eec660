import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { Writable } from "node:stream";
import { main } from "../../src/cli/app.ts";
import { setup } from "../../src/cli/commands/github/setup.ts";
import { status } from "../../src/cli/commands/github/status.ts";
import { git, repository } from "../helpers/git.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import type { FakeSetup } from "../github/fake/github.ts";

/** Values that must be seen nowhere but in the sealed boxes. */
export const values = {
  DB_PASSWORD: "correct-horse-battery-staple",
  WHERRY_SSH_KEY:
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----\n",
} as const;

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrLqD3Y2b1Jq0oS0pB6cQpXv7M2mY1dO8b5sGZ0uV3k";

const wherryYaml = `app: shop
services: { web: { route: shop.example.com, port: 3000 } }
environments:
  development: { server: deploy@203.0.113.10 }
  uat: { server: deploy@203.0.113.10 }
  production: { server: { host: 203.0.113.11, user: deploy, port: 2222 }, secrets: [DB_PASSWORD] }
`;

const ci = `name: CI
on:
  pull_request: {}
jobs:
  test: { name: "web: tests", runs-on: ubuntu-24.04, steps: [{ run: "true" }] }
  scan: { runs-on: ubuntu-24.04, steps: [{ run: "true" }] }
  many: { runs-on: ubuntu-24.04, strategy: { matrix: { node: [22, 24] } }, steps: [{ run: "true" }] }
`;

/** Fewer requests where one environment tells as much as three. */
export const oneEnvironment = {
  "wherry.yaml": `app: shop
services: { web: { route: shop.example.com, port: 3000 } }
environments:
  production: { server: deploy@203.0.113.10, secrets: [DB_PASSWORD] }
`,
} as const;

/** A folder for PATH with git and ssh-keygen, and so without gh. */
export function withoutGh(): string {
  const folder = temporaryFolder();
  for (const name of ["git", "ssh-keygen"]) {
    const found = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    symlinkSync(found, `${folder}/${name}`);
  }
  return folder;
}

export interface Team {
  readonly folder: string;
  /** `wherry github WORDS`, with the fake as GitHub. */
  github(...words: readonly string[]): Promise<Ran>;
  readonly env: Record<string, string>;
}

export interface Ran {
  readonly exitCode: number;
  /** All that was written, also progress. */
  readonly all: string;
  readonly stdout: string;
  readonly stderr: string;
  json<T = Json>(): T;
}

export interface Json {
  readonly changes: readonly { readonly kind: string; readonly title: string; readonly environment: string | null }[];
  readonly drift: Json["changes"];
  readonly done: readonly { readonly title: string; readonly refused: string | null }[];
  readonly limits: readonly { readonly what: string; readonly reason: string; readonly instead: string }[];
  readonly refused: Json["limits"];
  readonly notes: readonly string[];
  readonly newKeys: readonly { readonly environment: string; readonly publicKey: string }[];
  readonly environments: readonly {
    readonly name: string;
    readonly secrets: readonly { readonly name: string; readonly state: string }[];
    readonly extraRefs: readonly string[];
    readonly missingVariables: readonly string[];
  }[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** A clone of acme/shop, whose machine knows the servers. */
export function team(fake: FakeSetup, files: Readonly<Record<string, string>> = {}): Team {
  const folder = repository({
    "wherry.yaml": wherryYaml,
    "compose.yaml": "services: { web: { image: nginx } }\n",
    ".github/workflows/ci.yml": ci,
    ...files,
  });
  git(folder, "remote", "add", "origin", "git@github.com:acme/shop.git");
  const known = temporaryFolder({ known_hosts: `203.0.113.10 ${hostKey}\n[203.0.113.11]:2222 ${hostKey}\n` });
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    GITHUB_API_URL: fake.url,
    GH_TOKEN: fake.token,
    WHERRY_GITHUB_PAUSE: "0",
    ...values,
  };
  return {
    folder,
    env,
    async github(...words) {
      let progress = "";
      const sink = new Writable({
        write(chunk, _encoding, done) {
          progress += String(chunk);
          done();
        },
      });
      const signal = new AbortController().signal;
      const line = ["github", ...words, "--known-hosts", `${known}/known_hosts`];
      const { schema } = words[0] === "status" ? status : setup;
      const outcome = await main(line, { env, cwd: folder, stdout: sink, stderr: sink, signal });
      return {
        ...outcome,
        all: progress + outcome.stdout + outcome.stderr,
        json: <T>() => {
          if (outcome.stdout === "") throw new Error(`no JSON: ${outcome.stderr}${progress}`);
          const document = JSON.parse(outcome.stdout) as T & { readonly repository?: string };
          // An error without a result has the shape of all errors.
          if (document.repository !== undefined) schema?.parse(document);
          return document;
        },
      };
    },
  };
}
