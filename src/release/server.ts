import { loadSettings, stacksOf } from "../config/index.ts";
import type { LoadOptions, ServerAddress } from "../config/index.ts";
import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { withConnection } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { checkPort, checkServer } from "./preflight.ts";
import { reportOf } from "./fleet.ts";
import { runSteps } from "./run.ts";
import type { Scope, StepResult } from "./run.ts";
import { missingPrograms, startProxy } from "./setup.ts";
import { survey } from "./survey.ts";

export interface SetupResult {
  readonly environment: string;
  readonly server: string;
  readonly steps: readonly { readonly id: string; readonly title: string; readonly outcome: string }[];
}

/** Makes the servers ready to be deployed to: Docker and compose, Wherry's folder, the proxy. Changes only what is not so. */
export async function setUpServer(ctx: Context, options: LoadOptions, report: Report): Promise<SetupResult> {
  const results: SetupResult[] = [];
  for (const stack of await stacksOf(ctx, options)) {
    results.push(await setUpStack(ctx, { ...options, stack }, report));
  }
  return {
    environment: results[0]?.environment ?? "",
    server: [...new Set(results.map(({ server }) => server))].join(", "),
    steps: results.flatMap(({ steps }) => steps),
  };
}

async function setUpStack(ctx: Context, options: LoadOptions, report: Report): Promise<SetupResult> {
  const { app, environment, servers } = await loadSettings(ctx, options);
  const scope = { app, environment, deployment: "-" };
  const names: string[] = [];
  const steps: StepResult[] = [];
  for (const server of servers) {
    const done = await setUpOne(ctx, server, scope, (connection) => reportOf(report, connection, servers.length));
    names.push(done.name);
    steps.push(...done.steps);
  }
  return { environment, server: names.join(", "), steps };
}

/** The same for one server, whatever wherry.yaml says of it. */
export async function setUpOne(
  ctx: Context,
  server: ServerAddress,
  scope: Scope,
  reportFor: (connection: Connection) => Report,
): Promise<{ readonly name: string; readonly steps: readonly StepResult[] }> {
  // A connection of its own: who joins a group belongs to it from the next login on.
  const installed = await withConnection(ctx, server, (connection) =>
    install(ctx, connection, scope, reportFor(connection)),
  );
  return withConnection(ctx, server, async (connection) => {
    const found = await survey(connection, scope);
    checkServer(found.state, connection.name);
    const started = await startProxy(ctx, connection, scope, found, reportFor(connection));
    return { name: connection.name, steps: [...installed, ...started] };
  });
}

async function install(
  ctx: Context,
  connection: Connection,
  scope: Scope,
  report: Report,
): Promise<readonly StepResult[]> {
  const { state } = await survey(connection, scope);
  checkPort(state, connection.name);
  const step = { step: "install", missing: missingPrograms(state) } as const;
  const result = await runSteps(ctx, connection, scope, [step], report, { timeout: 900_000 });
  if (result.failure === undefined) return result.steps;
  throw new WherryError("refused", result.failure.code, result.failure.message, {
    context: result.failure.context,
    hint: "install Docker with the compose plugin there by hand, let this user use it, and run this again",
  });
}

/** What a server is and has, seen from one app's environment. */
export interface ServerStatus {
  readonly server: string;
  readonly engine: { readonly version: string; readonly architecture: string } | null;
  readonly compose: string | null;
  readonly missing: readonly string[];
  /** Free bytes where Docker keeps its images. */
  readonly freeBytes: number | null;
  readonly folder: string | null;
  readonly proxy: { readonly state: string; readonly image: string } | null;
  /** Route -> who has it, over all apps of the server. */
  readonly routes: readonly { readonly route: string; readonly owner: string }[];
}

export async function serverStatus(ctx: Context, options: LoadOptions): Promise<ServerStatus> {
  const { app, environment, server } = await loadSettings(ctx, options);
  return withConnection(ctx, server, async (connection) => {
    const { state } = await survey(connection, { app, environment });
    const { engine, proxy } = state;
    return {
      server: connection.name,
      engine: engine === undefined ? null : { version: engine.version, architecture: engine.architecture },
      compose: state.composeVersion || null,
      missing: missingPrograms(state),
      freeBytes: state.freeBytes ?? null,
      folder: state.folder ?? null,
      proxy: proxy === undefined ? null : { state: proxy.state, image: proxy.image },
      routes: [...state.routesTaken].map(([route, owner]) => ({ route: route.replace(/(?<=.)\/$/, ""), owner })),
    };
  });
}
