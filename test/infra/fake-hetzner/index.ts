import { createHash } from "node:crypto";
import { fakeApi, Refusal } from "../fake-api.ts";
import type { Answer, ApiFaults, FakeApi, Request } from "../fake-api.ts";
import { balancerTypes, changeBalancer, newBalancer } from "./balancers.ts";
import type { Balancer } from "./balancers.ts";
import { created, images, locations, pricing, serverTypes } from "./catalogue.ts";
import { assignFloating, newFloating } from "./floating.ts";
import { problemsWith } from "./conformance.ts";
import { zonesOf } from "./zones.ts";
import type { Zones } from "./zones.ts";

/** Hetzner's API as far as its provider needs it, on loopback, with everything in memory. */
export interface FakeHetzner extends Omit<FakeApi, "origin"> {
  readonly endpoint: string;
  /** What goes wrong; tests set it. */
  readonly faults: Faults;
  /** Everything that there is, by the first word of its path. */
  readonly things: Readonly<Record<Kind, Map<number, Thing>>>;
  readonly zones: Omit<Zones, "answer">;
  /** User data of the servers, by name. */
  readonly userData: ReadonlyMap<string, string>;
  /** Puts something there that nobody asked this test for. */
  put(kind: Kind, thing: Readonly<Record<string, unknown>>): Thing;
}

export interface Faults extends ApiFaults {
  /** `cx23 nbg1`: cannot be ordered. */
  readonly outOfStock: Set<string>;
  /** The list does not know of it. */
  stockIsStale: boolean;
  /** Milliseconds that an action takes. */
  actionTime: number;
  /** The first action of this command fails. */
  failing: string | undefined;
}

const kinds = [
  "ssh_keys",
  "networks",
  "firewalls",
  "primary_ips",
  "floating_ips",
  "placement_groups",
  "servers",
  "volumes",
  "load_balancers",
] as const;

export type Kind = (typeof kinds)[number];
export type Thing = Record<string, unknown> & { readonly id: number };

export async function fakeHetzner({ address = "192.0.2.10" } = {}): Promise<FakeHetzner> {
  const faults: Faults = {
    outOfStock: new Set(),
    stockIsStale: false,
    limited: 0,
    actionTime: 0,
    cut: undefined,
    failing: undefined,
  };
  const things = Object.fromEntries(kinds.map((kind) => [kind, new Map<number, Thing>()])) as FakeHetzner["things"];
  const actions = new Map<number, { readonly action: Thing; readonly done: number }>();
  const userData = new Map<string, string>();
  let last = 1000;
  const next = (): number => (last += 1);

  const act = (command: string, ...resources: readonly { readonly id: number; readonly type: string }[]): Thing => {
    const fails = faults.failing === command;
    if (fails) faults.failing = undefined;
    const action: Thing = {
      id: next(),
      command,
      status: "running",
      progress: 0,
      started: created,
      finished: null,
      resources,
      error: null,
    };
    actions.set(action.id, { action, done: Date.now() + faults.actionTime });
    if (fails) action["failing"] = true;
    return show(action.id);
  };
  const show = (id: number): Thing => {
    const found = actions.get(id);
    if (found === undefined) throw new Refusal(404, "not_found", `action ${id} not found`);
    const { failing, ...action } = found.action;
    if (Date.now() < found.done) return action;
    const error = failing === true ? { code: "action_failed", message: "the machine did not start" } : null;
    return {
      ...action,
      status: error === null ? "success" : "error",
      progress: 100,
      finished: created,
      error,
    };
  };
  const find = (kind: Kind, id: number): Thing => {
    const thing = things[kind].get(id);
    if (thing === undefined) throw new Refusal(404, "not_found", `${kind} with ID '${id}' not found`);
    return thing;
  };
  const put: FakeHetzner["put"] = (kind, thing) => {
    const whole = { created, labels: {}, ...thing, id: next() } as Thing;
    things[kind].set(whole.id, whole);
    return whole;
  };
  const unique = (kind: Kind, body: Record<string, unknown>, field = "name"): void => {
    const taken = [...things[kind].values()].some((thing) => thing[field] === body[field]);
    if (taken) throw new Refusal(409, "uniqueness_error", `${kind.replace(/s$/, "")} ${field} is already used`);
  };
  const place = (name: unknown) => locations.find((one) => one.name === name || String(one.id) === String(name));
  const protect = (thing: Thing): void => {
    if ((thing["protection"] as { readonly delete?: boolean } | undefined)?.delete === true)
      throw new Refusal(423, "protected", "resource is protected");
  };

  const zones = zonesOf(next, act);

  /** How each kind of thing is made; everything else about it is the same. */
  const make: Readonly<Record<Kind, (body: Record<string, unknown>) => Record<string, unknown>>> = {
    ssh_keys(body) {
      const bytes = Buffer.from(String(body["public_key"]).split(" ")[1] ?? "", "base64");
      const fingerprint = (createHash("md5").update(bytes).digest("hex").match(/../g) ?? []).join(":");
      unique("ssh_keys", { fingerprint }, "fingerprint");
      return { ssh_key: put("ssh_keys", { ...body, fingerprint }) };
    },
    networks: (body) => ({
      network: put("networks", {
        ...body,
        subnets: [],
        routes: [],
        servers: [],
        load_balancers: [],
        protection: { delete: false },
      }),
    }),
    firewalls: (body) => ({
      firewall: put("firewalls", {
        ...body,
        rules: ((body["rules"] ?? []) as readonly object[]).map((rule) => ({
          destination_ips: [],
          port: null,
          description: null,
          ...rule,
        })),
        applied_to: [],
        apply_to: undefined,
      }),
      actions: [],
    }),
    placement_groups: (body) => ({ placement_group: put("placement_groups", { ...body, servers: [] }), action: null }),
    primary_ips: (body) => {
      // The first server has the address that was asked for, the second one more, and so on.
      const number = [...things.primary_ips.values()].filter((one) => one["type"] === body["type"]).length;
      const ipv4 = address.replace(/\d+$/, (tail) => String(Number(tail) + number));
      return {
        primary_ip: put("primary_ips", {
          ...body,
          ip: body["type"] === "ipv6" ? `2001:db8:0:${number}::` : ipv4,
          protection: { delete: false },
          dns_ptr: [],
          assignee_id: null,
          assignee_type: "unassigned",
          auto_delete: body["auto_delete"] ?? false,
          blocked: false,
          location: place(body["location"]),
        }),
        action: null,
      };
    },
    floating_ips: (body) => ({
      floating_ip: put("floating_ips", newFloating(body, place(body["home_location"]))),
      action: null,
    }),
    volumes(body) {
      if (Number(body["size"]) < 10) throw new Refusal(422, "invalid_input", "invalid input in field 'size'");
      const volume = put("volumes", {
        name: body["name"],
        size: body["size"],
        labels: body["labels"] ?? {},
        format: body["format"] ?? null,
        location: place(body["location"]),
        server: null,
        status: "available",
        protection: { delete: false },
      });
      volume["linux_device"] = `/dev/disk/by-id/scsi-0HC_Volume_${volume.id}`;
      return { volume, action: act("create_volume", { id: volume.id, type: "volume" }), next_actions: [] };
    },
    servers(body) {
      const type = serverTypes(new Set()).find(({ name }) => name === body["server_type"]);
      const location = place(body["location"]);
      if (type === undefined) throw new Refusal(404, "not_found", "server type not found");
      if (!type.locations.some(({ name }) => name === location?.name))
        throw new Refusal(422, "invalid_input", "unsupported location for server type");
      if (faults.outOfStock.has(`${type.name} ${location?.name}`))
        throw new Refusal(412, "resource_unavailable", "error during placement");
      const image = images.find(
        ({ id, name, architecture }) =>
          (id === Number(body["image"]) || name === body["image"]) && architecture === type.architecture,
      );
      const wanted = (body["public_net"] ?? {}) as { readonly ipv4?: number; readonly ipv6?: number };
      const [ipv4, ipv6] = [find("primary_ips", wanted.ipv4 ?? 0), find("primary_ips", wanted.ipv6 ?? 0)];
      if (ipv4["assignee_id"] !== null) throw new Refusal(409, "primary_ip_assigned", "primary IP is assigned");
      const group =
        typeof body["placement_group"] === "number" ? find("placement_groups", body["placement_group"]) : null;
      const server = put("servers", {
        name: body["name"],
        labels: body["labels"] ?? {},
        status: "running",
        public_net: {
          ipv4: { id: ipv4.id, ip: ipv4["ip"], blocked: false, dns_ptr: "" },
          ipv6: { id: ipv6.id, ip: `${String(ipv6["ip"])}/64`, blocked: false, dns_ptr: [] },
          floating_ips: [],
          firewalls: ((body["firewalls"] ?? []) as readonly { readonly firewall: number }[]).map(({ firewall }) => ({
            id: firewall,
            status: "applied",
          })),
        },
        private_net: [],
        server_type: type,
        outgoing_traffic: 0,
        ingoing_traffic: 0,
        backup_window: null,
        rescue_enabled: false,
        iso: null,
        locked: false,
        location,
        image: image ?? null,
        protection: { delete: false, rebuild: false },
        volumes: [],
        primary_disk_size: type.disk,
        placement_group: group,
        load_balancers: [],
      });
      for (const ip of [ipv4, ipv6]) Object.assign(ip, { assignee_id: server.id, assignee_type: "server" });
      userData.set(String(body["name"]), typeof body["user_data"] === "string" ? body["user_data"] : "");
      const itself = { id: server.id, type: "server" };
      return {
        server,
        action: act("create_server", itself),
        next_actions: [act("start_server", itself)],
        root_password: null,
      };
    },
    load_balancers(body) {
      const balancer = put(
        "load_balancers",
        newBalancer(body, address.replace(/\d+$/, "200"), place(body["location"])),
      );
      return {
        load_balancer: balancer,
        action: act("create_load_balancer", { id: balancer.id, type: "load_balancer" }),
      };
    },
  };

  function change(kind: Kind, id: number, command: string, body: Record<string, unknown>): Record<string, unknown> {
    const thing = find(kind, id);
    const itself = { id, type: kind.replace(/s$/, "") };
    const server = thing as { private_net?: unknown };
    switch (`${kind} ${command}`) {
      case "networks add_subnet":
        (thing["subnets"] as unknown[]).push({ ...body, gateway: "10.77.0.1" });
        break;
      case "networks delete_subnet":
        thing["subnets"] = (thing["subnets"] as { ip_range: string }[]).filter(
          (one) => one.ip_range !== body["ip_range"],
        );
        break;
      case "servers attach_to_network":
        server.private_net = [
          {
            network: body["network"],
            ip: body["ip"] ?? `10.77.1.${(id % 200) + 2}`,
            alias_ips: [],
            mac_address: "86:00:00:2a:7d:e0",
          },
        ];
        break;
      case "servers detach_from_network":
        server.private_net = [];
        break;
      case "servers enable_backup":
        thing["backup_window"] = "22-02";
        break;
      case "servers disable_backup":
        thing["backup_window"] = null;
        break;
      case "servers change_type":
        thing["server_type"] = serverTypes(new Set()).find(({ name }) => name === body["server_type"]);
        break;
      case "servers poweroff":
      case "servers shutdown":
        thing["status"] = "off";
        break;
      case "servers poweron":
        thing["status"] = "running";
        break;
      case "servers remove_from_placement_group":
        thing["placement_group"] = null;
        break;
      case "volumes attach":
        thing["server"] = body["server"];
        find("servers", Number(body["server"]))["volumes"] = [id];
        break;
      case "volumes detach":
        if (typeof thing["server"] === "number") find("servers", thing["server"])["volumes"] = [];
        thing["server"] = null;
        break;
      case "volumes resize":
        if (Number(body["size"]) < Number(thing["size"])) throw new Refusal(422, "invalid_input", "volumes only grow");
        thing["size"] = body["size"];
        break;
      case "floating_ips assign":
        if (faults.failing !== "assign_floating_ip")
          assignFloating(thing, find("servers", Number(body["server"])), things.servers.values());
        return { action: act("assign_floating_ip", { id, type: "floating_ip" }) };
      case "primary_ips unassign":
        Object.assign(thing, { assignee_id: null, assignee_type: "unassigned" });
        break;
      case "firewalls set_rules":
        thing["rules"] = ((body["rules"] ?? []) as readonly object[]).map((rule) => ({
          destination_ips: [],
          port: null,
          description: null,
          ...rule,
        }));
        return { actions: [act("set_firewall_rules", itself)] };
      case "firewalls remove_from_resources":
        return { actions: [] };
      default:
        if (kind === "load_balancers" && changeBalancer(thing as unknown as Balancer, command, body)) break;
        if (command !== "change_protection") throw new Refusal(404, "not_found", `no action ${command} of ${kind}`);
        thing["protection"] = { ...(thing["protection"] as object), ...body };
    }
    return { action: act(command, itself) };
  }

  function remove(kind: Kind, id: number): Answer {
    const thing = find(kind, id);
    protect(thing);
    if (kind === "volumes" && thing["server"] !== null) throw new Refusal(423, "locked", "volume is attached");
    if (kind === "primary_ips" && thing["assignee_id"] !== null)
      throw new Refusal(409, "must_be_unassigned", "primary IP is assigned");
    if (
      kind === "firewalls" &&
      [...things.servers.values()].some((one) =>
        JSON.stringify((one["public_net"] as { firewalls: unknown }).firewalls).includes(`"id":${id},`),
      )
    )
      throw new Refusal(409, "resource_in_use", "firewall is in use");
    things[kind].delete(id);
    if (kind !== "servers") return { status: 204 };
    for (const ip of things.primary_ips.values())
      if (ip["assignee_id"] === id) Object.assign(ip, { assignee_id: null, assignee_type: "unassigned" });
    for (const volume of things.volumes.values()) if (volume["server"] === id) volume["server"] = null;
    return { status: 200, body: { action: act("delete_server", { id, type: "server" }) } };
  }

  const selects = (thing: Thing, query: URLSearchParams): boolean => {
    const labels = (thing["labels"] ?? {}) as Readonly<Record<string, string>>;
    const wanted = (query.get("label_selector") ?? "").split(",").filter((one) => one !== "");
    const name = query.get("name");
    const print = query.get("fingerprint");
    return (
      wanted.every((one) => labels[one.split(/==?/)[0] ?? ""] === one.split(/==?/)[1]) &&
      (name === null || thing["name"] === name) &&
      (print === null || thing["fingerprint"] === print) &&
      (query.getAll("architecture").length === 0 ||
        query.getAll("architecture").includes(String(thing["architecture"])))
    );
  };

  function answerTo(request: Request): Answer {
    const { method, path, query, body } = request;
    if (path.startsWith("/zones")) return zones.answer(request);
    const [kind = "", id, , command] = path.slice(1).split("/");
    const stock = faults.stockIsStale ? new Set<string>() : faults.outOfStock;
    const fixed: Readonly<Record<string, readonly object[]>> = {
      locations,
      images,
      server_types: serverTypes(stock),
      load_balancer_types: balancerTypes,
    };
    if (kind === "pricing") return { status: 200, body: { pricing: pricing() } };
    const all =
      kind === "actions"
        ? query.getAll("id").map((one) => show(Number(one)))
        : ((fixed[kind] ?? [...(things[kind as Kind]?.values() ?? [])]) as readonly Thing[]);
    if (!(kind in fixed) && kind !== "actions" && !kinds.includes(kind as Kind))
      throw new Refusal(404, "not_found", `no ${path}`);
    const known = kind as Kind;
    if (method === "GET" && id === undefined)
      return pageOf(
        kind,
        all.filter((thing) => selects(thing, query)),
        query,
      );
    if (method === "GET" && kind === "actions") return { status: 200, body: { action: show(Number(id)) } };
    if (method === "GET") {
      const thing = kind in fixed ? all.find((one) => String(one.id) === id) : find(known, Number(id));
      if (thing === undefined) throw new Refusal(404, "not_found", `no ${path}`);
      return { status: 200, body: { [kind.replace(/s$/, "")]: thing } };
    }
    if (method === "DELETE") return remove(known, Number(id));
    if (method === "PUT") {
      const thing = Object.assign(find(known, Number(id)), body);
      return { status: 200, body: { [kind.replace(/s$/, "")]: thing } };
    }
    if (command !== undefined) return { status: 201, body: change(known, Number(id), command, body) };
    unique(known, body);
    return { status: 201, body: make[known](body) };
  }

  const { origin, ...api } = await fakeApi({
    version: "/v1",
    faults,
    headers: { "ratelimit-limit": "3600", "ratelimit-remaining": "3000", "ratelimit-reset": "1" },
    unauthorized: new Refusal(401, "unauthorized", "unable to authenticate"),
    limit: new Refusal(429, "rate_limit_exceeded", "limit of 3600 requests per hour reached"),
    answer: answerTo,
    refuse: ({ code, message }) => ({ error: { code, message, details: null } }),
    problemsWith,
  });
  return { ...api, endpoint: `${origin}/v1`, faults, things, zones, userData, put };
}

function pageOf(kind: string, all: readonly Thing[], query: URLSearchParams): Answer {
  const perPage = Number(query.get("per_page") ?? 25);
  const page = Number(query.get("page") ?? 1);
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  return {
    status: 200,
    body: {
      [kind]: all.slice((page - 1) * perPage, page * perPage),
      meta: {
        pagination: {
          page,
          per_page: perPage,
          previous_page: page > 1 ? page - 1 : null,
          next_page: page < pages ? page + 1 : null,
          last_page: pages,
          total_entries: all.length,
        },
      },
    },
  };
}
