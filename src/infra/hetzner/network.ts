import { block, comment, expression, resource, set } from "../hcl.ts";
import type { Item, Value } from "../hcl.ts";
import type { Machines } from "../machines.ts";

const labels = set("labels", expression("local.labels"));

/** network.tf: the private network, what is open to the world, and what stands in front of the servers. */
export function network({ loadBalancer, dns }: Machines): readonly Item[] {
  return [
    block("data", ["hcloud_location", "here"], set("name", expression("var.location"))),
    resource(
      "hcloud_network",
      "private",
      set("name", expression("local.name")),
      set("ip_range", "10.77.0.0/16"),
      labels,
    ),
    resource(
      "hcloud_network_subnet",
      "servers",
      set("network_id", expression("hcloud_network.private.id")),
      set("type", "cloud"),
      set("network_zone", expression("data.hcloud_location.here.network_zone")),
      set("ip_range", "10.77.1.0/24"),
    ),
    comment("It stands in front of the server, so that it filters the ports that Docker publishes as well."),
    resource(
      "hcloud_firewall",
      "public",
      set("name", expression("local.name")),
      labels,
      rule("ssh", "tcp", "22", expression("var.ssh_from")),
      rule("http", "tcp", "80", everywhere),
      rule("https", "tcp", "443", everywhere),
      rule("ping, and packet sizes", "icmp", undefined, everywhere),
    ),
    ...(loadBalancer === undefined ? [] : balancer(loadBalancer)),
    ...(dns === undefined ? [] : records(dns, loadBalancer)),
  ];
}

const everywhere = ["0.0.0.0/0", "::/0"];

function rule(description: string, protocol: string, port: string | undefined, from: Value): Item {
  return block(
    "rule",
    [],
    set("description", description),
    set("direction", "in"),
    set("protocol", protocol),
    ...(port === undefined ? [] : [set("port", port)]),
    set("source_ips", from),
  );
}

/** TLS goes through: certificates stay with the proxies. */
function balancer(type: string): readonly Item[] {
  return [
    resource(
      "hcloud_load_balancer",
      "public",
      set("name", expression("local.name")),
      set("load_balancer_type", type),
      set("location", expression("var.location")),
      labels,
    ),
    resource(
      "hcloud_load_balancer_network",
      "private",
      set("load_balancer_id", expression("hcloud_load_balancer.public.id")),
      // By the network: an imported one does not know its subnet, and would be made anew.
      set("network_id", expression("hcloud_network.private.id")),
      set("depends_on", expression("[hcloud_network_subnet.servers]")),
    ),
    resource(
      "hcloud_load_balancer_target",
      "servers",
      set("for_each", expression("hcloud_server.app")),
      set("type", "server"),
      set("load_balancer_id", expression("hcloud_load_balancer.public.id")),
      set("server_id", expression("each.value.id")),
      set("use_private_ip", true),
      set("depends_on", expression("[hcloud_load_balancer_network.private, hcloud_server_network.private]")),
    ),
    resource(
      "hcloud_load_balancer_service",
      "ports",
      set("for_each", expression('toset(["80", "443"])')),
      set("load_balancer_id", expression("hcloud_load_balancer.public.id")),
      set("protocol", "tcp"),
      set("listen_port", expression("tonumber(each.key)")),
      set("destination_port", expression("tonumber(each.key)")),
      block(
        "health_check",
        [],
        set("protocol", "tcp"),
        set("port", expression("tonumber(each.key)")),
        set("interval", 5),
        set("timeout", 3),
        set("retries", 3),
      ),
    ),
  ];
}

function records(dns: NonNullable<Machines["dns"]>, loadBalancer: string | undefined): readonly Item[] {
  const addresses = (type: "ipv4" | "ipv6"): Value =>
    loadBalancer === undefined
      ? expression(
          type === "ipv4"
            ? "[for address in hcloud_primary_ip.ipv4 : { value = address.ip_address }]"
            : "[for server in hcloud_server.app : { value = server.ipv6_address }]",
        )
      : expression(`[{ value = hcloud_load_balancer.public.${type} }]`);
  return [
    block("locals", [], set("host_names", dns.names)),
    ...(["ipv4", "ipv6"] as const).map((type) =>
      resource(
        "hcloud_zone_rrset",
        type,
        set("for_each", expression("toset(local.host_names)")),
        set("zone", dns.zone),
        set("name", expression("each.key")),
        set("type", type === "ipv4" ? "A" : "AAAA"),
        set("ttl", 300),
        set("records", addresses(type)),
        labels,
      ),
    ),
  ];
}
