import { Refusal } from "../fake-api.ts";
import type { Thing } from "./index.ts";

/** A floating IP as it is ordered; of IPv6 it is a network. */
export function newFloating(body: Readonly<Record<string, unknown>>, home: unknown): Record<string, unknown> {
  return {
    name: body["name"],
    description: body["description"] ?? null,
    labels: body["labels"] ?? {},
    type: body["type"],
    ip: body["ip"] ?? (body["type"] === "ipv6" ? "2001:db8:f::/64" : "198.51.100.7"),
    server: body["server"] ?? null,
    dns_ptr: [],
    home_location: home,
    blocked: false,
    protection: { delete: false },
  };
}

const zoneOf = (location: unknown): string => (location as { readonly network_zone: string }).network_zone;

/** It leads to one server, which knows that. */
export function assignFloating(floating: Thing, server: Thing, servers: Iterable<Thing>): void {
  if (zoneOf(server["location"]) !== zoneOf(floating["home_location"]))
    throw new Refusal(422, "invalid_input", "server is in another network zone");
  floating["server"] = server.id;
  for (const one of servers) {
    const net = one["public_net"] as { floating_ips: readonly number[] };
    const others = net.floating_ips.filter((id) => id !== floating.id);
    net.floating_ips = one === server ? [...others, floating.id] : others;
  }
}
