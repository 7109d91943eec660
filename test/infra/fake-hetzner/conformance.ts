import { join } from "node:path";
import { readApiSchema } from "../conformance.ts";

const schema = readApiSchema(join(import.meta.dirname, "api-schema.json"));

const kinds: Readonly<Record<string, string>> = {
  actions: "Action",
  server_types: "ServerType",
  locations: "Location",
  images: "Image",
  ssh_keys: "SSHKey",
  networks: "Network",
  firewalls: "Firewall",
  primary_ips: "PrimaryIP",
  floating_ips: "FloatingIP",
  placement_groups: "PlacementGroup",
  servers: "Server",
  volumes: "Volume",
  load_balancers: "LoadBalancer",
  load_balancer_types: "LoadBalancerType",
};

/**
 * What is wrong with an answer, by the types of Hetzner's own Go client.
 * @param path `/servers/7`, without query
 */
export function problemsWith(method: string, path: string, status: number, body: unknown): readonly string[] {
  if (status === 204) return [];
  const { meta: _meta, ...rest } = body as { readonly meta?: unknown };
  return schema.problemsWith(nameOf(method, path, status), `${method} ${path}`, rest);
}

/** `/zones/7/rrsets/www/A/actions/set_records` and what is above it. */
function ofZones(method: string, path: string): string {
  const [, id, sets, name, , action] = path.slice(1).split("/");
  if (sets === undefined) return id === undefined ? "ZoneList" : "ZoneGet";
  if (action !== undefined || method === "DELETE") return "ActionGet";
  if (name !== undefined) return "ZoneRRSetGet";
  return method === "POST" ? "ZoneRRSetCreate" : "ZoneRRSetList";
}

function nameOf(method: string, path: string, status: number): string {
  if (status >= 400) return "Error";
  if (path === "/pricing") return "Pricing";
  if (path.startsWith("/zones")) return ofZones(method, path);
  const [kind = "", id, actions] = path.slice(1).split("/");
  const word = kinds[kind] ?? kind;
  if (actions !== undefined) return kind === "firewalls" ? "ActionList" : "ActionGet";
  if (id !== undefined) return method === "DELETE" ? "ActionGet" : `${word}Get`;
  if (method !== "POST") return `${word}List`;
  return schema.has(`${word}Create`) ? `${word}Create` : `${word}Get`;
}
