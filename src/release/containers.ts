import { loadSettings } from "../config/index.ts";
import type { LoadOptions } from "../config/index.ts";
import { nearest, usageError } from "../core/index.ts";
import { paths, script, withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import logsScript from "./scripts/logs.sh?raw";
import oneOffScript from "./scripts/one-off.sh?raw";
import { parseState } from "./state.ts";
import type { ServerState } from "./state.ts";

export interface LogsOptions extends LoadOptions {
  readonly service: string | undefined;
  readonly follow: boolean;
  readonly lines: number;
  /** Left out: the live one. */
  readonly release: string | undefined;
}

/** Writes the logs of an environment's containers to standard output until they end, or until the user has seen enough. */
export async function followLogs(ctx: Context, options: LogsOptions): Promise<number> {
  const { app, environment, server } = await loadSettings(ctx, options);
  return withConnection(ctx, server, async (connection) => {
    const state = await readState(connection, app, environment);
    if (options.service !== undefined) serviceNamed(state, options.service);
    const release = options.release ?? state.live?.release ?? "";
    const text = `${paths}\nshift 3\n${logsScript}`;
    const args = [options.service ?? "", release, options.follow ? "yes" : "", String(options.lines)];
    return hand(ctx, connection, ["sh", "-c", text, "wherry", app, environment, "-", ...args]);
  });
}

export interface CommandOptions extends LoadOptions {
  readonly service: string;
  readonly command: readonly string[];
}

/** Runs a command in a running container of the live release; bytes and exit code are the command's own. */
export async function execute(ctx: Context, options: CommandOptions): Promise<number> {
  const { app, environment, server } = await loadSettings(ctx, options);
  return withConnection(ctx, server, async (connection) => {
    const state = await readState(connection, app, environment);
    const { placement } = serviceNamed(state, options.service);
    const slot = placement === "base" ? "base" : state.live?.slot;
    const container = state.containers.find(
      (one) => one.service === options.service && one.slot === slot && one.state === "running" && !one.oneOff,
    );
    if (container === undefined) {
      throw usageError("not-running", `no container of ${options.service} runs`, {
        hint: `wherry run ${options.service} -- COMMAND starts one for a single command`,
      });
    }
    const terminal = ctx.stdin.isTTY === true && ctx.stdout.isTTY === true ? ["--tty"] : [];
    return hand(ctx, connection, [
      "docker",
      "exec",
      "--interactive",
      ...terminal,
      "--",
      container.id,
      ...options.command,
    ]);
  });
}

/** Runs a command in a new container of the live release's image, beside those that run, and removes it. */
export async function runOnce(ctx: Context, options: CommandOptions): Promise<number> {
  const { app, environment, server } = await loadSettings(ctx, options);
  return withConnection(ctx, server, async (connection) => {
    const state = await readState(connection, app, environment);
    const { placement } = serviceNamed(state, options.service);
    const terminal = ctx.stdin.isTTY === true && ctx.stdout.isTTY === true ? "yes" : "";
    const place = placement === "base" ? "base" : (state.live?.slot ?? "");
    const args = [place, state.live?.release ?? "", terminal, options.service, ...options.command];
    const text = `${paths}\nshift 3\n${oneOffScript}`;
    return hand(ctx, connection, ["sh", "-c", text, "wherry", app, environment, "-", ...args]);
  });
}

async function readState(connection: Connection, app: string, environment: string): Promise<ServerState> {
  const steps = [{ id: "state", script: script("tell_state") }];
  return parseState(await ask(connection, { app, environment }, steps, { otherwise: "does not tell its state" }));
}

function serviceNamed(state: ServerState, name: string) {
  const record = state.records.find(({ id }) => id === state.live?.release);
  const services = record?.services ?? [];
  const found = services.find((service) => service.name === name);
  if (found !== undefined) return found;
  const names = services.map((service) => service.name);
  const near = nearest(name, names);
  throw usageError(
    "unknown-service",
    names.length === 0
      ? "nothing is deployed here yet"
      : `there is no service ${name} in the live release; there is ${names.join(", ")}`,
    { hint: near === undefined ? "wherry status lists them" : `did you mean ${near}?` },
  );
}

/** Gives this process's own streams to a command on the server. */
async function hand(ctx: Context, connection: Connection, command: readonly string[]): Promise<number> {
  const terminal = ctx.stdin.isTTY === true && ctx.stdout.isTTY === true;
  const result = await ctx.processes.run(connection.passthrough(command, { terminal }), { terminal: true });
  return result.exitCode;
}
