import { Refusal } from "../fake-api.ts";
import type { Answer, Request } from "../fake-api.ts";

interface DomainRecord extends Record<string, unknown> {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  data: string;
}

/** DNS as far as records of names are concerned: domains are there, or are not. */
export interface Domains {
  /** Puts a domain there, with these addresses: `[["www", "A", "192.0.2.1"]]`. */
  put(name: string, records: readonly (readonly [name: string, type: string, data: string])[]): void;
  /** `www A 192.0.2.1` */
  read(name: string): readonly string[];
  answer(request: Request): Answer;
}

export function domainsOf(
  next: () => number,
  pageOf: (key: string, all: readonly object[], query: URLSearchParams) => Answer,
): Domains {
  const domains = new Map<string, DomainRecord[]>();
  const notFound = new Refusal(404, "not_found", "The resource you were accessing could not be found.");
  const recordsOf = (name: string): DomainRecord[] => {
    const records = domains.get(name);
    if (records === undefined) throw notFound;
    return records;
  };
  const make = (domain: string, body: Record<string, unknown>): DomainRecord => {
    const record: DomainRecord = {
      id: next(),
      type: String(body["type"]),
      name: String(body["name"]),
      data: String(body["data"]),
      priority: 0,
      port: 0,
      ttl: Number(body["ttl"] ?? 1800),
      weight: 0,
      flags: 0,
    };
    recordsOf(domain).push(record);
    return record;
  };

  return {
    put(name, records) {
      domains.set(name, []);
      for (const [host, type, data] of records) make(name, { name: host, type, data });
    },
    read: (name) => recordsOf(name).map((one) => `${one.name} ${one.type} ${one.data}`),
    answer({ method, path, query, body }) {
      const [, domain, , id] = path.slice(1).split("/");
      if (domain === undefined)
        return pageOf(
          "domains",
          [...domains.keys()].map((name) => ({ name, ttl: 1800, zone_file: "" })),
          query,
        );
      const records = recordsOf(domain);
      if (!path.includes("/records"))
        return { status: 200, body: { domain: { name: domain, ttl: 1800, zone_file: "" } } };
      if (id === undefined && method === "POST") return { status: 201, body: { domain_record: make(domain, body) } };
      if (id === undefined) {
        const asked = query.get("name");
        const whole = (name: string): string => (name === "@" ? domain : `${name}.${domain}`);
        const found = records.filter(({ name }) => asked === null || whole(name) === asked);
        return pageOf("domain_records", found, query);
      }
      const index = records.findIndex((one) => String(one.id) === id);
      const record = records[index];
      if (record === undefined) throw notFound;
      if (method === "DELETE") {
        records.splice(index, 1);
        return { status: 204 };
      }
      if (method === "PUT" || method === "PATCH")
        Object.assign(record, Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)));
      return { status: 200, body: { domain_record: record } };
    },
  };
}
