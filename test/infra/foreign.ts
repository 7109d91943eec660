import { locations } from "./fake-hetzner/catalogue.ts";
import { assignFloating, newFloating } from "./fake-hetzner/floating.ts";
import type { FakeHetzner, Thing } from "./fake-hetzner/index.ts";

/** A server as somebody ordered it by hand: with addresses, a label and protection of its own, and nothing of Wherry's. */
export async function orderByHand(hetzner: FakeHetzner, name: string): Promise<Thing> {
  const post = async (path: string, body: object): Promise<Readonly<Record<string, Thing>>> => {
    const answer = await fetch(`${hetzner.endpoint}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${hetzner.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Readonly<Record<string, Thing>>;
  };
  const address = async (type: string): Promise<number | undefined> =>
    (await post("/primary_ips", { name: `${name}-${type}`, type, assignee_type: "server", location: "nbg1" }))[
      "primary_ip"
    ]?.id;
  const public_net = { ipv4: await address("ipv4"), ipv6: await address("ipv6") };
  const order = {
    name,
    server_type: "cx23",
    location: "nbg1",
    image: "debian-13",
    labels: { team: "shop" },
    public_net,
  };
  const server = (await post("/servers", order))["server"];
  const kept = hetzner.things.servers.get(server?.id ?? 0);
  if (kept === undefined) throw new Error(`${name} was not made`);
  kept["backup_window"] = "22-02";
  kept["protection"] = { delete: true, rebuild: true };
  return kept;
}

interface Net {
  readonly ipv4: { ip: unknown };
  readonly ipv6: { ip: unknown };
}

/** The same at these addresses: a test server that is at Hetzner, as far as its API knows. */
export async function standAt(
  hetzner: FakeHetzner,
  name: string,
  addresses: { readonly A: string; readonly AAAA?: string },
): Promise<Thing> {
  const server = await orderByHand(hetzner, name);
  const net = server["public_net"] as Net;
  net.ipv4.ip = addresses.A;
  if (addresses.AAAA !== undefined) net.ipv6.ip = `${addresses.AAAA.replace(/::.*/, "::")}/64`;
  return server;
}

/** A floating IP that leads to a server, or to none. */
export function floatAt(hetzner: FakeHetzner, ip: string, server: Thing | undefined, location = "nbg1"): Thing {
  const home = locations.find(({ name }) => name === location);
  const type = ip.includes(":") ? "ipv6" : "ipv4";
  const floating = hetzner.put("floating_ips", newFloating({ name: ip, ip, type, server: server?.id }, home));
  if (server !== undefined) assignFloating(floating, server, hetzner.things.servers.values());
  return floating;
}
