import { engineNeeds } from "../compose/index.ts";
import type { AppModel } from "../compose/index.ts";
import type { Settings } from "../config/index.ts";
import { ownerOf, proxyFragment } from "../proxy/index.ts";
import { refusedError } from "../core/index.ts";
import type { App } from "./app.ts";
import type { ServerState } from "./state.ts";

/** Versions that are known to understand what is rendered. */
const oldestCompose = [2, 20] as const;

/** Stays free whatever is deployed: a full disk stops databases, and with them everything. */
const reserveBytes = 500e6;

/** Too old, or not there at all. */
export function hasOldCompose(state: ServerState): boolean {
  const [major = 0, minor = 0] = state.composeVersion.replace(/^v/, "").split(".").map(Number);
  return major < oldestCompose[0] || (major === oldestCompose[0] && minor < oldestCompose[1]);
}

/** Is the server one that can be deployed to at all? Pure; throws what it finds. */
export function checkServer(state: ServerState, server: string): void {
  checkMoved(state, server);
  const setup = "wherry server setup installs what is missing";
  if (state.refused !== undefined) {
    throw refusedError("engine-refused", `the Docker engine of ${server} does not answer: ${state.refused}`, {
      hint: "is it running, and may this user use it (group docker)?",
    });
  }
  if (state.engine === undefined)
    throw refusedError("no-engine", `there is no Docker engine on ${server}`, { hint: setup });
  if (state.missing.length > 0)
    throw refusedError("programs-missing", `${server} lacks ${state.missing.join(", ")}`, { hint: setup });
  if (hasOldCompose(state)) {
    const found = state.composeVersion === "" ? "no docker compose" : `docker compose ${state.composeVersion}`;
    throw refusedError("old-compose", `${server} has ${found}; 2.20 or newer is needed`, { hint: setup });
  }
}

/** Is the engine new enough for what the compose files ask of it? */
export function checkEngine({ resolved }: Pick<AppModel, "resolved">, { engine }: ServerState, server: string): void {
  const version = engine?.version ?? "";
  const [need] = engineNeeds(resolved).filter((one) => isOlder(version, one.engine));
  if (need === undefined) return;
  throw refusedError("old-engine", `${server} has Docker ${version}; ${need.key} needs ${need.engine} or newer`, {
    hint: "take the key out of the compose file, or install a newer engine there (docs.docker.com/engine/install)",
  });
}

/** @returns also false where the version is not one that can be read */
function isOlder(version: string, than: string): boolean {
  const [major, minor = 0] = version.split(".").map(Number);
  const [needMajor = 0, needMinor = 0] = than.split(".").map(Number);
  return major !== undefined && (major < needMajor || (major === needMajor && minor < needMinor));
}

/** An app that has moved away must not begin to live in two places. */
export function checkMoved({ marks: { moved } }: Pick<ServerState, "marks">, server: string): void {
  if (moved === undefined) return;
  throw refusedError(
    "moved-away",
    `the environment moved from ${server} to ${moved.to} at ${moved.at}, by ${moved.who}`,
    {
      hint: `wherry.yaml has to say server: ${moved.to}; wherry infra move --back takes the move back, --confirm clears this server`,
    },
  );
}

/** Port 80 belongs to the proxy: is it taken by somebody else? */
export function checkPort(state: ServerState, server: string): void {
  if (state.proxyRuns || !state.listening.includes(80)) return;
  throw refusedError("port-taken", `something else listens on port 80 of ${server}, where the proxy has to`, {
    hint: "see what it is with: sudo ss -ltnp 'sport = :80', and stop it",
  });
}

export function checkDisk(state: ServerState, server: string, bytesNeeded: number): void {
  if (state.freeBytes === undefined || state.freeBytes >= bytesNeeded + reserveBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw refusedError(
    "disk-full",
    `${server} has ${megabytes(state.freeBytes)} of disk free; this deployment needs ${megabytes(bytesNeeded)}, and ${megabytes(reserveBytes)} have to stay`,
    { hint: "make room there (docker system df shows what Docker holds), or lower keep: in wherry.yaml" },
  );
}

/** Has the server its number of previews? One that is there may always be brought up to date. */
export function checkPreviews(
  { name, environment, preview }: Pick<Settings, "name" | "environment" | "preview">,
  { previews }: Pick<ServerState, "previews">,
  server: string,
): void {
  if (preview === undefined || previews.includes(environment) || previews.length < preview.limit) return;
  const [oldest] = previews;
  throw refusedError(
    "too-many-previews",
    `${server} has ${previews.length} of ${preview.limit} previews of ${name}: ${previews.join(", ")}`,
    {
      hint: `close one of their pull requests, or wherry remove -e ${oldest} --volumes; previews.limit in wherry.yaml says how many there may be`,
    },
  );
}

/** Does somebody else own the name, or a route, of this app? */
export function checkOwnership(app: App, state: ServerState, server: string): void {
  const { settings, commit, model } = app;
  const latest = state.records.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).at(-1);
  // A repository may move to another address, and a shallow clone has another first commit; both at once is another one.
  const same = latest?.repository === commit?.repository || latest?.firstCommit === commit?.firstCommit;
  if (latest !== undefined && latest.repository !== null && commit !== undefined && !same) {
    throw refusedError(
      "other-repository",
      `${server} already has an app ${settings.app} (${settings.environment}), from ${latest.repository}; this is ${commit.repository}`,
      { hint: "give this app another name in wherry.yaml, or remove the other one: wherry remove, in its repository" },
    );
  }
  const owner = ownerOf(settings.app, settings.environment);
  const targets = model.services
    .filter(({ routes }) => routes.length > 0)
    .map(({ name, routes }) => ({ service: name, slot: "blue" as const, routes, addresses: [], http: null }));
  for (const line of proxyFragment(owner, targets).routes.split("\n")) {
    const key = line.slice(0, line.lastIndexOf(" "));
    const taken = state.routesTaken.get(key);
    if (taken === undefined || taken === owner) continue;
    throw refusedError("route-taken", `the route ${key.replace(/(?<=.)\/$/, "")} belongs to ${taken} on ${server}`, {
      hint: "give one of the two another host or path",
    });
  }
}
