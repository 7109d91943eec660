import { scheduleScript } from "../backup/index.ts";
import { loadSettings, stacksOf } from "../config/index.ts";
import type { LoadOptions, Settings } from "../config/index.ts";
import type { Report } from "../core/index.ts";
import { ownerOf, proxyFragment } from "../proxy/index.ts";
import { script } from "../server/index.ts";
import type { Connection } from "../server/index.ts";
import type { Context } from "../system/index.ts";
import { ask } from "./ask.ts";
import { reportOf, withConnections } from "./fleet.ts";
import { takeScript } from "./floating/carry.ts";
import { operate } from "./operation.ts";
import belongings from "./scripts/belongings.sh?raw";
import { parseState } from "./state.ts";
import type { Step } from "./steps.ts";

export interface Removal {
  readonly environment: string;
  /** Of a pull request: its data is nobody's. */
  readonly preview: boolean;
  readonly app: string;
  readonly server: string;
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  /** Volumes and folders with data: removed only when asked for. */
  readonly volumes: readonly string[];
}

/** What belongs to an environment on its server. */
export async function planRemoval(ctx: Context, options: LoadOptions): Promise<Removal> {
  const found = await inReverse(ctx, options, (settings) =>
    withConnections(ctx, settings.servers, (connections) =>
      Promise.all(connections.map((connection) => belongingsOf(connection, settings))),
    ),
  );
  return joined(found);
}

export type RemoveOptions = LoadOptions & { readonly volumes: "keep" | "remove" };

/** Removes everything of an environment but its volumes, or also these. */
export async function remove(ctx: Context, options: RemoveOptions, report: Report): Promise<Removal> {
  const removed = await inReverse(ctx, options, (settings) =>
    withConnections(ctx, settings.servers, async (connections) => {
      const done: Removal[] = [];
      for (const connection of connections) {
        const told = reportOf(report, connection, connections.length);
        done.push(await removeFrom(ctx, connection, settings, options, told));
      }
      return done;
    }),
  );
  return joined(removed);
}

/** Stack after stack: what depends on the others goes first. */
async function inReverse(
  ctx: Context,
  options: LoadOptions,
  use: (settings: Settings) => Promise<readonly Removal[]>,
): Promise<readonly Removal[]> {
  const all: Removal[] = [];
  for (const stack of (await stacksOf(ctx, options)).toReversed()) {
    all.push(...(await use(await loadSettings(ctx, { ...options, stack }))));
  }
  return all;
}

/** Removes everything of an environment from one server. */
export async function removeFrom(
  ctx: Context,
  connection: Connection,
  settings: Settings,
  options: Pick<RemoveOptions, "volumes">,
  report: Report,
): Promise<Removal> {
  const { app, environment } = settings;
  const removal = await belongingsOf(connection, settings);
  // The proxy first: it must not send anybody to containers that are going.
  const steps: readonly Step[] = [
    { step: "set-proxy", fragment: proxyFragment(ownerOf(app, environment), []) },
    { step: "receive", title: "end its backups", script: scheduleScript("off", { every: 0, at: undefined }) },
    { step: "receive", title: "give up its floating addresses", script: takeScript([]) },
    { step: "remove", environment, volumes: options.volumes },
  ];
  return operate(ctx, connection, settings, "remove", () => ({ steps, result: removal }), report);
}

/** Of several servers or stacks, what each has under its name. */
function joined(removals: readonly Removal[]): Removal {
  const [first] = removals;
  if (first === undefined) throw new Error("an environment has a server");
  if (removals.length === 1) return first;
  const all = (list: (removal: Removal) => readonly string[]): readonly string[] =>
    removals.flatMap((removal) => list(removal).map((item) => `${removal.server}: ${item}`));
  return {
    ...first,
    server: removals.map(({ server }) => server).join(", "),
    containers: all(({ containers }) => containers),
    networks: all(({ networks }) => networks),
    volumes: all(({ volumes }) => volumes),
  };
}

/** What belongs to an environment on one server. */
export async function belongingsOf(connection: Connection, settings: Settings): Promise<Removal> {
  const { app, name, environment, preview } = settings;
  const reading = [
    { id: "state", script: script("tell_state") },
    { id: "belongings", script: script(belongings) },
  ];
  const told = await ask(connection, { app, environment }, reading, { otherwise: "does not tell its state" });
  const state = parseState(told);
  const lines = told.split("\n").filter((line) => line.startsWith("volume "));
  return {
    app: name,
    environment,
    preview: preview !== undefined,
    server: connection.name,
    containers: state.containers.map(({ service, slot, id }) => `${service} (${slot}) ${id.slice(0, 12)}`),
    networks: [...state.networks.keys()],
    volumes: lines.map((line) => line.slice("volume ".length)),
  };
}
