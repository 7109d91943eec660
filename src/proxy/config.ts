import type { HealthSettings, Route } from "../config/index.ts";

export type Slot = "blue" | "green";
export const slots: readonly Slot[] = ["blue", "green"];

export function otherSlot(slot: Slot): Slot {
  return slot === "blue" ? "green" : "blue";
}

/** One routed service on one side, as the proxy must know it. */
export interface ProxyTarget {
  readonly service: string;
  readonly slot: Slot;
  readonly routes: readonly Route[];
  /** Addresses of the replicas, `10.213.4.10:5000`. */
  readonly addresses: readonly string[];
  /** Null: the proxy only looks whether the port answers. */
  readonly http: HealthSettings | null;
}

/** What one app in one environment gives to the proxy: its back ends and its part of the maps. */
export interface ProxyFragment {
  readonly owner: string;
  readonly backends: string;
  /** `host/path/` -> owner, for every path of either side. */
  readonly routes: string;
  /** `host/path/` -> back end, by side. */
  readonly sides: Readonly<Record<Slot, string>>;
}

/** `shop-production`: the key of an app's environment in the proxy's maps. */
export function ownerOf(app: string, environment: string): string {
  return `${app}-${environment}`;
}

export function backendName(owner: string, service: string, slot: Slot): string {
  return `${owner}-${service}-${slot}`;
}

/** Folder of the proxy's files as its container sees it. */
const proxyMount = "/wherry";
export const liveMap = `${proxyMount}/maps/live.map`;

/**
 * The part of the configuration that is the same for every app. Requests find their way through four maps: `routes`
 * says whose request it is, `live` which side of that owner is live, `blue` and `green` which back end on that side.
 * A switch changes one line of `live`, in the running proxy.
 */
export function frontendConfig(options: { readonly httpPort: number; readonly ipv6: boolean }): string {
  const bind = options.ipv6 ? `bind :::${options.httpPort} v4v6` : `bind *:${options.httpPort}`;
  return `# Written by Wherry; plain HAProxy. Changes by hand are lost with the next deployment.
global
  log stdout format raw local0 info
  user haproxy
  group haproxy
  # Bounds the memory where the engine allows a million open files.
  fd-hard-limit 40000
  # Old processes stay after a reload for as long as their requests take; WebSockets at most this long.
  hard-stop-after 1h

defaults
  mode http
  log global
  option httplog
  option dontlognull
  option forwardfor
  # A server may close an idle connection in the instant in which the next request is sent on it. One connection per
  # request to the container beside us costs microseconds; a lost POST costs an order.
  option http-server-close
  # Without this a reload resets keep-alive connections that are idle at that moment (1 of 9,000 requests, measured).
  option idle-close-on-response
  option redispatch
  retries 3
  timeout connect 3s
  timeout client 5m
  timeout server 5m
  timeout http-request 30s
  timeout http-keep-alive 30s
  timeout queue 30s
  timeout tunnel 24h

frontend http
  ${bind}
  http-request del-header X-Forwarded-For
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-var-fmt(txn.key) "%[req.hdr(host),host_only,lower]%[path]/"
  http-request set-var(txn.owner) var(txn.key),map_beg(${proxyMount}/maps/routes.map)
  http-request return status 404 content-type text/plain string "No app answers here.\\n" unless { var(txn.owner) -m found }
  http-request set-var(txn.slot) var(txn.owner),map(${liveMap})
  http-request set-var(txn.backend) var(txn.key),map_beg(${proxyMount}/maps/blue.map) if { var(txn.slot) -m str blue }
  http-request set-var(txn.backend) var(txn.key),map_beg(${proxyMount}/maps/green.map) if { var(txn.slot) -m str green }
  use_backend %[var(txn.backend)] if { var(txn.backend) -m found }
  default_backend nothing-live

backend nothing-live
  http-request return status 503 content-type text/plain string "Nothing is deployed here yet.\\n"
`;
}

/** Back ends and maps of one owner. Both sides are always there, so that a switch needs no reload. */
export function proxyFragment(owner: string, targets: readonly ProxyTarget[]): ProxyFragment {
  const keys = new Set<string>();
  const sides = { blue: [] as string[], green: [] as string[] };
  for (const target of targets) {
    for (const route of target.routes) {
      const key = routeKey(route);
      keys.add(key);
      sides[target.slot].push(`${key} ${backendName(owner, target.service, target.slot)}`);
    }
  }
  const lines = (items: Iterable<string>): string =>
    [...items]
      .toSorted()
      .map((item) => `${item}\n`)
      .join("");
  return {
    owner,
    // Always in the same order: what only changed places must not reload the proxy.
    backends: targets
      .map((target) => backend(owner, target))
      .toSorted()
      .join("\n"),
    routes: lines([...keys].map((key) => `${key} ${owner}`)),
    sides: { blue: lines(sides.blue), green: lines(sides.green) },
  };
}

/** The trailing slash makes `/api` match whole segments: `/api/x`, not `/apix`. */
export function routeKey(route: Route): string {
  return `${route.host}${route.path.replace(/\/+$/, "")}/`;
}

function backend(owner: string, target: ProxyTarget): string {
  const { http } = target;
  const lines = [`backend ${backendName(owner, target.service, target.slot)}`];
  if (http !== null) {
    lines.push(
      "  option httpchk",
      `  http-check send meth GET uri ${configWord(http.path)} ver HTTP/1.1 hdr Host ${target.routes[0]?.host ?? "localhost"} hdr User-Agent wherry`,
      "  http-check expect status 200-299",
      `  timeout check ${Math.round(http.timeout * 1000)}ms`,
    );
  }
  const interval = Math.round((http?.interval ?? 1) * 1000);
  lines.push(`  default-server check inter ${interval}ms downinter ${interval}ms rise 2 fall 3`);
  target.addresses.forEach((address, index) => lines.push(`  server s${index + 1} ${address}`));
  return `${lines.join("\n")}\n`;
}

/** Quotes a word for HAProxy's configuration, where single quotes are literal up to the next one. */
function configWord(text: string): string {
  return /^[\w/.?=&%~+:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
