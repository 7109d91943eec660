import { Refusal } from "../fake-api.ts";

type Body = Readonly<Record<string, unknown>>;

interface Service extends Record<string, unknown> {
  readonly listen_port: number;
}

interface Target {
  readonly server: { readonly id: number };
}

/** A load balancer's own parts; the rest of it is as with everything else. */
export interface Balancer {
  private_net: readonly { readonly network: unknown; readonly ip: string }[];
  services: readonly Service[];
  targets: readonly Target[];
}

export const balancerTypes = [
  {
    id: 1,
    name: "lb11",
    description: "LB11",
    max_connections: 20_000,
    max_services: 5,
    max_targets: 25,
    max_assigned_certificates: 10,
    prices: [],
    deprecated: null,
    deprecation: null,
  },
];

export function newBalancer(body: Body, address: string, location: unknown): Record<string, unknown> {
  const type = balancerTypes.find(({ name }) => name === body["load_balancer_type"]);
  if (type === undefined) throw new Refusal(404, "not_found", "load balancer type not found");
  return {
    name: body["name"],
    labels: body["labels"] ?? {},
    location,
    load_balancer_type: type,
    public_net: { enabled: true, ipv4: { ip: address, dns_ptr: "" }, ipv6: { ip: "2001:db8:f::1", dns_ptr: "" } },
    private_net: [],
    protection: { delete: false },
    services: [],
    targets: [],
    algorithm: body["algorithm"] ?? { type: "round_robin" },
    included_traffic: 0,
    outgoing_traffic: null,
    ingoing_traffic: null,
  };
}

/** @returns whether there is such a command */
export function changeBalancer(balancer: Balancer, command: string, body: Body): boolean {
  const port = body["listen_port"];
  const server = (body["server"] ?? {}) as { readonly id?: number };
  switch (command) {
    case "attach_to_network":
      balancer.private_net = [{ network: body["network"], ip: "10.77.1.250" }];
      return true;
    case "detach_from_network":
      balancer.private_net = [];
      return true;
    case "add_service":
      if (balancer.services.some((one) => one.listen_port === port))
        throw new Refusal(409, "source_port_already_used", "port is used");
      balancer.services = [
        ...balancer.services,
        {
          proxyprotocol: false,
          http: null,
          ...body,
          health_check: { http: null, ...(body["health_check"] as object) },
        } as unknown as Service,
      ];
      return true;
    case "update_service":
      balancer.services = balancer.services.map((one) => (one.listen_port === port ? { ...one, ...body } : one));
      return true;
    case "delete_service":
      balancer.services = balancer.services.filter((one) => one.listen_port !== port);
      return true;
    case "add_target":
      if (body["use_private_ip"] === true && balancer.private_net.length === 0)
        throw new Refusal(422, "load_balancer_not_attached_to_network", "load balancer is in no network");
      balancer.targets = [
        ...balancer.targets,
        {
          type: "server",
          server: { id: Number(server.id) },
          label_selector: null,
          ip: null,
          health_status: [],
          use_private_ip: body["use_private_ip"] === true,
        } as Target,
      ];
      return true;
    case "remove_target":
      balancer.targets = balancer.targets.filter((one) => one.server.id !== server.id);
      return true;
    default:
      return false;
  }
}
