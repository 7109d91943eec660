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
