import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { attempt, run } from "../../scripts/engine/run.ts";
import { wherry } from "../helpers/cli.ts";

export interface InitDocument {
  readonly app: string;
  readonly parts: readonly {
    readonly name: string;
    readonly framework: string;
    readonly port: { readonly value: number };
    readonly stores: readonly string[];
  }[];
  readonly files: readonly { readonly path: string; readonly kind: string }[];
  readonly notes: readonly { readonly message: string; readonly at: string | null }[];
  readonly written: readonly string[];
}

/** Values for every secret that the apps of the tests have. The odd characters are the point. */
export const secretValues = {
  DB_PASSWORD: "p@ss/w:rd #1%&",
  JWT_SECRET: "a secret with spaces & signs",
  SECRET_KEY: "not-the-real-one",
};

/** What takes minutes runs only when it is asked for: WHERRY_TEST_FRAMEWORKS=all, or names. */
export function isAskedFor(app: string): boolean {
  const asked = process.env["WHERRY_TEST_FRAMEWORKS"] ?? "";
  return asked === "all" || asked.split(",").includes(app);
}

/** A copy of a small app, as it is before Wherry. */
export function copyOfApp(name: string): { readonly folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `wherry-init-${name}-`)));
  cpSync(resolve(import.meta.dirname, "apps", name), folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function initialise(folder: string, args: readonly string[]): Promise<InitDocument> {
  const result = await wherry(["init", "--yes", "--json", ...args], { cwd: folder });
  if (result.exitCode !== 0) throw new Error(`wherry init: exit ${result.exitCode}\n${result.stdout}${result.stderr}`);
  return result.json<InitDocument>();
}

/** The app under plain Docker Compose, without what is for development. */
export interface RunningApp {
  /** Address of a service, by its container port. */
  url(service: string, port: number): Promise<string>;
  exec(service: string, argv: readonly string[]): Promise<string>;
  /** Stops one service; how long that took, and with which exit code it ended. */
  stop(service: string): Promise<{ readonly seconds: number; readonly exitCode: number }>;
  down(): Promise<void>;
}

export async function composeUp(folder: string, { app, parts }: InitDocument): Promise<RunningApp> {
  const env = { ...secretValues, COMPOSE_PROJECT_NAME: `wherry-init-${app}-${process.pid}` };
  const services = Object.fromEntries(parts.map(({ name, port }) => [name, { ports: [`127.0.0.1::${port.value}`] }]));
  writeFileSync(join(folder, "compose.test.yaml"), JSON.stringify({ services }));
  const compose = ["docker", "compose", "-f", "compose.yaml", "-f", "compose.test.yaml"];
  const down = async (): Promise<void> => {
    await attempt([...compose, "down", "--volumes", "--rmi", "local", "--timeout", "5"], { cwd: folder, env });
  };
  const started = await attempt([...compose, "up", "--build", "--wait", "--quiet-pull"], { cwd: folder, env });
  if (started.exitCode !== 0) {
    const logs = await attempt([...compose, "logs", "--tail", "40"], { cwd: folder, env });
    await down();
    throw new Error(
      `docker compose up: ${(started.stderr + started.stdout).slice(-6000)}\n${logs.stdout.slice(-4000)}`,
    );
  }
  const id = (service: string): Promise<string> =>
    run([...compose, "ps", "--all", "--quiet", service], { cwd: folder, env });
  return {
    url: async (service, port) =>
      `http://${await run([...compose, "port", service, String(port)], { cwd: folder, env })}`,
    exec: (service, argv) => run([...compose, "exec", "-T", service, ...argv], { cwd: folder, env }),
    async stop(service) {
      const container = await id(service);
      const begin = performance.now();
      await run([...compose, "stop", service], { cwd: folder, env });
      const seconds = (performance.now() - begin) / 1000;
      return {
        seconds,
        exitCode: Number(await run(["docker", "inspect", "--format", "{{.State.ExitCode}}", container])),
      };
    },
    down,
  };
}
