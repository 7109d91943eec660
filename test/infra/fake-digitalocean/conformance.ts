import { join } from "node:path";
import { readApiSchema } from "../conformance.ts";

const schema = readApiSchema(join(import.meta.dirname, "api-schema.json"));

const kinds: Readonly<Record<string, string>> = {
  "account/keys": "Key",
  actions: "Action",
  droplets: "Droplet",
  firewalls: "Firewall",
  floating_ips: "FloatingIP",
  load_balancers: "LoadBalancer",
  regions: "Region",
  reserved_ips: "ReservedIP",
  sizes: "Size",
  tags: "Tag",
  volumes: "Volume",
  vpcs: "VPC",
};

/**
 * What is wrong with an answer, by the types of DigitalOcean's own Go client.
 * @param path `/droplets/7`, without query
 */
export function problemsWith(method: string, path: string, status: number, body: unknown): readonly string[] {
  if (status === 204) return [];
  return schema.problemsWith(nameOf(method, path, status), `${method} ${path}`, body);
}

/** `/domains/example.com/records/7` and what is above it. */
function ofDomains(method: string, path: string): string {
  const [, domain, records, id] = path.slice(1).split("/");
  if (records === undefined) return domain === undefined ? "DomainList" : "DomainGet";
  return id === undefined && method === "GET" ? "RecordList" : "RecordGet";
}

function nameOf(method: string, path: string, status: number): string {
  if (status >= 400) return "Error";
  if (path.startsWith("/domains")) return ofDomains(method, path);
  const [kind = "", id, more] = path.slice(1).replace("account/keys", "account+keys").split("/");
  const word = kinds[kind.replace("+", "/")] ?? kind;
  if (more !== undefined) return "ActionGet";
  return id === undefined && method === "GET" ? `${word}List` : `${word}Get`;
}
