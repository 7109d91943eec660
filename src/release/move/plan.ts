import { measureScript } from "../../backup/index.ts";
import { loadSettings } from "../../config/index.ts";
import { script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import type { Context } from "../../system/index.ts";
import { ask } from "../ask.ts";
import { withConnections } from "../fleet.ts";
import { checkPort, checkServer } from "../preflight.ts";
import type { ReleaseRecord } from "../record.ts";
import type { Scope } from "../run.ts";
import belongings from "../scripts/belongings.sh?raw";
import { survey } from "../survey.ts";
import { checkArchitecture, checkNewServer, journeyOf, liveRelease } from "./checks.ts";
import type { DataSize, Journey, MoveOptions, MovePlan } from "./model.ts";

/** Says what a move would do; asks both servers, and changes nothing. */
export async function planMove(ctx: Context, options: MoveOptions): Promise<MovePlan> {
  const journey = await readJourney(ctx, options);
  const { settings, target } = journey;
  return withConnections(ctx, [settings.server, target], async (connections) => {
    const [from, to] = pair(connections);
    const [old, found] = await Promise.all([survey(from, settings), survey(to, settings)]);
    checkServer(old.state, from.name);
    checkPort(found.state, to.name);
    const record = liveRelease(old.state, from.name, settings.environment);
    const ready = found.state.engine !== undefined;
    if (ready) {
      checkArchitecture(old.state, found.state, to.name);
      const volumes = await volumesOn(to, settings);
      checkNewServer(record, { state: found.state, volumes, from: from.name }, to.name);
    }
    const data = await measure(from, journey);
    return {
      app: settings.name,
      environment: settings.environment,
      from: from.name,
      to: to.name,
      release: record.id,
      data,
      hosts: hostsOf(record.services),
      steps: stepsOf(journey, record, data, from.name, to.name),
    };
  });
}

/** Hosts that visitors come to, each once. */
export function hostsOf(
  services: readonly { readonly routes: readonly { readonly host: string }[] }[],
): readonly string[] {
  return [...new Set(services.flatMap(({ routes }) => routes.map(({ host }) => host)))];
}

function stepsOf(
  { settings }: Journey,
  record: ReleaseRecord,
  data: readonly DataSize[],
  from: string,
  to: string,
): MovePlan["steps"] {
  const step = (title: string, silent = false) => ({ title, silent });
  const names = data.map(({ service, method }) => `${service} (${method})`).join(", ");
  return [
    step(`make ${to} ready to be deployed to, where it is not`),
    step(`bring release ${record.id} there, and run it on empty data, as a deployment would`),
    step(`show a page on ${from}, and stop the release there`, true),
    step(names === "" ? "nothing keeps data: nothing is copied" : `copy ${names}, and compare checksums`, true),
    step(`start the release on ${to}, and wait until it is healthy`, true),
    step(`send requests that still come to ${from} on to ${to}, where it can be reached from there`),
    step(`stop everything of ${settings.environment} on ${from}, and keep it`),
    step("write the new server into wherry.yaml"),
  ];
}

export async function readJourney(ctx: Context, options: MoveOptions): Promise<Journey> {
  return journeyOf(await loadSettings(ctx, options), options);
}

export function pair(connections: readonly Connection[]): readonly [Connection, Connection] {
  const [from, to] = connections;
  if (from === undefined || to === undefined) throw new Error("a move has two servers");
  return [from, to];
}

type Place = Pick<Scope, "app" | "environment">;

export async function volumesOn(connection: Connection, place: Place): Promise<readonly string[]> {
  const steps = [{ id: "belongings", script: script(belongings) }];
  const told = await ask(connection, place, steps, { otherwise: "does not tell what it has" });
  return [...told.matchAll(/^volume (.*)$/gm)].map(([, volume = ""]) => volume);
}

export async function measure(from: Connection, { settings }: Journey): Promise<readonly DataSize[]> {
  const steps = [{ id: "measure", script: measureScript(settings.backup) }];
  const told = await ask(from, settings, steps, { otherwise: "cannot measure its data", timeout: 600_000 });
  return [...told.matchAll(/^size (\S+) (\S+) (\d+)$/gm)].map(([, service = "", method = "", bytes]) => ({
    service,
    method,
    bytes: Number(bytes),
  }));
}
