import type { Design, OwnService, StoreService } from "../design.ts";
import { fillIn } from "../stores.ts";
import type { Pin } from "./dockerfile/index.ts";
import { file, flow, forCompose, indent, scalar } from "./text.ts";

/** compose.yaml: the app as it runs in production. */
export function composeFile(design: Design, pin: Pin): string {
  const { services, stores, secrets } = design;
  const back = hasBack(design);
  const blocks = [
    ...services.flatMap((service) => [
      ownBlock(design, service),
      ...service.part.workers.map((worker) => workerBlock(service, worker)),
    ]),
    ...stores.map((store) => storeBlock(store, pin)),
  ];
  return file([
    "# The app as it runs in production. No port is published: the proxy in front reaches the services by itself.",
    "# Plain `docker compose up` adds compose.override.yaml, which is for development.",
    "x-common: &common",
    ...indent([
      "restart: unless-stopped",
      "security_opt: [no-new-privileges:true]",
      "cap_drop: [ALL]",
      "logging:",
      "  driver: json-file",
      '  options: { max-size: "10m", max-file: "3" }',
    ]),
    "",
    "services:",
    ...blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...indent(block)]),
    "",
    "networks:",
    "  front:",
    ...(back ? ["  # Where the data is. What only shows pages is not on it.", "  back:"] : []),
    ...(stores.length === 0 ? [] : ["", "volumes:", ...stores.map(({ name }) => `  ${name}-data:`)]),
    ...(secrets.length === 0
      ? []
      : [
          "",
          "# Files in /run/secrets of the services that name them; the values come from these variables.",
          "secrets:",
          ...secrets.flatMap(({ name, variable }) => [`  ${name}:`, `    environment: ${variable}`]),
        ]),
  ]);
}

function hasBack({ stores }: Design): boolean {
  return stores.length > 0;
}

function ownBlock(design: Design, service: OwnService): readonly string[] {
  const waits = service.stores.map(({ name }) => name);
  const pages = service.part.image.recipe === "pages";
  return [
    `${service.name}:`,
    ...indent([
      "<<: *common",
      ...build(service),
      // nginx is made to be the first process; others leave signals and orphans to init.
      ...(pages ? [] : ["init: true"]),
      ...(pages && service.existing === undefined ? ["read_only: true", "tmpfs: [/tmp]"] : []),
      ...shared(service),
      ...(waits.length === 0
        ? []
        : ["depends_on:", ...waits.map((name) => `  ${name}: { condition: service_healthy }`)]),
      ...healthcheck(service.healthcheck, "30s"),
      `networks: ${flow(networksOf(design, service))}`,
      `expose: ["${service.port}"]`,
      `mem_limit: ${service.memory}`,
      `stop_grace_period: ${service.grace}`,
    ]),
  ];
}

function workerBlock(service: OwnService, worker: OwnService["part"]["workers"][number]): readonly string[] {
  const waits = service.stores.map(({ name }) => name);
  return [
    `${service.name}-${worker.name}:`,
    ...indent([
      "<<: *common",
      ...build(service),
      `command: ${flow(worker.command)}`,
      "init: true",
      ...shared(service),
      ...(waits.length === 0
        ? []
        : ["depends_on:", ...waits.map((name) => `  ${name}: { condition: service_healthy }`)]),
      "# The image's check asks the web server, which does not run here.",
      "healthcheck: { disable: true }",
      `networks: ${flow(service.stores.length === 0 ? ["front"] : ["front", "back"])}`,
      `mem_limit: ${service.memory}`,
      "# The job in hand is finished.",
      "stop_grace_period: 60s",
    ]),
  ];
}

function build({ context, dockerfile, part }: OwnService): readonly string[] {
  const folder = context === "" ? "." : `./${context}`;
  const pages = part.image.recipe === "pages" ? part.reads : [];
  if (dockerfile === "Dockerfile" && pages.length === 0) return [`build: ${folder}`];
  return [
    "build:",
    `  context: ${folder}`,
    ...(dockerfile === "Dockerfile" ? [] : [`  dockerfile: ${dockerfile}`]),
    ...(pages.length === 0
      ? []
      : ["  # From values: in wherry.yaml, or .env.", "  args:", ...pages.map(({ name }) => `    ${name}:`)]),
  ];
}

function shared(service: OwnService): readonly string[] {
  const { environment, secrets, unset } = service;
  const own = Object.entries(environment).filter(
    ([name, value]) => service.existing !== undefined || service.part.environment[name] !== value,
  );
  return [
    ...(own.length === 0
      ? []
      : [
          "environment:",
          ...own.map(
            ([name, value]) =>
              `  ${name}: ${scalar(value.startsWith("${") || service.existing !== undefined ? value : forCompose(value))}`,
          ),
        ]),
    ...(unset.length === 0
      ? []
      : [`# Read by the code, and not set here: ${unset.map(({ name }) => name).join(", ")}`]),
    ...(secrets.length === 0 ? [] : [`secrets: ${flow(secrets)}`]),
  ];
}

function healthcheck(test: readonly string[] | undefined, startPeriod: string): readonly string[] {
  if (test === undefined) return [];
  return [
    "healthcheck:",
    `  test: ${flow(test.map(forCompose))}`,
    "  interval: 5s",
    "  timeout: 5s",
    "  retries: 3",
    `  start_period: ${startPeriod}`,
  ];
}

function networksOf(design: Design, service: OwnService): readonly string[] {
  const pages = service.part.image.recipe === "pages";
  return hasBack(design) && !pages && service.stores.length > 0 ? ["front", "back"] : ["front"];
}

function storeBlock({ name, store, names }: StoreService, pin: Pin): readonly string[] {
  const environment = Object.entries(store.environment).map(
    ([key, value]) => [key, fillIn(value, store, names)] as const,
  );
  return [
    `${name}:`,
    ...indent([
      "<<: *common",
      `image: ${pin(store.image)}`,
      ...(store.entrypoint === undefined
        ? []
        : [`entrypoint: ${flow(store.entrypoint.map((word) => fillIn(word, store, names)))}`]),
      ...(store.command === undefined ? [] : [`command: ${flow(store.command)}`]),
      "# Its entrypoint hands the data folder to the database's own user and becomes that user.",
      "cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]",
      ...(environment.length === 0
        ? []
        : [
            "environment:",
            ...environment.map(([key, value]) => `  ${key}: ${scalar(value === "yes" ? "yes" : value)}`),
          ]),
      ...(store.password ? [`secrets: [${names.secret}]`] : []),
      `volumes: ["${name}-data:${store.data}"]`,
      "healthcheck:",
      `  test: ${flow(store.healthcheck.map((word) => fillIn(word, store, names)))}`,
      "  interval: 5s",
      "  timeout: 5s",
      "  retries: 10",
      `  start_period: ${store.startPeriod}`,
      "networks: [back]",
      `mem_limit: ${store.memory}`,
      "# Time to write everything down.",
      `stop_grace_period: ${store.grace}`,
    ]),
  ];
}
