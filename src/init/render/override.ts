import type { Design, OwnService } from "../design.ts";
import { file, flow, indent, scalar } from "./text.ts";

/** compose.override.yaml: the same app on a developer's machine, with the source mounted and ports on localhost. */
export function overrideFile({ services, stores, secrets }: Design): string {
  const blocks = [
    ...services.map((service) =>
      service.part.development === undefined || service.existing !== undefined ? rebuilt(service) : live(service),
    ),
    ...services.flatMap((service) =>
      service.part.workers.map((worker) => [`${service.name}-${worker.name}:`, "  restart: on-failure"]),
    ),
    ...stores.map(({ name, store }) => [`${name}:`, `  ports: ["127.0.0.1:${store.port}:${store.port}"]`]),
  ];
  return file([
    "# For development only: plain `docker compose up` reads this file as well, Wherry does not.",
    ...(secrets.length === 0 ? [] : ["# The values of the secrets come from .env: cp .env.example .env"]),
    "services:",
    ...blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...indent(block)]),
  ]);
}

/** The source is mounted, and the framework's own server watches it. */
function live(service: OwnService): readonly string[] {
  const { part, context, name, fillsIn } = service;
  const development = part.development;
  if (development === undefined) return [];
  const below = part.folder.slice(context === "" ? 0 : context.length + 1).replace(/^\//, "");
  const inside = below === "" ? "/app" : `/app/${below}`;
  const folder = context === "" ? "." : `./${context}`;
  const volumes = [
    `${folder}:/app`,
    // The packages of the image are for Linux, those of the laptop perhaps not.
    ...[...new Set(["", below])].flatMap((at) =>
      development.keep.map((kept) => (at === "" ? `/app/${kept}` : `/app/${at}/${kept}`)),
    ),
  ];
  return [
    `${name}:`,
    ...indent([
      "build: { target: dependencies }",
      `command: ${flow(development.command)}`,
      ...(fillsIn ? [`entrypoint: ${flow(["/bin/sh", `${inside}/fill-in-secrets.sh`])}`] : []),
      ...(inside === "/app" ? [] : [`working_dir: ${inside}`]),
      "# Writes into the folder of whoever works here.",
      "cap_drop: !reset []",
      "# Builds while it serves, which takes more memory than what runs in production.",
      "mem_limit: !reset null",
      ...(part.image.recipe === "pages" ? ["read_only: false"] : []),
      ...environmentOf(service, development.environment),
      `volumes: ${flow(volumes)}`,
      `ports: ["127.0.0.1:${development.port}:${development.port}"]`,
      "healthcheck: { disable: true }",
    ]),
  ];
}

function environmentOf({ part }: OwnService, own: Readonly<Record<string, string>>): readonly string[] {
  const all = Object.entries({ ...part.environment, ...own });
  return all.length === 0 ? [] : ["environment:", ...all.map(([name, value]) => `  ${name}: ${scalar(value)}`)];
}

/** What has to be built to run: `docker compose watch` builds it anew after each change. */
function rebuilt({ name, port, context }: OwnService): readonly string[] {
  const folder = context === "" ? "." : `./${context}`;
  return [
    `${name}:`,
    `  ports: ["127.0.0.1:${port}:${port}"]`,
    "  # docker compose up --watch",
    "  develop:",
    "    watch:",
    `      - { action: rebuild, path: ${folder} }`,
  ];
}
