import { block, comment, expression, resource, set } from "../hcl.ts";
import type { Item, Value } from "../hcl.ts";
import type { Machines } from "../machines.ts";

/** network.tf: the private network, what is open to the world, and what stands in front of the servers. */
export function network({ loadBalancer, dns }: Machines): readonly Item[] {
  return [
    comment("DigitalOcean chooses the range: those of one account must not overlap."),
    resource(
      "digitalocean_vpc",
      "private",
      set("name", expression("local.name")),
      set("region", expression("var.location")),
      set("description", expression("local.mark")),
    ),
    comment("It stands in front of the server, so that it filters the ports that Docker publishes as well."),
    resource(
      "digitalocean_firewall",
      "public",
      set("name", expression("local.name")),
      set("tags", expression("[digitalocean_tag.app.id]")),
      comment("SSH"),
      inbound("tcp", "22", { source_addresses: expression("var.ssh_from") }),
      comment("HTTP and HTTPS"),
      inbound("tcp", "80", { source_addresses: everywhere }),
      inbound("tcp", "443", { source_addresses: everywhere }),
      comment("Ping, and packet sizes"),
      inbound("icmp", undefined, { source_addresses: everywhere }),
      comment("The servers among themselves: this firewall filters the private network, too."),
      inbound("tcp", "all", { source_tags: ownTag }),
      inbound("udp", "all", { source_tags: ownTag }),
      comment("What is not let out here stays in."),
      ...(["tcp", "udp", "icmp"] as const).map((protocol) =>
        block(
          "outbound_rule",
          [],
          set("protocol", protocol),
          ...(protocol === "icmp" ? [] : [set("port_range", "all")]),
          set("destination_addresses", everywhere),
        ),
      ),
    ),
    ...(loadBalancer === undefined ? [] : [balancer(loadBalancer)]),
    ...(dns === undefined ? [] : records(dns, loadBalancer !== undefined)),
  ];
}

const everywhere = ["0.0.0.0/0", "::/0"];
const ownTag = expression("[digitalocean_tag.app.id]");

function inbound(protocol: string, ports: string | undefined, from: Readonly<Record<string, Value>>): Item {
  return block(
    "inbound_rule",
    [],
    set("protocol", protocol),
    ...(ports === undefined ? [] : [set("port_range", ports)]),
    ...Object.entries(from).map(([name, value]) => set(name, value)),
  );
}

/** TLS goes through: certificates stay with the proxies. There is one health check for all ports. */
function balancer(size: string): Item {
  const rule = (port: number): Item =>
    block(
      "forwarding_rule",
      [],
      set("entry_protocol", "tcp"),
      set("entry_port", port),
      set("target_protocol", "tcp"),
      set("target_port", port),
    );
  return resource(
    "digitalocean_loadbalancer",
    "public",
    set("name", expression("local.name")),
    set("size", size),
    set("region", expression("var.location")),
    set("vpc_uuid", expression("digitalocean_vpc.private.id")),
    set("droplet_tag", expression("digitalocean_tag.app.id")),
    rule(80),
    rule(443),
    block(
      "healthcheck",
      [],
      set("protocol", "tcp"),
      set("port", 80),
      set("check_interval_seconds", 5),
      set("response_timeout_seconds", 3),
      set("unhealthy_threshold", 3),
      set("healthy_threshold", 3),
    ),
  );
}

/** A load balancer has an IPv4 address alone; a server's IPv6 address is its own and changes with it, and so does the record. */
function records(dns: NonNullable<Machines["dns"]>, balanced: boolean): readonly Item[] {
  const record = (name: string, ...more: readonly Item[]): Item =>
    resource("digitalocean_record", name, ...more, set("domain", dns.zone), set("ttl", 300));
  const names = block("locals", [], set("host_names", dns.names));
  if (balanced)
    return [
      names,
      record(
        "ipv4",
        set("for_each", expression("toset(local.host_names)")),
        set("name", expression("each.key")),
        set("type", "A"),
        set("value", expression("digitalocean_loadbalancer.public.ip")),
      ),
    ];
  const perServer = set(
    "for_each",
    expression(`{
  for pair in setproduct(local.host_names, local.servers) :
  "\${pair[0]} \${pair[1]}" => { name = pair[0], server = pair[1] }
}`),
  );
  return [
    names,
    ...(
      [
        ["ipv4", "A", "digitalocean_reserved_ip.ipv4[each.value.server].ip_address"],
        ["ipv6", "AAAA", "digitalocean_droplet.app[each.value.server].ipv6_address"],
      ] as const
    ).map(([name, type, value]) =>
      record(
        name,
        perServer,
        set("name", expression("each.value.name")),
        set("type", type),
        set("value", expression(value)),
      ),
    ),
  ];
}
