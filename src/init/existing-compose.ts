import { isMapping, parseYaml } from "../config/index.ts";
import type { ExistingCompose, NamedPart, Note, Survey } from "./model.ts";
import type { RoutedService } from "./render/wherry-file.ts";

interface ComposeService {
  readonly name: string;
  readonly folder: string | undefined;
  readonly image: string;
  readonly ports: readonly number[];
}

export interface ReadCompose {
  readonly routed: readonly RoutedService[];
  /** Secrets that come from variables. */
  readonly secrets: readonly string[];
  readonly notes: readonly Note[];
}

/** Servers of data and of mail; people publish their ports, and no traffic of the web belongs there. */
const notWeb = new Set([22, 25, 1433, 3306, 5432, 5672, 6379, 9042, 9092, 11211, 27017]);

/** What wherry.yaml can say of a compose file that somebody else wrote. It stays as it is. */
export function readExisting(compose: ExistingCompose, survey: Survey): ReadCompose {
  const document: unknown = parseYaml(compose.path, compose.text).document.toJS();
  const services = isMapping(document) && isMapping(document["services"]) ? document["services"] : {};
  const all = Object.entries(services).flatMap(([name, service]) => (isMapping(service) ? [read(name, service)] : []));
  const candidates = all.flatMap((service) => {
    const part = partOf(service, survey.parts);
    const port = service.ports.find((one) => !notWeb.has(one)) ?? part?.port.value;
    const web = part !== undefined || service.ports.some((one) => !notWeb.has(one));
    return web && port !== undefined ? [{ service, part, port }] : [];
  });
  const pages =
    candidates.find(({ part }) => part !== undefined && part.role !== "api") ??
    candidates.find(({ service: { name } }) => /^(?:frontend|web|client|nginx|proxy|app)$/.test(name)) ??
    candidates[0];
  const api = candidates.find((one) => one !== pages && one.part?.role === "api");
  const routed = candidates.map((candidate): RoutedService => {
    const { service, part, port } = candidate;
    const health = part?.health?.value;
    const route =
      candidate === pages
        ? { prefix: "", path: "/", strip: false }
        : candidate === api
          ? { prefix: "", path: "/api", strip: part?.apiPrefix === undefined }
          : { prefix: `${service.name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")}.`, path: "/", strip: false };
    return { name: service.name, route, port, health, release: part?.release?.value, drain: undefined };
  });
  const secrets = isMapping(document) && isMapping(document["secrets"]) ? Object.values(document["secrets"]) : [];
  return {
    routed,
    secrets: secrets.flatMap((secret) =>
      isMapping(secret) && typeof secret["environment"] === "string" ? [secret["environment"]] : [],
    ),
    notes: [
      {
        message: `${compose.path} is yours and stays: wherry.yaml is made from its services. wherry plan says what of it is understood`,
        evidence: { file: compose.path, line: 1, what: `${all.length} services` },
      },
      ...(routed.length === 0
        ? [{ message: "no service of it publishes a port for the web: name a route in wherry.yaml" }]
        : []),
    ],
  };
}

function read(name: string, service: Readonly<Record<string, unknown>>): ComposeService {
  const build = service["build"];
  const context =
    typeof build === "string"
      ? build
      : isMapping(build) && typeof build["context"] === "string"
        ? build["context"]
        : undefined;
  return {
    name,
    folder: context?.replace(/^\.\/?/, "").replace(/\/$/, ""),
    image: typeof service["image"] === "string" ? service["image"] : "",
    ports: [...list(service["ports"]), ...list(service["expose"])].flatMap(target),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The container's side: `8080:80`, `127.0.0.1:8080:80/tcp`, `${PORT:-80}:80`, `{ target: 80 }`. */
function target(port: unknown): readonly number[] {
  if (isMapping(port)) return typeof port["target"] === "number" ? [port["target"]] : [];
  const found = /(?:^|:)(\d{1,5})(?:\/tcp)?$/.exec(String(port))?.[1];
  return found === undefined ? [] : [Number(found)];
}

function partOf({ folder }: ComposeService, parts: readonly NamedPart[]): NamedPart | undefined {
  return folder === undefined ? undefined : parts.find((part) => part.folder === folder);
}
