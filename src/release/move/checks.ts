import { parseServer } from "../../config/index.ts";
import type { Settings } from "../../config/index.ts";
import { refusedError, usageError } from "../../core/index.ts";
import { ownerOf, routeKey } from "../../proxy/index.ts";
import { formatAddress } from "../../server/index.ts";
import type { ReleaseRecord } from "../record.ts";
import type { ServerState } from "../state.ts";
import type { Journey, MoveOptions } from "./model.ts";

/** What can be said before any server is asked. */
export function journeyOf(settings: Settings, { to, address }: Pick<MoveOptions, "to" | "address">): Journey {
  const { environment, servers, server, preview, stack, address: own } = settings;
  const target = parseServer(to);
  if (target === undefined || target.kind === "local") {
    throw usageError("bad-address", `--to ${to} is not the address of a server`, {
      hint: "a server that ssh reaches: --to deploy@203.0.113.20",
    });
  }
  if (server.kind === "local" || preview !== undefined || servers.length !== 1) {
    const what =
      preview !== undefined ? "a preview" : server.kind === "local" ? "this machine" : `${servers.length} servers`;
    throw usageError(
      "cannot-move",
      `${environment} is on ${what}: only an environment with one server of its own moves`,
      {
        hint:
          servers.length > 1
            ? "add the new server to the list, deploy, and take the old one out"
            : "deploy it to the other server instead",
      },
    );
  }
  if (formatAddress(server) === formatAddress(target))
    throw usageError("same-server", `${environment} is on ${to} already`);
  if (own !== undefined) {
    throw usageError(
      "cannot-move",
      `other stacks reach ${stack ?? environment} at ${own}, which is in its release and in theirs: it does not move to a server with another address`,
      {
        hint: `back it up, write the new server and its address into wherry.yaml, deploy, and restore: wherry backup run, then wherry deploy, then wherry backup restore`,
      },
    );
  }
  // What is only a name of ssh_config is no address for anybody else.
  const known = /[.:]/.test(target.host) ? target.host : undefined;
  return { settings, source: server, target, address: address ?? known };
}

/** Is there something to move, and may it move now? */
export function liveRelease(state: ServerState, server: string, environment: string): ReleaseRecord {
  const record = state.records.find(({ id }) => id === state.live?.release);
  if (record === undefined) {
    throw refusedError("nothing-live", `nothing of ${environment} is live on ${server}: there is nothing to move`, {
      hint: "write the new server into wherry.yaml, and deploy",
    });
  }
  if (state.canary !== undefined) {
    throw refusedError("canary", `${state.canary.release} has ${state.canary.share} % of the requests on ${server}`, {
      hint: `wherry promote or wherry abort first`,
    });
  }
  if (state.marks.movedFrom !== undefined) {
    throw refusedError(
      "not-confirmed",
      `${environment} moved here from ${state.marks.movedFrom.from}, and nobody has confirmed that`,
      {
        hint: "wherry infra move --confirm first",
      },
    );
  }
  return record;
}

/** May the release come to this server? Data that lies there is never written over. */
export function checkNewServer(
  record: ReleaseRecord,
  { state, volumes, from }: { readonly state: ServerState; readonly volumes: readonly string[]; readonly from: string },
  server: string,
): void {
  const { arriving, arrived } = state.marks;
  const begun = arriving ?? arrived;
  if (begun === undefined && (state.live !== undefined || volumes.length > 0)) {
    throw refusedError(
      "already-there",
      `${server} already has ${record.environment} of ${record.app.replace(/_.*/, "")}${state.live === undefined ? `, or what is left of it: ${volumes.join(", ")}` : ""}`,
      {
        hint: "a move never writes over data: take another server, or remove what is there (wherry remove --volumes, with that server in wherry.yaml)",
      },
    );
  }
  if (begun !== undefined && begun.from !== from) {
    throw refusedError("other-move", `a move from ${begun.from} to ${server} has begun at ${begun.at}`, {
      hint: "end that one first",
    });
  }
  const owner = ownerOf(record.app, record.environment);
  for (const route of record.services.flatMap(({ routes }) => routes)) {
    const taken = state.routesTaken.get(routeKey(route));
    if (taken === undefined || taken === owner) continue;
    throw refusedError("route-taken", `the route ${route.host}${route.path} belongs to ${taken} on ${server}`, {
      hint: "give one of the two another host or path",
    });
  }
}

/** The very images of the release run there, and nothing is built anew. */
export function checkArchitecture(from: ServerState, to: ServerState, server: string): void {
  const [old, wanted] = [from.engine?.architecture, to.engine?.architecture];
  if (old === wanted) return;
  throw refusedError(
    "other-architecture",
    `${server} has ${wanted}, and the images of the live release are for ${old}`,
    {
      hint: `take a server with ${old}`,
    },
  );
}
