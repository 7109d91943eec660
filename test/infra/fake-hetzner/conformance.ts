import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

interface Description {
  readonly answers: Readonly<Record<string, object>>;
  readonly definitions: object;
}

const description = JSON.parse(readFileSync(join(import.meta.dirname, "api-schema.json"), "utf8")) as Description;
const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);

const checks = new Map(
  Object.entries(description.answers).map(([name, answer]) => [
    name,
    ajv.compile({ ...answer, definitions: description.definitions }),
  ]),
);

const kinds: Readonly<Record<string, string>> = {
  actions: "Action",
  server_types: "ServerType",
  locations: "Location",
  images: "Image",
  ssh_keys: "SSHKey",
  networks: "Network",
  firewalls: "Firewall",
  primary_ips: "PrimaryIP",
  placement_groups: "PlacementGroup",
  servers: "Server",
  volumes: "Volume",
  load_balancers: "LoadBalancer",
};

/**
 * What is wrong with an answer, by the types of Hetzner's own Go client: a field too many, one too few, another type.
 * @param path `/servers/7`, without query
 */
export function problemsWith(method: string, path: string, status: number, body: unknown): readonly string[] {
  if (status === 204) return [];
  const name = nameOf(method, path, status);
  const check = checks.get(name);
  if (check === undefined) return [`nobody knows what ${method} ${path} answers (${name})`];
  const { meta: _meta, ...rest } = body as { readonly meta?: unknown };
  return check(rest)
    ? []
    : (check.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${method} ${path}: ${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

function nameOf(method: string, path: string, status: number): string {
  if (status >= 400) return "Error";
  if (path === "/pricing") return "Pricing";
  const [kind = "", id, actions] = path.slice(1).split("/");
  const word = kinds[kind] ?? kind;
  if (actions !== undefined) return kind === "firewalls" ? "ActionList" : "ActionGet";
  if (id !== undefined) return method === "DELETE" ? "ActionGet" : `${word}Get`;
  if (method !== "POST") return `${word}List`;
  return checks.has(`${word}Create`) ? `${word}Create` : `${word}Get`;
}
