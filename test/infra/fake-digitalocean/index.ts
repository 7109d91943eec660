import { createHash } from "node:crypto";
import { fakeApi, Refusal } from "../fake-api.ts";
import type { Answer, ApiFaults, FakeApi, Request } from "../fake-api.ts";
import { created, images, regions, sizes } from "./catalogue.ts";
import { problemsWith } from "./conformance.ts";
import { domainsOf } from "./domains.ts";
import type { Domains } from "./domains.ts";

/** DigitalOcean's API as far as its provider needs it, on loopback, with everything in memory. */
export interface FakeDigitalOcean extends Omit<FakeApi, "origin"> {
  readonly endpoint: string;
  /** What goes wrong; tests set it. */
  readonly faults: Faults;
  /** Everything that there is, by the first word of its path. */
  readonly things: Readonly<Record<Kind, Map<string, Thing>>>;
  readonly domains: Omit<Domains, "answer">;
  /** User data of the droplets, by name. */
  readonly userData: ReadonlyMap<string, string>;
  /** Puts something there that nobody asked this test for. */
  put(kind: Kind, id: string, thing: Readonly<Record<string, unknown>>): Thing;
}

export interface Faults extends ApiFaults {
  /** `s-2vcpu-4gb fra1`: cannot be ordered. */
  readonly outOfStock: Set<string>;
  /** The list does not know of it. */
  stockIsStale: boolean;
}

const kinds = [
  "account/keys",
  "tags",
  "vpcs",
  "firewalls",
  "droplets",
  "volumes",
  "reserved_ips",
  "load_balancers",
] as const;

export type Kind = (typeof kinds)[number];
export type Thing = Record<string, unknown>;

/** What one thing is called in an answer, and several of them. */
const words: Readonly<Record<string, readonly [one: string, several: string]>> = {
  "account/keys": ["ssh_key", "ssh_keys"],
  tags: ["tag", "tags"],
  vpcs: ["vpc", "vpcs"],
  firewalls: ["firewall", "firewalls"],
  droplets: ["droplet", "droplets"],
  volumes: ["volume", "volumes"],
  reserved_ips: ["reserved_ip", "reserved_ips"],
  // The name that they had until 2022, and still answer to.
  floating_ips: ["floating_ip", "floating_ips"],
  load_balancers: ["load_balancer", "load_balancers"],
};

export async function fakeDigitalOcean({ address = "192.0.2.20" } = {}): Promise<FakeDigitalOcean> {
  const faults: Faults = { outOfStock: new Set(), stockIsStale: false, limited: 0, cut: undefined };
  const things = Object.fromEntries(
    kinds.map((kind) => [kind, new Map<string, Thing>()]),
  ) as FakeDigitalOcean["things"];
  const userData = new Map<string, string>();
  const actions = new Map<string, Thing>();
  let last = 3_000_000;
  const next = (): number => (last += 1);
  const uuid = (): string => `${String(next()).padStart(8, "0")}-7f31-4ce6-a2bc-475a116cca97`;

  const domains = domainsOf(next, pageOf);

  const find = (kind: Kind, id: string): Thing => {
    const thing = things[kind].get(id);
    if (thing === undefined) throw new Refusal(404, "not_found", "The resource you were accessing could not be found.");
    return thing;
  };
  const put: FakeDigitalOcean["put"] = (kind, id, thing) => {
    const whole = { ...thing };
    things[kind].set(id, whole);
    return whole;
  };
  const invalid = (message: string): Refusal => new Refusal(422, "unprocessable_entity", message);
  const unique = (kind: Kind, field: string, value: unknown, message: string): void => {
    if ([...things[kind].values()].some((thing) => thing[field] === value)) throw invalid(message);
  };
  const regionOf = (slug: unknown): (typeof regions)[number] => {
    const region = regions.find((one) => one.slug === slug);
    if (region === undefined) throw invalid("You specified an invalid region");
    return region;
  };
  const act = (type: string, resource: string, id: number): Thing => {
    const action: Thing = {
      id: next(),
      status: "completed",
      type,
      started_at: created,
      completed_at: created,
      resource_id: id,
      resource_type: resource,
      region_slug: "fra1",
    };
    actions.set(String(action["id"]), action);
    return action;
  };
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

  /** How each kind of thing is made: its id, and what is told of it. */
  const make: Readonly<Record<Kind, (body: Record<string, unknown>) => Thing>> = {
    "account/keys"(body) {
      const bytes = Buffer.from(String(body["public_key"]).split(" ")[1] ?? "", "base64");
      const fingerprint = (createHash("md5").update(bytes).digest("hex").match(/../g) ?? []).join(":");
      unique("account/keys", "fingerprint", fingerprint, "SSH Key is already in use on your account");
      const id = next();
      return put("account/keys", String(id), { id, name: body["name"], fingerprint, public_key: body["public_key"] });
    },
    tags: (body) =>
      put("tags", String(body["name"]), {
        name: body["name"],
        resources: {
          count: 0,
          droplets: { count: 0 },
          images: { count: 0 },
          volumes: { count: 0 },
          volume_snapshots: { count: 0 },
          databases: { count: 0 },
        },
      }),
    vpcs(body) {
      unique("vpcs", "name", body["name"], "a VPC with that name already exists");
      const id = uuid();
      return put("vpcs", id, {
        id,
        urn: `do:vpc:${id}`,
        name: body["name"],
        description: body["description"] ?? "",
        ip_range: `10.${114 + things.vpcs.size}.0.0/20`,
        region: regionOf(body["region"]).slug,
        created_at: created,
        default: false,
      });
    },
    firewalls(body) {
      unique("firewalls", "name", body["name"], "duplicate name: a firewall with that name already exists");
      for (const tag of texts(body["tags"])) if (!things.tags.has(tag)) throw invalid(`tag ${tag} does not exist`);
      const id = uuid();
      return put("firewalls", id, {
        id,
        status: "succeeded",
        created_at: created,
        pending_changes: [],
        ...firewallOf(body),
      });
    },
    droplets(body) {
      const size = sizes(new Set()).find(({ slug }) => slug === body["size"]);
      const region = regionOf(body["region"]);
      const image = images.find(({ slug }) => slug === body["image"]);
      if (size === undefined) throw invalid("You specified an invalid size for Droplet creation.");
      if (image === undefined) throw invalid("You specified an invalid image for Droplet creation.");
      if (!size.regions.includes(region.slug) || faults.outOfStock.has(`${size.slug} ${region.slug}`))
        throw invalid("Size is not available in this region.");
      const prints = [...things["account/keys"].values()].map((key) => key["fingerprint"]);
      for (const print of texts(body["ssh_keys"]))
        if (!prints.includes(print)) throw invalid(`${print} are invalid key identifiers for Droplet creation.`);
      const vpc = find("vpcs", String(body["vpc_uuid"]));
      const id = next();
      const number = things.droplets.size;
      userData.set(String(body["name"]), typeof body["user_data"] === "string" ? body["user_data"] : "");
      return put("droplets", String(id), {
        id,
        name: body["name"],
        memory: size.memory,
        vcpus: size.vcpus,
        disk: size.disk,
        region,
        image,
        size,
        size_slug: size.slug,
        backup_ids: [],
        next_backup_window: null,
        snapshot_ids: [],
        features: [
          "private_networking",
          ...(body["ipv6"] === true ? ["ipv6"] : []),
          ...(body["backups"] === true ? ["backups"] : []),
        ],
        locked: false,
        status: "active",
        networks: {
          v4: [
            {
              ip_address: `198.51.100.${number + 10}`,
              netmask: "255.255.255.0",
              gateway: "198.51.100.1",
              type: "public",
            },
            { ip_address: `10.114.0.${number + 2}`, netmask: "255.255.240.0", gateway: "10.114.0.1", type: "private" },
          ],
          v6:
            body["ipv6"] === true
              ? [{ ip_address: `2001:db8::${number + 10}`, netmask: 64, gateway: "2001:db8::1", type: "public" }]
              : [],
        },
        created_at: created,
        kernel: null,
        tags: texts(body["tags"]),
        volume_ids: [],
        vpc_uuid: vpc["id"],
      });
    },
    volumes(body) {
      unique("volumes", "name", body["name"], "name already exists in region");
      const id = uuid();
      return put("volumes", id, {
        id,
        region: regionOf(body["region"]),
        name: body["name"],
        size_gigabytes: body["size_gigabytes"],
        description: body["description"] ?? "",
        droplet_ids: [],
        created_at: created,
        filesystem_type: body["filesystem_type"] ?? "",
        filesystem_label: "",
        tags: texts(body["tags"]),
      });
    },
    reserved_ips(body) {
      const ip = address.replace(/\d+$/, (tail) => String(Number(tail) + things.reserved_ips.size));
      return put("reserved_ips", ip, {
        ip,
        region: regionOf(body["region"]),
        droplet: null,
        locked: false,
        project_id: "00000000-7f31-4ce6-a2bc-475a116cca97",
      });
    },
    load_balancers() {
      throw invalid("this fake makes no load balancers");
    },
  };

  function firewallOf(body: Record<string, unknown>): Thing {
    // The API says 0 for all ports, and names only the sources that there are.
    const rules = (list: unknown, ends: string): readonly Thing[] =>
      ((list ?? []) as readonly Thing[]).map((rule) => ({
        protocol: rule["protocol"],
        ports: rule["ports"] === "all" || rule["ports"] === undefined ? "0" : rule["ports"],
        [ends]: rule[ends],
      }));
    return {
      name: body["name"],
      inbound_rules: rules(body["inbound_rules"], "sources"),
      outbound_rules: rules(body["outbound_rules"], "destinations"),
      droplet_ids: body["droplet_ids"] ?? [],
      tags: texts(body["tags"]),
    };
  }

  function dropletAction(droplet: Thing, body: Record<string, unknown>): Thing {
    const type = String(body["type"]);
    const features = texts(droplet["features"]);
    switch (type) {
      case "power_off":
      case "shutdown":
        droplet["status"] = "off";
        break;
      case "power_on":
        droplet["status"] = "active";
        break;
      case "resize": {
        const size = sizes(new Set()).find(({ slug }) => slug === body["size"]);
        if (size === undefined) throw invalid("You specified an invalid size for Droplet creation.");
        Object.assign(droplet, { size, size_slug: size.slug, memory: size.memory, vcpus: size.vcpus });
        break;
      }
      case "enable_backups":
        droplet["features"] = [...features, "backups"];
        break;
      case "disable_backups":
        droplet["features"] = features.filter((one) => one !== "backups");
        break;
      default:
        throw invalid(`no action ${type} of droplets`);
    }
    return act(type, "droplet", Number(droplet["id"]));
  }

  function volumeAction(volume: Thing, body: Record<string, unknown>): Thing {
    const type = String(body["type"]);
    const droplet = find("droplets", texts([body["droplet_id"] ?? texts(volume["droplet_ids"])[0]])[0] ?? "");
    if (type === "attach") {
      if (texts(volume["droplet_ids"]).length > 0) throw invalid("This volume is attached to another droplet.");
      volume["droplet_ids"] = [droplet["id"]];
      droplet["volume_ids"] = [volume["id"]];
    } else if (type === "detach") {
      volume["droplet_ids"] = [];
      droplet["volume_ids"] = [];
    } else if (type === "resize") volume["size_gigabytes"] = body["size_gigabytes"];
    else throw invalid(`no action ${type} of volumes`);
    return act(type, "backend", Number(droplet["id"]));
  }

  function addressAction(ip: Thing, body: Record<string, unknown>): Thing {
    const type = String(body["type"]);
    if (type === "assign") {
      const droplet = find("droplets", String(body["droplet_id"]));
      if ((droplet["region"] as Thing)["slug"] !== (ip["region"] as Thing)["slug"])
        throw invalid("The reserved IP and the Droplet must be in the same region.");
      if ([...things.reserved_ips.values()].some((one) => one !== ip && one["droplet"] === droplet))
        throw invalid("The Droplet already has a reserved IP.");
      ip["droplet"] = droplet;
    } else if (type === "unassign" && ip["droplet"] === null) throw invalid("The floating IP is not assigned.");
    else if (type === "unassign") ip["droplet"] = null;
    else throw invalid(`no action ${type} of addresses`);
    return act(type === "assign" ? "assign_ip" : "unassign_ip", "floating_ip", 0);
  }

  function remove(kind: Kind, id: string): Answer {
    const thing = find(kind, id);
    if (kind === "volumes" && texts(thing["droplet_ids"]).length > 0)
      throw new Refusal(409, "conflict", "volume is attached to a droplet");
    if (kind === "vpcs" && [...things.droplets.values()].some((droplet) => droplet["vpc_uuid"] === id))
      throw new Refusal(409, "conflict", "Can not delete VPC with members");
    things[kind].delete(id);
    if (kind === "droplets") {
      for (const ip of things.reserved_ips.values()) if (ip["droplet"] === thing) ip["droplet"] = null;
      for (const volume of things.volumes.values())
        if (texts(volume["droplet_ids"]).includes(id)) volume["droplet_ids"] = [];
    }
    return { status: 204 };
  }

  /** Puts a tag on things, or takes it away. */
  function retag(tag: string, { method, body }: Request): Answer {
    for (const { resource_id: id, resource_type: type } of body["resources"] as readonly Record<string, string>[]) {
      const thing = find(type === "volume" ? "volumes" : "droplets", String(id));
      const others = texts(thing["tags"]).filter((one) => one !== tag);
      thing["tags"] = method === "DELETE" ? others : [...others, tag];
    }
    return { status: 204 };
  }

  function answerTo(request: Request): Answer {
    const { method, path, query, body } = request;
    if (path.startsWith("/domains")) return domains.answer(request);
    const [first = "", id, more, action] = path.slice(1).replace("account/keys", "account+keys").split("/");
    const asked = first.replace("+", "/");
    const stock = faults.stockIsStale ? new Set<string>() : faults.outOfStock;
    if (asked === "sizes") return pageOf("sizes", sizes(stock), query);
    if (asked === "regions") return pageOf("regions", regions, query);
    if (asked === "actions") return { status: 200, body: { action: actions.get(String(id)) ?? {} } };
    const kind = (asked === "floating_ips" ? "reserved_ips" : asked) as Kind;
    const [one, several] = words[asked] ?? ["", ""];
    if (one === "") throw new Refusal(404, "not_found", `no ${path}`);

    if (id === undefined) {
      if (method === "GET") {
        const tag = query.get("tag_name");
        const name = query.get("name");
        const all = [...things[kind].values()].filter(
          (thing) => (tag === null || texts(thing["tags"]).includes(tag)) && (name === null || thing["name"] === name),
        );
        return pageOf(several, all, query);
      }
      return { status: kind === "droplets" ? 202 : 201, body: { [one]: make[kind](body) } };
    }
    if (kind === "tags" && more === "resources") return retag(id, request);
    if (more === "actions" && action !== undefined) return { status: 200, body: { action: actions.get(action) ?? {} } };
    if (more === "actions") {
      const thing = find(kind, id);
      const change = { droplets: dropletAction, volumes: volumeAction, reserved_ips: addressAction }[
        kind as "droplets" | "volumes" | "reserved_ips"
      ];
      return { status: 201, body: { action: change(thing, body) } };
    }
    if (method === "DELETE") return remove(kind, id);
    const thing = find(kind, id);
    if (method === "PUT" || method === "PATCH")
      Object.assign(thing, kind === "firewalls" ? firewallOf(body) : definedOf(body));
    return { status: 200, body: { [one]: thing } };
  }

  const { origin, ...api } = await fakeApi({
    version: "/v2",
    faults,
    headers: { "ratelimit-limit": "5000", "ratelimit-remaining": "4000", "ratelimit-reset": "1800000000" },
    unauthorized: new Refusal(401, "Unauthorized", "Unable to authenticate you"),
    limit: new Refusal(429, "too_many_requests", "API Rate limit exceeded."),
    answer: answerTo,
    refuse: ({ code, message }) => ({ id: code, message, request_id: "4d9d8375-3c56-4925-a3e7-eb137fed17e9" }),
    problemsWith,
  });
  return { ...api, endpoint: origin, faults, things, domains, userData, put };
}

function definedOf(body: Record<string, unknown>): Thing {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function pageOf(key: string, all: readonly object[], query: URLSearchParams): Answer {
  const perPage = Number(query.get("per_page") ?? 20);
  const page = Number(query.get("page") ?? 1);
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const next = page < pages ? { pages: { next: `https://api.digitalocean.com/v2/x?page=${page + 1}` } } : {};
  return {
    status: 200,
    body: { [key]: all.slice((page - 1) * perPage, page * perPage), links: next, meta: { total: all.length } },
  };
}
