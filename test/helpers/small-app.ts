import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startTraffic } from "../../scripts/traffic/index.ts";
import type { Traffic, TrafficOptions, TrafficReport } from "../../scripts/traffic/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { wherry } from "./cli.ts";
import type { RunOptions, RunResult } from "./cli.ts";
import { git } from "./git.ts";

/** What `deploy` and `rollback` write with --json. */
export interface Deployment {
  readonly outcome: string;
  readonly release: { readonly id: string; readonly commit: string };
  readonly previous: string | null;
  readonly kind: string;
  readonly roundTrips: number;
  readonly bytesSent: number;
  readonly seconds: number;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: string }[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly context?: string[];
  };
}

/** An app of test/apps in a git repository of its own, deployed to a test server as a user would. */
export interface SmallApp {
  readonly folder: string;
  /** Host name that its requests carry. */
  readonly host: string;
  /** Writes files and commits them. */
  commit(files: Readonly<Record<string, string>>): string;
  /** Writes files without a commit. */
  write(files: Readonly<Record<string, string>>): void;
  wherry(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** `wherry deploy`, which must succeed. */
  deploy(...args: readonly string[]): Promise<Deployment>;
  rollback(...args: readonly string[]): Promise<Deployment>;
  /** The version that answers through the proxy; the status code where it is no version. */
  version(): Promise<string>;
  /** Requests to it through the proxy: `GET /` and `POST /orders`, 200 a second, if not told otherwise. */
  traffic(options?: Partial<TrafficOptions>): Promise<Traffic>;
  remove(): void;
}

export interface SmallAppOptions {
  readonly app?: string;
  /** Text of wherry.yaml; what is left out is as below. */
  readonly services?: string;
  readonly extra?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** In wherry.yaml; left out: the first test server, by ssh. */
  readonly address?: string;
}

const services = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    release: [node, job.js]
    drain: 5s`;

/** @param servers all that its commands talk to by ssh; it is deployed to the first, and asked there */
export function smallApp(
  servers: TestServer | readonly [TestServer, ...TestServer[]],
  options: SmallAppOptions = {},
): SmallApp {
  const [server, ...more] = "sshConfig" in servers ? [servers] : servers;
  const app = options.app ?? "small";
  const host = `${app}.test`;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-app-")));
  cpSync(resolve(import.meta.dirname, "../apps/small"), folder, { recursive: true });
  const address = options.address ?? `deploy@${server.address}`;
  const settings = `app: ${app}
services:${(options.services ?? services).replaceAll("APP", app)}
environments:
  production:
    server: ${address}
    secrets: [APP_PASSWORD]
${options.extra ?? ""}`;
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  };
  write({ "wherry.yaml": settings, ...options.files });
  git(folder, "init", "--quiet");
  const commit = (files: Readonly<Record<string, string>>): string => {
    write(files);
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "change");
    return git(folder, "rev-parse", "HEAD");
  };
  commit({});
  const own = mkdtempSync(join(tmpdir(), "wherry-ssh-"));
  const sshConfig = join(own, "ssh_config");
  writeFileSync(sshConfig, [server, ...more].map((one) => `Include ${one.sshConfig}\n`).join(""));
  const env = { WHERRY_SSH_CONFIG: sshConfig, APP_PASSWORD: "correct horse battery", ...options.env };
  const run = (args: readonly string[], runOptions: RunOptions = {}): Promise<RunResult> =>
    wherry([...args], { cwd: folder, ...runOptions, env: { ...env, ...runOptions.env } });
  const succeed = async (verb: string, args: readonly string[]): Promise<Deployment> => {
    const result = await run([verb, "--json", ...args]);
    if (result.exitCode !== 0)
      throw new Error(`wherry ${verb}: exit ${result.exitCode}\n${result.stdout}${result.stderr}`);
    return result.json<Deployment>();
  };
  return {
    folder,
    host,
    commit,
    write,
    wherry: run,
    deploy: (...args) => succeed("deploy", args),
    rollback: (...args) => succeed("rollback", args),
    version: () => versionServed(server, host),
    traffic: (trafficOptions) =>
      startTraffic({
        address: server.address,
        port: server.httpPort,
        host,
        mix: [
          { method: "GET", path: "/", weight: 7 },
          { method: "POST", path: "/orders", body: "x".repeat(2000), weight: 3 },
        ],
        versionHeader: "version",
        ...trafficOptions,
      }),
    remove: () => {
      for (const each of [folder, own]) rmSync(each, { recursive: true, force: true });
    },
  };
}

/** What went wrong, for the message of an assertion: its own shows how a report differs, and is cut off where it is long. */
export function errorsOf({ errors }: TrafficReport): string {
  return errors.map(({ what, count, first, last }) => `${count} x ${what} (${first} to ${last})`).join("; ");
}

/** Asks through the proxy of a test server. */
function versionServed(server: TestServer, host: string, path = "/"): Promise<string> {
  return new Promise((resolveVersion, reject) => {
    const options = {
      host: server.address,
      port: server.httpPort,
      path,
      headers: { host },
      agent: false,
      timeout: 10_000,
    };
    request(options, (response) => {
      response.resume();
      resolveVersion(String(response.headers["version"] ?? response.statusCode));
    })
      .on("error", reject)
      .end();
  });
}
