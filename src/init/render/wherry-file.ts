import type { Choices, Design, OwnService, RoutePlan } from "../design.ts";
import { file, flow, indent, scalar } from "./text.ts";

/** Addresses that are nobody's (RFC 5737): a deployment to one fails at once, and says so. */
const placeholders = { development: "deploy@203.0.113.10", production: "deploy@203.0.113.11" } as const;

/** What wherry.yaml needs to know of a service, whoever wrote its compose file. */
export interface RoutedService {
  readonly name: string;
  readonly route: RoutePlan;
  readonly port: number | undefined;
  readonly health: string | undefined;
  readonly release: readonly string[] | undefined;
  readonly drain: string | undefined;
}

function routedService({ name, route, port, part }: OwnService): RoutedService {
  return {
    name,
    route,
    port,
    health: part.health?.value,
    release: part.release?.value,
    drain: part.image.recipe === "pages" ? undefined : "30s",
  };
}

export interface WherryFilePlan {
  readonly choices: Choices;
  readonly compose: string;
  readonly services: readonly RoutedService[];
  /** Variables whose values are secrets. */
  readonly secrets: readonly string[];
}

export function wherryPlan({ choices, services, secrets }: Design): WherryFilePlan {
  return {
    choices,
    compose: "compose.yaml",
    services: services.map(routedService),
    secrets: secrets.map(({ variable }) => variable),
  };
}

export function wherryFile({ choices, compose, services, secrets }: WherryFilePlan): string {
  const host = choices.host ?? `${choices.app}.example.com`;
  const here = choices.server === "local";
  const environments = [
    { name: "development", deployOn: "{ branch: develop }", server: placeholders.development, prefix: "development." },
    { name: "uat", deployOn: '{ tag: "UAT-*" }', server: placeholders.development, prefix: "uat." },
    { name: "production", deployOn: '{ tag: "PROD-*" }', server: placeholders.production, prefix: "" },
  ];
  return file([
    `app: ${choices.app}`,
    `compose: ${compose}`,
    "services:",
    ...services.flatMap((service) => indent(serviceLines(service, host))),
    ...(secrets.length === 0
      ? []
      : [
          "# Variables of your shell or of the pipeline; without a value nothing is deployed.",
          `secrets: ${flow(secrets)}`,
        ]),
    "environments:",
    ...environments.flatMap(({ name, deployOn, server, prefix }) =>
      indent([
        `${name}:`,
        `  deploy_on: ${deployOn}`,
        choices.server === undefined
          ? `  server: ${server} # FILL IN: user@address of the server`
          : `  server: ${choices.server}`,
        ...(prefix === ""
          ? []
          : [
              "  services:",
              ...services.map(
                (service) => `    ${service.name}: { route: ${routeText(service.route, prefix + host)} }`,
              ),
            ]),
      ]),
    ),
    ...(here ? ["# On this machine: no certificates.", "tls: off"] : []),
  ]);
}

function serviceLines({ name, route, port, health, release, drain }: RoutedService, host: string): readonly string[] {
  const placeholder = host.endsWith(".example.com") ? " # FILL IN: your host name" : "";
  return [
    `${name}:`,
    ...indent([
      `route: ${routeText(route, host)}${placeholder}`,
      ...(port === undefined ? [] : [`port: ${port}`]),
      ...(health === undefined
        ? ["# health: /healthz   FILL IN: a path that answers 200 when it can serve"]
        : [`health: ${scalar(health)}`]),
      ...(release === undefined ? [] : ["# Once per release, before it gets traffic.", `release: ${flow(release)}`]),
      ...(drain === undefined ? [] : [`drain: ${drain}`]),
      ...(route.strip ? ["proxy: { strip: /api }"] : []),
    ]),
  ];
}

function routeText({ prefix, path }: RoutePlan, host: string): string {
  return path === "/" ? prefix + host : `{ host: ${prefix}${host}, path: ${path} }`;
}
