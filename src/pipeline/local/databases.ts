import { WherryError } from "../../core/index.ts";
import type { Context } from "../../system/index.ts";
import { variablesAt } from "../databases.ts";
import type { Database, PartStage } from "../model.ts";

/**
 * Databases for the time of one stage: containers of the compose file's own images, with an empty database, that only this
 * machine reaches. They never take the place of what runs here already: where the code is told the port, the engine chooses one.
 */
export interface StartedDatabases {
  /** By which the code finds them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What marks the containers: `docker ps --filter label=wherry.pipeline`. */
const label = "wherry.pipeline";

/** Long enough for a first start on a small machine; the same as in the pipeline of a host. */
const deadline = 120_000;
const pollInterval = 500;

interface Wanted extends Pick<PartStage, "databases" | "variables" | "variableOf"> {
  readonly app: string;
}

/** Runs `use` with the databases there, and removes them whatever comes of it: failure, interruption. */
export async function withDatabases<T>(
  ctx: Context,
  wanted: Wanted,
  use: (started: StartedDatabases) => Promise<T>,
): Promise<T> {
  const { app, databases } = wanted;
  if (databases.length === 0) return use({ variables: wanted.variables });
  const suffix = crypto.randomUUID().slice(0, 8);
  const named = databases.map((database) => ({
    database,
    container: `wherry-pipeline-${app}-${suffix}-${database.name.replaceAll(/[^\w.-]/g, "-")}`,
  }));
  try {
    for (const { database, container } of named) await start(ctx, container, database, portFor(database, wanted));
    const ports = new Map<string, number>();
    for (const { database, container } of named) {
      await untilHealthy(ctx, container, database);
      ports.set(database.name, await publishedPort(ctx, container, database.port));
    }
    const at = ({ name, port }: Database) => ({ host: "127.0.0.1", port: ports.get(name) ?? port });
    return await use({ variables: variablesAt(wanted, at) });
  } finally {
    // By name, so that what was created and has not answered yet goes too.
    const containers = named.map(({ container }) => container);
    await ctx.processes.run(["docker", "rm", "--force", "--volumes", ...containers], {
      lastOrders: true,
      timeout: 30_000,
    });
  }
}

/** 0, any free one, where the code is told the port; the usual one where it takes that for granted. */
function portFor({ name, port }: Database, { variables, variableOf }: Wanted): number {
  const own = Object.entries(variables).filter(([variable]) => variableOf[variable] === name);
  return own.some(([, value]) => value === String(port) || value.includes(`:${port}`)) ? 0 : port;
}

async function start(ctx: Context, container: string, database: Database, port: number): Promise<void> {
  const { image, environment, health } = database;
  const result = await ctx.processes.run([
    "docker",
    "run",
    "--detach",
    `--name=${container}`,
    `--label=${label}`,
    `--publish=127.0.0.1:${port === 0 ? "" : port}:${database.port}`,
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
    `--health-cmd=${health}`,
    "--health-interval=1s",
    "--health-timeout=5s",
    "--health-retries=120",
    image,
  ]);
  ctx.signal.throwIfAborted();
  if (result.exitCode === 0) return;
  const taken = /port is already allocated|address already in use/.test(result.stderr);
  throw new WherryError(
    "refused",
    taken ? "port-taken" : "no-database",
    taken
      ? `port ${port} of this machine is taken, and the tests look for ${database.name} there`
      : `the database ${database.name} (${image}) cannot be started`,
    {
      context: lastLines(result.stderr, 5),
      hint: taken
        ? "end what listens there for the time of the tests, or let the code read the port from a variable"
        : result.exitCode === 127
          ? "install Docker: the databases of integration tests are containers"
          : `look at: docker pull ${image}`,
    },
  );
}

async function untilHealthy(ctx: Context, container: string, { name, image }: Database): Promise<void> {
  const begun = ctx.clock.monotonic();
  while (ctx.clock.monotonic() - begun < deadline) {
    ctx.signal.throwIfAborted();
    const { stdout } = await ctx.processes.run([
      "docker",
      "inspect",
      "--format={{.State.Running}} {{.State.Health.Status}}",
      container,
    ]);
    if (stdout.trim() === "true healthy") return;
    if (stdout.startsWith("false")) break;
    await ctx.clock.sleep(pollInterval);
  }
  ctx.signal.throwIfAborted();
  const logs = await ctx.processes.run(["docker", "logs", "--tail=20", container]);
  throw new WherryError("refused", "database-not-ready", `the database ${name} (${image}) takes no connections`, {
    context: lastLines(`${logs.stdout}\n${logs.stderr}`, 20),
    hint: "its last lines say why",
  });
}

async function publishedPort(ctx: Context, container: string, port: number): Promise<number> {
  const { stdout } = await ctx.processes.run(["docker", "port", container, `${port}/tcp`]);
  const found = /:(\d+)\s*$/m.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`docker port of ${container} said ${JSON.stringify(stdout)}`);
  return Number(found);
}

function lastLines(text: string, count: number): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
