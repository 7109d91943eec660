import { strategyOf } from "../../src/config/index.ts";
import type { PlanOptions } from "../../src/release/plan-parts.ts";
import type { ReleaseRecord, ReleaseService } from "../../src/release/record.ts";
import type { ServerContainer, ServerState } from "../../src/release/state.ts";
import type { Slot } from "../../src/proxy/index.ts";

/** A routed service `web`, a worker and a database, unless told otherwise. */
export function record(id: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    version: 1,
    id,
    app: "shop",
    environment: "production",
    stack: "main",
    createdAt: `2026-11-${id.slice(-2)}T00:00:00.000Z`,
    commit: `c${id}`,
    previous: null,
    dirty: false,
    branch: "main",
    tag: null,
    repository: null,
    firstCommit: null,
    services: [service("web", id), worker(id), database()],
    jobs: [],
    volumes: [],
    releaseNetworks: ["default"],
    baseNetworks: ["default"],
    values: {},
    secrets: [],
    ...more,
  };
}

export function service(name: string, version: string, more: Partial<ReleaseService> = {}): ReleaseService {
  return {
    name,
    kind: "routed",
    placement: "release",
    reason: "",
    image: `wherry/shop/${name}:${version}`,
    pull: null,
    digest: `sha256:${version}`,
    configHash: `${name}-${version}`,
    routes: [{ host: "shop.test", path: "/" }],
    port: 3000,
    replicas: 1,
    http: { path: "/healthz", interval: 1, timeout: 2, successes: 2, deadline: 60 },
    composeHealth: false,
    release: null,
    drain: 30,
    stopGrace: 10,
    singleton: false,
    networks: [{ name: "default", aliases: [name] }],
    needs: [],
    proxyNetwork: "default",
    ...more,
  };
}

export function worker(version: string): ReleaseService {
  return service("worker", version, { kind: "worker", routes: [], port: null, http: null, proxyNetwork: null });
}

export function database(): ReleaseService {
  const more = { kind: "stateful", placement: "base", routes: [], port: null, http: null, proxyNetwork: null } as const;
  return service("db", "1", more);
}

function container(name: string, slot: string, release: string): ServerContainer {
  return {
    id: `${name}-${slot}`,
    state: "running",
    service: name,
    slot,
    release,
    configHash: `${name}-1`,
    networks: [`shop-production-blue-default`, `shop-production-green-default`],
    image: "",
    status: "Up",
    createdAt: "2026-11-25 00:00:00 +0000 UTC",
    oneOff: false,
  };
}

const nothing: ServerState = {
  engine: { version: "26.1.5", os: "linux", architecture: "amd64" },
  composeVersion: "2.40.3",
  refused: undefined,
  missing: [],
  freeBytes: 1e11,
  folder: "/var/lib/wherry",
  listening: [],
  clock: undefined,
  live: undefined,
  canary: undefined,
  warm: undefined,
  salt: "00",
  previews: [],
  records: [],
  served: new Map(),
  octets: new Map(),
  pool: undefined,
  routes: [],
  containers: [],
  networks: new Map(),
  proxy: { state: "running", image: "haproxy:3.2", config: "", number: "1", name: "wherry-proxy" },
  proxyRuns: true,
  routesTaken: new Map(),
  ipv6: false,
  lastLedgerLine: undefined,
  marks: {},
};

/** A server on which `live` serves, or on which nothing is. */
export function serverWith(
  live: { readonly record: ReleaseRecord; readonly slot: Slot } | undefined,
  more: Partial<ServerState> = {},
): ServerState {
  if (live === undefined) return { ...nothing, ...more };
  return {
    ...nothing,
    live: { slot: live.slot, release: live.record.id },
    records: [live.record],
    served: new Map([[live.record.id, "2026-11-24T00:00:00.000Z"]]),
    containers: [container("db", "base", ""), ...runningOf(live.record, live.slot)],
    ...more,
  };
}

/** Everything of a release that runs in its slot. */
export function runningOf({ services, id }: ReleaseRecord, slot: Slot): readonly ServerContainer[] {
  return services
    .filter(({ placement }) => placement === "release")
    .flatMap(({ name, replicas }) => Array.from({ length: replicas }, () => container(name, slot, id)));
}

export function options(more: Partial<PlanOptions> = {}): PlanOptions {
  return {
    data: "change",
    keep: 5,
    ledgerLine: "",
    delivery: [],
    strategy: strategyOf(undefined),
    begin: "start",
    ...more,
  };
}
