import type { Slot } from "../proxy/index.ts";
import type { LedgerLine } from "./ledger.ts";
import { moveMarks } from "./move/marks.ts";
import type { MoveMarks } from "./move/marks.ts";
import type { ReleaseRecord } from "./record.ts";

/** What an environment on a server is at one moment, as `look.sh` and `state.sh` tell it. */
export interface ServerState {
  readonly engine: { readonly version: string; readonly os: string; readonly architecture: string } | undefined;
  readonly composeVersion: string;
  /** The engine is there but does not talk to us. */
  readonly refused: string | undefined;
  readonly missing: readonly string[];
  /** Free bytes where the engine keeps images; undefined when not told. */
  readonly freeBytes: number | undefined;
  /** Folder of Wherry's own files; undefined before the server was set up. */
  readonly folder: string | undefined;
  readonly listening: readonly number[];
  readonly clock: string | undefined;
  readonly live: { readonly slot: Slot; readonly release: string } | undefined;
  /** A release that gets some of the requests beside the live one, or all of them on trial. */
  readonly canary: Canary | undefined;
  /** The release before, still running: the way back is one change in the proxy. */
  readonly warm: { readonly slot: Slot; readonly release: string } | undefined;
  readonly salt: string | undefined;
  readonly records: readonly ReleaseRecord[];
  /** Environments of this app that are previews of pull requests, in the order of their numbers. */
  readonly previews: readonly string[];
  /** Releases that got traffic at some time -> the last instant at which they did. Others never got so far. */
  readonly served: ReadonlyMap<string, string>;
  /** Third octet -> owner (`shop-production/blue/web`), over all apps of the server. */
  readonly octets: ReadonlyMap<number, string>;
  /** First two octets of the server's subnets. */
  readonly pool: string | undefined;
  /** Networks of the server's routing table, as [address, mask] in host byte order. */
  readonly routes: readonly (readonly [number, number])[];
  readonly containers: readonly ServerContainer[];
  readonly networks: ReadonlyMap<string, string>;
  /** The one that serves. */
  readonly proxy: ProxyContainer | undefined;
  /** One of ours has the ports, be it the one that serves or one that an upgrade is about. */
  readonly proxyRuns: boolean;
  /** Route key of the proxy -> owner, over all apps of the server. */
  readonly routesTaken: ReadonlyMap<string, string>;
  readonly ipv6: boolean;
  readonly lastLedgerLine: LedgerLine | undefined;
  readonly marks: MoveMarks;
}

export interface Canary {
  readonly slot: Slot;
  readonly release: string;
  /** Percent of the requests. */
  readonly share: number;
}

export interface ServerContainer {
  readonly id: string;
  readonly state: string;
  readonly service: string;
  readonly slot: string;
  readonly release: string;
  readonly configHash: string;
  readonly networks: readonly string[];
  readonly image: string;
  /** Docker's own words: `Up 3 minutes (healthy)`. */
  readonly status: string;
  readonly createdAt: string;
  readonly oneOff: boolean;
}

export interface ProxyContainer {
  readonly state: string;
  readonly image: string;
  readonly config: string;
  /** Empty: of version 0.1.0. */
  readonly number: string;
  readonly name: string;
}

/** Reads what the scripts told; lines of a kind that it does not know are another reader's. */
export function parseState(output: string): ServerState {
  const facts = new Map<string, string[]>();
  for (const line of output.split("\n")) {
    const space = line.indexOf(" ");
    if (space < 0) continue;
    const key = line.slice(0, space);
    facts.set(key, [...(facts.get(key) ?? []), line.slice(space + 1)]);
  }
  const one = (key: string): string | undefined => facts.get(key)?.at(-1);
  const all = (key: string): readonly string[] => facts.get(key) ?? [];

  const [version, os, architecture] = one("engine")?.split(" ") ?? [];
  const live = slotAndRelease(one("live"));
  const canary = slotAndRelease(one("canary"));
  const disk = one("disk")?.split(" ")[0];
  const proxies = all("proxy").map(parseProxy);
  const ledger = one("ledger");
  return {
    engine: version === undefined ? undefined : { version, os: os ?? "", architecture: architecture ?? "" },
    composeVersion: one("compose") ?? "",
    refused: one("refused"),
    missing: all("missing"),
    freeBytes: disk === undefined ? undefined : Number(disk) * 1024,
    folder: one("state")?.split(" ")[0],
    listening: all("listening").map(Number),
    clock: one("clock"),
    live,
    // Killed between the switch and the end of the trial: it is live.
    canary:
      canary === undefined || canary.slot === live?.slot
        ? undefined
        : { ...canary, share: Number(one("canary")?.split(" ")[2]) / 100 },
    warm: slotAndRelease(one("warm")),
    salt: one("salt"),
    previews: [...new Set(all("preview"))].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })),
    records: all("record").map((text) => JSON.parse(text) as ReleaseRecord),
    served: new Map(all("served").map((line) => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? ""])),
    octets: new Map(all("octet").map((line) => [Number(line.split(" ")[0]), line.slice(line.indexOf(" ") + 1)])),
    pool: one("pool"),
    routes: all("route").map((line) => {
      const [address, mask] = line.split(" ");
      return [littleEndian(address ?? ""), littleEndian(mask ?? "")] as const;
    }),
    containers: all("container").map(parseContainer),
    networks: new Map(all("network").map((line) => [line.split("\t")[0] ?? "", line.split("\t")[1] ?? ""])),
    proxy:
      proxies.find(({ number }) => number !== "" && number === one("proxy-current")) ??
      proxies.find(({ name }) => name === "wherry-proxy"),
    proxyRuns: proxies.some(({ state }) => state === "running"),
    routesTaken: new Map(
      all("taken").map((line) => [line.slice(0, line.lastIndexOf(" ")), line.slice(line.lastIndexOf(" ") + 1)]),
    ),
    ipv6: one("ipv6") === "yes",
    lastLedgerLine: ledger === undefined ? undefined : (JSON.parse(ledger) as LedgerLine),
    marks: moveMarks(one),
  };
}

function slotAndRelease(line: string | undefined): { readonly slot: Slot; readonly release: string } | undefined {
  const [slot, release] = line?.split(" ") ?? [];
  return (slot === "blue" || slot === "green") && release !== undefined ? { slot, release } : undefined;
}

function parseProxy(line: string): ProxyContainer {
  const [state = "", image = "", config = "", number = "", name = ""] = line.split("\t");
  return { state, image, config, number, name };
}

function parseContainer(line: string): ServerContainer {
  const [id, state, service, slot, release, configHash, networks, image, status, createdAt, oneOff] = line.split("\t");
  return {
    id: id ?? "",
    state: state ?? "",
    service: service ?? "",
    slot: slot ?? "",
    release: release ?? "",
    configHash: configHash ?? "",
    networks: (networks ?? "").split(",").filter((name) => name !== ""),
    image: image ?? "",
    status: status ?? "",
    createdAt: createdAt ?? "",
    oneOff: oneOff === "True",
  };
}

/** /proc/net/route has its addresses as hexadecimal in the byte order of the machine, which is little-endian where Docker runs. */
function littleEndian(hex: string): number {
  const bytes = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  return bytes.toReversed().reduce((sum, byte) => sum * 256 + byte, 0);
}
