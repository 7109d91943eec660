import { Refusal } from "../fake-api.ts";
import type { Answer, Request } from "../fake-api.ts";
import { created } from "./catalogue.ts";

interface RecordSet extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  records: readonly { readonly value: string; readonly comment?: string }[];
}

export interface Zone {
  readonly id: number;
  readonly name: string;
  readonly sets: RecordSet[];
}

/** DNS as far as records of names are concerned: zones are there, or are not. */
export interface Zones {
  /** Puts a zone there, with these addresses: `{ "www A": ["192.0.2.1"] }`. */
  put(name: string, records: Readonly<Record<string, readonly string[]>>): Zone;
  /** `{ "www A": ["192.0.2.1"] }` */
  read(name: string): Readonly<Record<string, readonly string[]>>;
  answer(request: Request): Answer;
}

export function zonesOf(
  next: () => number,
  act: (command: string, thing: { readonly id: number; readonly type: string }) => object,
): Zones {
  const zones: Zone[] = [];

  const zoneOf = (idOrName: string): Zone => {
    const zone = zones.find(({ id, name }) => String(id) === idOrName || name === idOrName);
    if (zone === undefined) throw new Refusal(404, "not_found", `zone '${idOrName}' not found`);
    return zone;
  };
  const shown = ({ id, name, sets }: Zone): Record<string, unknown> => ({
    id,
    name,
    created,
    ttl: 3600,
    mode: "primary",
    primary_nameservers: [],
    protection: { delete: false },
    labels: {},
    authoritative_nameservers: {
      assigned: ["hydrogen.ns.hetzner.com."],
      delegated: ["hydrogen.ns.hetzner.com."],
      delegation_last_check: created,
      delegation_status: "valid",
    },
    registrar: "other",
    status: "ok",
    record_count: sets.length,
  });
  const make = (zone: Zone, body: Record<string, unknown>): RecordSet => {
    const [name, type] = [String(body["name"]), String(body["type"])];
    if (zone.sets.some((one) => one.name === name && one.type === type))
      throw new Refusal(409, "uniqueness_error", "rrset with this name and type already exists");
    const set: RecordSet = {
      id: `${name}/${type}`,
      name,
      type,
      ttl: body["ttl"] ?? null,
      labels: body["labels"] ?? {},
      protection: { change: false },
      records: (body["records"] ?? []) as RecordSet["records"],
      zone: zone.id,
    };
    zone.sets.push(set);
    return set;
  };

  return {
    put(name, records) {
      const zone: Zone = { id: next(), name, sets: [] };
      zones.push(zone);
      for (const [key, values] of Object.entries(records)) {
        const [host, type] = key.split(" ");
        make(zone, { name: host, type, records: values.map((value) => ({ value })) });
      }
      return zone;
    },
    read: (name) =>
      Object.fromEntries(
        zoneOf(name).sets.map((set) => [`${set.name} ${set.type}`, set.records.map(({ value }) => value)]),
      ),
    answer({ method, path, query, body }) {
      const [id, , name, type, , command] = path.split("/").slice(2).map(decodeURIComponent);
      const page = (key: string, all: readonly object[]): Answer => ({
        status: 200,
        body: {
          [key]: all,
          meta: {
            pagination: {
              page: 1,
              per_page: 50,
              previous_page: null,
              next_page: null,
              last_page: 1,
              total_entries: all.length,
            },
          },
        },
      });
      if (id === undefined) return page("zones", zones.map(shown));
      const zone = zoneOf(id);
      if (!path.includes("/rrsets")) return { status: 200, body: { zone: shown(zone) } };
      if (name === undefined && method === "POST") {
        const rrset = make(zone, body);
        return { status: 201, body: { rrset, action: act("create_rrset", { id: zone.id, type: "zone" }) } };
      }
      const asked = query.get("name");
      if (name === undefined)
        return page(
          "rrsets",
          zone.sets.filter((one) => asked === null || one.name === asked),
        );
      const index = zone.sets.findIndex((one) => one.name === name && one.type === type);
      const set = zone.sets[index];
      if (set === undefined) throw new Refusal(404, "not_found", `rrset '${name}/${type}' not found`);
      if (method === "GET") return { status: 200, body: { rrset: set } };
      if (method === "PUT") return { status: 200, body: { rrset: Object.assign(set, body) } };
      if (method === "DELETE") zone.sets.splice(index, 1);
      else if (command === "set_records") set.records = body["records"] as RecordSet["records"];
      else if (command === "change_ttl") set["ttl"] = body["ttl"];
      else throw new Refusal(404, "not_found", `no action ${command} of rrsets`);
      return { status: 201, body: { action: act(command ?? "delete_rrset", { id: zone.id, type: "zone" }) } };
    },
  };
}
