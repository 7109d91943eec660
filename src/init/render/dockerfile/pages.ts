import { imageNames } from "../../base-images.ts";
import type { OwnService } from "../../design.ts";
import type { ImagePlan } from "../../model.ts";
import { dependencies, folderOf } from "./packages.ts";
import { below, ending, run } from "./parts.ts";
import type { Pin } from "./parts.ts";

type PagesPlan = Extract<ImagePlan, { recipe: "pages" }>;

export function pagesDockerfile(plan: PagesPlan, service: OwnService, pin: Pin): readonly string[] {
  const { build } = plan;
  const html = "/usr/share/nginx/html";
  const nginx = [`FROM ${pin(imageNames.nginx)}`, `COPY ${below(service, "nginx.conf")} /etc/nginx/nginx.conf`];
  const command = ["nginx", "-g", "daemon off;"];
  if (build === undefined) {
    const source = plan.output === "." ? "." : plan.output;
    // Served as they lie: what describes the server is not among them.
    const clean = plan.output === "." ? [`RUN rm -f ${html}/nginx.conf ${html}/50x.html`] : [];
    return [...nginx, `COPY ${source} ${html}`, ...clean, ...ending(service, "nginx", command)];
  }
  const folder = folderOf(build.project);
  return [
    ...dependencies(build.project, pin(imageNames.node(build.project.node))),
    "",
    "FROM dependencies AS build",
    "COPY . .",
    ...(build.project.workspaceBuild || folder === "/app" ? [] : [`WORKDIR ${folder}`]),
    ...(service.part.reads.length === 0
      ? []
      : [
          "# Written into the pages, where everybody can read them.",
          ...service.part.reads.map(({ name }) => `ARG ${name}`),
        ]),
    `RUN ${run(build.command)}`,
    "",
    ...nginx,
    `COPY --from=build ${folder}/${plan.output} ${html}`,
    ...ending(service, "nginx", command),
  ];
}

/** nginx as a user that is not root, with nothing to write to but /tmp. */
export function nginxConfiguration(plan: PagesPlan, port: number): readonly string[] {
  const miss = plan.fallback === "page" ? "/index.html" : "=404";
  return [
    "worker_processes auto;",
    "pid /tmp/nginx.pid;",
    "error_log /dev/stderr notice;",
    "",
    "events {",
    "    worker_connections 1024;",
    "}",
    "",
    "http {",
    "    include /etc/nginx/mime.types;",
    "    default_type application/octet-stream;",
    "    access_log /dev/stdout;",
    "    sendfile on;",
    "    server_tokens off;",
    "    # Longer than the proxy in front keeps a connection: the one who may still write must be the one who closes.",
    "    keepalive_timeout 75s;",
    "",
    "    gzip on;",
    "    gzip_types text/css application/javascript application/json image/svg+xml;",
    "",
    "    client_body_temp_path /tmp/client-body;",
    "    proxy_temp_path /tmp/proxy;",
    "    fastcgi_temp_path /tmp/fastcgi;",
    "    uwsgi_temp_path /tmp/uwsgi;",
    "    scgi_temp_path /tmp/scgi;",
    "",
    "    server {",
    `        listen ${port};`,
    "        root /usr/share/nginx/html;",
    "        # The port here is not the one in the address bar.",
    "        absolute_redirect off;",
    "",
    ...(plan.hashed === undefined
      ? []
      : [
          "        # These names change with their content.",
          `        location ~ "${plan.hashed}" {`,
          '            add_header Cache-Control "public, max-age=31536000, immutable";',
          '            add_header X-Content-Type-Options "nosniff";',
          "            try_files $uri =404;",
          "        }",
          "",
        ]),
    ...(plan.fallback === "page" ? ["        # Every other path is for the router in the browser."] : []),
    "        location / {",
    '            add_header Cache-Control "no-cache";',
    '            add_header X-Content-Type-Options "nosniff";',
    `            try_files $uri ${plan.fallback === "page" ? "" : "$uri.html $uri/index.html "}${miss};`,
    "        }",
    ...(plan.fallback === "page" ? [] : ["        error_page 404 /404.html;"]),
    "    }",
    "}",
  ];
}
