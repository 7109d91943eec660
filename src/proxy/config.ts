import { tlsRules } from "./certificates.ts";
import type { HealthSettings, Route } from "../config/index.ts";
import { rulesConfig } from "./rules.ts";
import type { ProxyRules } from "./rules.ts";
import { configWord } from "./words.ts";

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
  readonly rules?: ProxyRules | undefined;
}

/** What one app in one environment gives to the proxy: its back ends and its part of the maps. */
export interface ProxyFragment {
  readonly owner: string;
  readonly backends: string;
  /** `host/path/` -> owner, for every path of either side. */
  readonly routes: string;
  /** `host/path/` -> back end, by side. */
  readonly sides: Readonly<Record<Slot, string>>;
  /** Rules of this owner's own in the common front end. */
  readonly rules: string;
}

/** Who sees a canary whatever its share is: a header or a cookie that is there, unless its value is `never`. */
export interface Testers {
  readonly header: string | undefined;
  readonly cookie: string | undefined;
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
 * Which side a request of an owner with a canary goes to. Each visitor has a number from 0 to 9999, kept in a cookie where
 * the canary is sticky, and gets the candidate when it is below the share: who was in stays in as the share grows. Numbers
 * are not drawn by chance but by counting in steps of 6181, which has no factor in common with 10000: any run of them is
 * spread evenly, so that shares are right with few requests too.
 */
const canaryRules = `  acl canary var(txn.live) -m sub .
  acl sticky var(txn.live) -m end .sticky
  acl drawn var(txn.drawn) -m found
  http-request set-var(txn.candidate) var(txn.live),field(2,.) if canary
  http-request set-var(txn.share) var(txn.live),field(3,.) if canary
  http-request set-var(txn.canary_id) var(txn.live),field(4,.) if canary
  http-request set-var(txn.number) req.cook(wherry-canary),field(2,.) if canary sticky { req.cook(wherry-canary),field(1,.),strcmp(txn.canary_id) eq 0 }
  http-request set-var(txn.drawn) bool(true) if canary !{ var(txn.number) -m found }
  http-request track-sc2 var(txn.owner) table draws if drawn
  http-request sc-inc-gpc0(2) if drawn
  http-request set-var(txn.number) sc_get_gpc0(2,draws),mul(6181),mod(10000) if drawn
  http-request set-var(txn.slot) var(txn.candidate) if canary { var(txn.number),sub(txn.share) -m int lt 0 }
  http-response add-header Set-Cookie "wherry-canary=%[var(txn.canary_id)].%[var(txn.number)]; Path=/; HttpOnly; SameSite=Lax" if sticky drawn
`;

/** For a load balancer in front: the map `health` has the paths that it asks, and whether requests may come. */
const balancerRules = `  http-request set-var(txn.health) var(txn.path),map(${proxyMount}/maps/health.map)
  http-request return status 200 content-type text/plain string "ready\\n" if { var(txn.health) -m str ready }
  http-request return status 503 content-type text/plain string "leaving\\n" if { var(txn.health) -m found }
`;

/** A page instead of the app, for all but those in the map `visitors`: by their address, or by the word in a header. */
const maintenanceRules = `  http-request set-var(txn.maintenance) var(txn.owner),map(${proxyMount}/maps/maintenance.map)
  acl maintained var(txn.maintenance) -m found
  http-request set-var-fmt(txn.address) "%[var(txn.owner)]/%[src]" if maintained
  http-request set-var-fmt(txn.pass) "%[var(txn.owner)]/%[req.hdr(x-maintenance-pass)]" if maintained
  http-request return status 503 content-type "text/html; charset=utf-8" hdr Retry-After 120 hdr Cache-Control no-store lf-string %[var(txn.maintenance),b64dec] if maintained !{ var(txn.address),map(${proxyMount}/maps/visitors.map) -m found } !{ var(txn.pass),map(${proxyMount}/maps/visitors.map) -m found }
`;

interface FrontendOptions {
  readonly httpPort: number;
  /** Undefined: no HTTPS on this server. */
  readonly httpsPort?: number | undefined;
  readonly ipv6: boolean;
}

/**
 * The part of the configuration that is the same for every app. Requests find their way through four maps: `routes`
 * says whose request it is, `live` which side of that owner is live, `blue` and `green` which back end on that side.
 * A switch, and each step of a canary, changes one line of `live`, in the running proxy. Its value is `blue`, or with a
 * canary `blue.green.500.20261125-4b0f.sticky`: live, candidate, share in hundredths of a percent, release, stickiness.
 */
export function frontendConfig(options: FrontendOptions): string {
  const { httpPort, httpsPort, ipv6 } = options;
  // Two sockets where there is IPv6: one for both would show IPv4 addresses as ::ffff:203.0.113.7.
  const on = (port: number, more = ""): readonly string[] => [
    `bind *:${port}${more}`,
    ...(ipv6 ? [`bind :::${port} v6only${more}`] : []),
  ];
  const binds = [...on(httpPort), ...(httpsPort === undefined ? [] : on(httpsPort, ` ${tlsRules.bind}`))];
  return `# Written by Wherry; plain HAProxy. Changes by hand are lost with the next deployment.
global
  log stdout format raw local0 info
  user haproxy
  group haproxy
  # Bounds the memory where the engine allows a million open files.
  fd-hard-limit 40000
${httpsPort === undefined ? "" : tlsRules.global}  # Old processes stay after a reload for as long as their requests take; WebSockets at most this long.
  hard-stop-after 1h
  # Through this the next container takes over what this one listens on; see compose.yaml.
  stats socket "\${WHERRY_RUN}/listeners.sock" mode 600 level admin expose-fd listeners

defaults
  mode http
  log global
  # Read by the judge of a canary (watch.pl) and by people; never with what stands behind the question mark. Fields are
  # added at the end: the judge reads status, ms and backend in this order.
  log-format "%{+json}o %(time)[accept_date(ms),ms_utime(%Y-%m-%dT%H:%M:%S.%3NZ)] %(id)[var(txn.id)] %(client)ci %(method)[var(txn.method)] %(host)[var(txn.host)] %(path)[var(txn.path)] %(status)ST %(ms)Ta %(backend)b %(server)s %(state)ts %(bytes)B %(retries)rc %(queue_ms)Tw %(connect_ms)Tc %(response_ms)Tr"
  option dontlognull
  option forwardfor
  # A server may close an idle connection in the instant in which the next request is sent on it. What is safe to repeat
  # takes a kept connection and is repeated then; all else gets a connection of its own (pool below): it costs
  # microseconds, a lost POST an order. With a server that closes idle connections whenever it likes, 0 of 15,768 POST
  # failed and 1 of 15,688 GET; with plain reuse 847 of 12,714 and 963 of 14,680.
  http-reuse always
  retry-on conn-failure empty-response
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
  ${binds.join("\n  ")}
  http-request del-header X-Forwarded-For
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  # One that comes from outside is kept where it can be one; the service sees it, and the answer says it.
  http-request del-header X-Request-Id unless { req.hdr_cnt(x-request-id) eq 1 } { req.hdr(x-request-id) -m reg ^[A-Za-z0-9._-]{8,64}$ }
  http-request set-header X-Request-Id %[uuid(7)] unless { req.hdr(x-request-id) -m found }
  http-request set-var(txn.id) req.hdr(x-request-id)
  http-after-response set-header X-Request-Id %[var(txn.id)] if { var(txn.id) -m found }
  http-request set-var(txn.method) method
  acl safe method GET HEAD OPTIONS
  http-request set-var(txn.pool) uuid if !safe
  http-request set-header Connection close if !safe
  http-request set-var(txn.host) req.hdr(host),host_only,lower
  http-request set-var(txn.path) path
${balancerRules}${httpsPort === undefined ? "" : tlsRules.questions + tlsRules.redirect}  http-request set-var-fmt(txn.key) "%[var(txn.host)]%[var(txn.path)]/"
  http-request set-var(txn.owner) var(txn.key),map_beg(${proxyMount}/maps/routes.map)
  http-request return status 404 content-type text/plain string "No app answers here.\\n" unless { var(txn.owner) -m found }${httpsPort === undefined ? "" : " or { path_beg /.well-known/acme-challenge/ }"}
${maintenanceRules}  http-request set-var(txn.live) var(txn.owner),map(${liveMap})
  http-request set-var(txn.slot) var(txn.live),field(1,.)
${canaryRules}  # It says how long the connection between the service and the proxy is kept, not this one.
  http-response del-header Keep-Alive
  # Rules of the apps
  http-request set-var(txn.backend) var(txn.key),map_beg(${proxyMount}/maps/blue.map) if { var(txn.slot) -m str blue }
  http-request set-var(txn.backend) var(txn.key),map_beg(${proxyMount}/maps/green.map) if { var(txn.slot) -m str green }
${httpsPort === undefined ? "" : tlsRules.answers}  use_backend %[var(txn.backend)] if { var(txn.backend) -m found }
  default_backend nothing-live

backend draws
  stick-table type string len 64 size 1k store gpc0

backend nothing-live
  http-request return status 503 content-type text/plain string "Nothing is deployed here yet.\\n"
${httpsPort === undefined ? "" : tlsRules.backend}`;
}

/** Back ends and maps of one owner. Both sides are always there, so that a switch needs no reload. */
export function proxyFragment(
  owner: string,
  targets: readonly ProxyTarget[],
  testers: Testers = { header: undefined, cookie: undefined },
): ProxyFragment {
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
    rules: testerRules(owner, testers),
  };
}

function testerRules(owner: string, { header, cookie }: Testers): string {
  const samples = [
    ...(header === undefined ? [] : [`req.hdr(${header})`]),
    ...(cookie === undefined ? [] : [`req.cook(${cookie})`]),
  ];
  const pick = (variable: string, condition: string): string =>
    `  http-request set-var(txn.slot) ${variable} if canary { var(txn.owner) -m str ${owner} } ${condition}\n`;
  return samples
    .map(
      (sample) =>
        pick("var(txn.candidate)", `{ ${sample} -m found }`) +
        pick("var(txn.live),field(1,.)", `{ ${sample} -i never }`),
    )
    .join("");
}

/** The trailing slash makes `/api` match whole segments: `/api/x`, not `/apix`. */
export function routeKey(route: Route): string {
  return `${route.host}${route.path.replace(/\/+$/, "")}/`;
}

function backend(owner: string, target: ProxyTarget): string {
  const { http } = target;
  const name = backendName(owner, target.service, target.slot);
  const lines = [`backend ${name}`];
  if (http !== null) {
    lines.push(
      "  option httpchk",
      `  http-check send meth GET uri ${configWord(http.path)} ver HTTP/1.1 hdr Host ${target.routes[0]?.host ?? "localhost"} hdr User-Agent wherry`,
      "  http-check expect status 200-299",
      `  timeout check ${Math.round(http.timeout * 1000)}ms`,
    );
  }
  const rules = target.rules === undefined ? undefined : rulesConfig(name, target.rules);
  lines.push(...(rules?.lines ?? []));
  // Another replica takes over what the one that died had begun to serve, where doing it twice does no harm.
  const several = target.addresses.length > 1;
  if (several) lines.push("  option redispatch 1");
  lines.push(`  http-request disable-l7-retry unless { method GET HEAD OPTIONS${several ? " PUT DELETE" : ""} }`);
  const interval = Math.round((http?.interval ?? 1) * 1000);
  lines.push(
    // `fully-up`: after a reload one slow answer to a check would otherwise be enough to take a service out.
    `  default-server pool-conn-name var(txn.pool) check inter ${interval}ms downinter ${interval}ms rise 2 fall 3 init-state fully-up`,
  );
  target.addresses.forEach((address, index) => lines.push(`  server s${index + 1} ${address}`));
  return `${rules?.users ?? ""}${lines.join("\n")}\n`;
}
