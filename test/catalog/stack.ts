import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { run } from "../../scripts/engine/run.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { add, dotenvOf } from "./helpers.ts";
import type { Wanted } from "./helpers.ts";

/** What an entry writes, run by docker compose itself with other images: the engine of a test has no registry. */
export interface Stack {
  readonly folder: string;
  /** Runs docker compose on it; throws with its words when it fails. */
  compose(...args: readonly string[]): Promise<string>;
  /** Starts everything, and waits until all that has a health check is healthy. */
  up(): Promise<void>;
  /** Other images for services from the next `up` on. */
  use(images: Readonly<Record<string, string>>): void;
  inspect(service: string): Inspected;
}

export interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Config: { readonly User: string; readonly Env: readonly string[]; readonly StopTimeout?: number };
  readonly Image: string;
}

/** For the time of one test; volumes, networks and containers are removed after it. */
export async function stack(wanted: Wanted, images: Readonly<Record<string, string>>): Promise<Stack> {
  const folder = temporaryFolder();
  const addition = await add(folder, wanted);
  const project = `wherry-catalog-${process.pid}-${Date.now().toString(36)}`;
  const use = (replaced: Readonly<Record<string, string>>): void => {
    const services = Object.fromEntries(Object.entries(replaced).map(([name, image]) => [name, { image }]));
    writeFiles(folder, { "compose.override.yaml": JSON.stringify({ services }) });
  };
  use(images);
  writeFiles(folder, { ".env": dotenvOf(addition) });
  const argv = ["docker", "compose", "--project-name", project] as const;
  const compose = (...args: readonly string[]): Promise<string> => run([...argv, ...args], { cwd: folder });
  onTestFinished(async () => {
    await compose("down", "--volumes", "--timeout", "2");
  });
  return {
    folder,
    compose,
    use,
    up: async () => {
      try {
        await compose("up", "--detach", "--wait", "--wait-timeout", "180", "--pull", "never");
      } catch (error) {
        throw new Error(`${String(error)}\n${await compose("logs", "--tail", "30")}`, { cause: error });
      }
    },
    inspect(service) {
      const id = execFileSync(argv[0], [...argv.slice(1), "ps", "--all", "--quiet", service], {
        cwd: folder,
        encoding: "utf8",
      }).trim();
      return (JSON.parse(execFileSync("docker", ["inspect", id], { encoding: "utf8" })) as readonly [Inspected])[0];
    },
  };
}
