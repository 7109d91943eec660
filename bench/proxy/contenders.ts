import { frontendConfig, proxyFragment } from "../../src/proxy/config.ts";
import { proxyImage } from "../../src/proxy/container.ts";

/** Ports on 127.0.0.1. */
const appPort = 18_200;
const firstPort = 18_201;

export const benchImage = "wherry-bench-proxy";

/** One proxy in front of the app: its files, by name, and the command that runs it with them in /bench. */
export interface Contender {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

const app: Omit<Contender, "port"> = {
  name: "app",
  image: benchImage,
  files: {
    "nginx.conf": `worker_processes 1;
pid /tmp/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${appPort};
    location / { default_type application/json; return 200 '{"answer":"${"x".repeat(500)}"}'; }
  }
}
`,
  },
  command: ["nginx", "-c", "/bench/nginx.conf", "-g", "daemon off;"],
};

export const theApp: Contender = { ...app, port: appPort };

const owner = "bench-production";

function wherry(port: number): Contender {
  const targets = (["blue", "green"] as const).map((slot) => ({
    service: "web",
    slot,
    routes: [{ host: "bench.test", path: "/" }],
    addresses: [`127.0.0.1:${appPort}`],
    http: null,
  }));
  const fragment = proxyFragment(owner, targets);
  return {
    name: "wherry",
    image: proxyImage,
    port,
    files: {
      "haproxy.cfg": `${onLoopback(frontendConfig({ httpPort: port, ipv6: false }))}\n${fragment.backends}`,
      "maps/routes.map": fragment.routes,
      "maps/blue.map": fragment.sides.blue,
      "maps/green.map": fragment.sides.green,
      "maps/live.map": `${owner} blue\n`,
      "maps/maintenance.map": "",
      "maps/health.map": "",
      "maps/visitors.map": "",
    },
    command: haproxyCommand,
  };
}

const haproxyCommand = ["haproxy", "-W", "-db", "-f", "/wherry/haproxy.cfg"] as const;

const onLoopback = (config: string): string => config.replace("bind *:", "bind 127.0.0.1:");

/** As short as a configuration can be, with one line more. */
function bareHaproxy(
  port: number,
  name: string,
  more: { readonly global?: string; readonly defaults?: string },
): Contender {
  return {
    name,
    image: proxyImage,
    port,
    files: {
      "haproxy.cfg": `${more.global ?? ""}defaults
  mode http
  timeout connect 3s
  timeout client 5m
  timeout server 5m
${more.defaults ?? ""}frontend bench
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server s1 127.0.0.1:${appPort}
`,
    },
    command: haproxyCommand,
  };
}

const withLog = {
  global: "global\n  log stdout format raw local0 info\n",
  defaults: "  log global\n  option httplog\n",
};

function nginx(port: number): Contender {
  return {
    name: "nginx",
    image: benchImage,
    port,
    files: {
      "nginx.conf": `worker_processes auto;
pid /tmp/nginx-proxy.pid;
events { worker_connections 4096; }
http {
  access_log /dev/stdout;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${appPort};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`,
    },
    command: ["nginx", "-c", "/bench/nginx.conf", "-g", "daemon off;"],
  };
}

function caddy(port: number): Contender {
  return {
    name: "Caddy",
    image: benchImage,
    port,
    files: {
      Caddyfile: `{
  admin off
  auto_https off
}
http://bench.test:${port} {
  bind 127.0.0.1
  log {
    output stdout
  }
  reverse_proxy 127.0.0.1:${appPort}
}
`,
    },
    command: ["caddy", "run", "--config", "/bench/Caddyfile"],
  };
}

export const contenders: readonly Contender[] = [
  wherry(firstPort),
  bareHaproxy(firstPort + 1, "HAProxy, bare", {}),
  bareHaproxy(firstPort + 2, "HAProxy, bare, with its log", withLog),
  bareHaproxy(firstPort + 3, "HAProxy, bare, a connection per request", { defaults: "  option http-server-close\n" }),
  nginx(firstPort + 4),
  caddy(firstPort + 5),
];
