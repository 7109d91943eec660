import { describe, expect, test } from "vitest";
import { understand } from "../../src/compose/index.ts";
import type { AppModel, ServiceModel } from "../../src/compose/index.ts";
import type { BindSource, ComposeProject, ResolvedDocument, ResolvedService } from "../../src/compose/project.ts";
import type { ServiceSettings } from "../../src/config/index.ts";
import { resolved, routed, settingsWith } from "./helpers.ts";

type Services = Readonly<Record<string, ResolvedService>>;

const model = (
  services: Services,
  settings: Readonly<Record<string, Partial<ServiceSettings>>> = {},
  document: Partial<ResolvedDocument> = {},
  rest: Partial<ComposeProject> = {},
): AppModel => understand(resolved({ ...document, services }, rest), settingsWith(settings));

const one = (
  service: ResolvedService,
  settings: Partial<ServiceSettings> = {},
  document: Partial<ResolvedDocument> = {},
  rest: Partial<ComposeProject> = {},
): ServiceModel => {
  const [found] = model({ web: service }, { web: settings }, document, rest).services;
  if (found === undefined) throw new Error("no service");
  return found;
};

const said = (app: AppModel): readonly string[] => app.notices.map((notice) => `${notice.severity} ${notice.code}`);
const bind = (source: string, found: BindSource): Partial<ComposeProject> => ({ binds: new Map([[source, found]]) });
const volume = { type: "volume", source: "data", target: "/data" } as const;
const done = { condition: "service_completed_successfully" } as const;
const started = { condition: "service_started" } as const;

describe("a service is classified", () => {
  test.each<[string, ResolvedService, Partial<ServiceSettings>, Partial<ComposeProject>, string, string]>([
    [
      "routed where it has a route",
      { image: "a", expose: [80] },
      routed(),
      {},
      "routed release",
      "gets the traffic of shop.example.com",
    ],
    ["worker where it has none", { image: "a" }, {}, {}, "worker release", "gets no traffic and keeps no data"],
    [
      "stateful with a named volume",
      { image: "a", volumes: [volume] },
      {},
      {},
      "stateful base",
      "keeps data in the volume data",
    ],
    [
      "no data in a read-only volume",
      { image: "a", volumes: [{ ...volume, read_only: true }] },
      {},
      {},
      "worker release",
      "gets no traffic and keeps no data",
    ],
    [
      "no data in an anonymous volume",
      { image: "a", volumes: [{ type: "volume", target: "/app/node_modules" }] },
      {},
      {},
      "worker release",
      "gets no traffic and keeps no data",
    ],
    [
      "stateful with a folder of the server",
      { image: "a", volumes: [{ type: "bind", source: "/srv/x", target: "/x" }] },
      {},
      bind("/srv/x", { kind: "server" }),
      "stateful base",
      "keeps data in /srv/x on the server",
    ],
    [
      "no data in Docker's socket",
      { image: "a", volumes: [{ type: "bind", source: "/var/run/docker.sock", target: "/s" }] },
      {},
      bind("/var/run/docker.sock", { kind: "server" }),
      "worker release",
      "gets no traffic and keeps no data",
    ],
    [
      "stateful with a relative folder that the project lacks",
      { image: "a", volumes: [{ type: "bind", source: "/app/pg", target: "/x" }] },
      {},
      bind("/app/pg", { kind: "data", path: "pg", ignored: false }),
      "stateful base",
      "keeps data in the folder pg",
    ],
    [
      "no data in files of the project",
      { image: "a", volumes: [{ type: "bind", source: "/app/c", target: "/x" }] },
      {},
      bind("/app/c", { kind: "folder", path: "c", files: [], ignored: false }),
      "worker release",
      "gets no traffic and keeps no data",
    ],
    [
      "stateful with a data image",
      { image: "docker.io/library/postgres:17@sha256:0" },
      {},
      {},
      "stateful base",
      "runs the image docker.io/library/postgres:17@sha256:0, which keeps data",
    ],
    [
      "stateful with a data image of a registry with a port",
      { image: "registry.example.com:5000/bitnami/postgresql" },
      {},
      {},
      "stateful base",
      "runs the image registry.example.com:5000/bitnami/postgresql, which keeps data",
    ],
    [
      "stateful by the user's word",
      { image: "a" },
      { stateful: true },
      {},
      "stateful base",
      "stateful: true in wherry.yaml",
    ],
    [
      "not stateful by the user's word",
      { image: "redis" },
      { stateful: false },
      {},
      "worker release",
      "stateful: false in wherry.yaml",
    ],
    [
      "in place where it publishes a port",
      { image: "a", ports: [{ target: 25, published: "25" }] },
      {},
      {},
      "worker base",
      "publishes port 25, which two releases cannot both have",
    ],
    [
      "not in place where Docker chooses the port",
      { image: "a", ports: [{ target: 25 }] },
      {},
      {},
      "worker release",
      "gets no traffic and keeps no data",
    ],
    [
      "routed and in place where it keeps data",
      { image: "a", expose: [80], volumes: [volume] },
      routed("/x"),
      {},
      "routed base",
      "gets the traffic of shop.example.com/x and keeps data in the volume data",
    ],
    [
      "routed where old and new may share the data",
      { image: "a", expose: [80], volumes: [volume] },
      { ...routed(), stateful: false },
      {},
      "routed release",
      "gets the traffic of shop.example.com",
    ],
  ])("%s", (_what, service, settings, rest, expected, reason) => {
    const found = one(service, settings, { volumes: { data: {} } }, rest);

    expect(`${found.kind} ${found.placement}`).toBe(expected);
    expect(found.reason).toBe(reason);
  });

  test("a job where others wait for its end, in the order of their waiting", () => {
    const app = model({
      web: { image: "a", depends_on: { seed: done } },
      seed: { image: "a", depends_on: { migrate: done, db: { condition: "service_healthy" } } },
      migrate: { image: "a" },
      another: { image: "a" },
      worker: { image: "a", depends_on: { another: done } },
      db: { image: "postgres", volumes: [volume] },
    });

    expect(app.services.filter((service) => service.kind === "job").map((service) => service.name)).toEqual([
      "another",
      "migrate",
      "seed",
    ]);
    expect(app.jobs).toEqual(["another", "migrate", "seed"]);
    expect(app.services.find((service) => service.name === "seed")?.reason).toBe("web waits for its end");
  });

  test("a job for base services alone belongs to the base", () => {
    const app = model({
      db: { image: "postgres", depends_on: { permissions: done } },
      permissions: { image: "a", depends_on: { first: done } },
      first: { image: "a" },
      web: { image: "a" },
    });

    expect(app.services.filter((service) => service.placement === "base").map((service) => service.name)).toEqual([
      "db",
      "first",
      "permissions",
    ]);
    expect(app.jobs).toEqual([]);
    expect(said(app).filter((line) => line.startsWith("error"))).toEqual([]);
  });
});

describe("the port of a routed service", () => {
  test.each<[string, ResolvedService, number | undefined, number | undefined]>([
    ["is what wherry.yaml says", { image: "a", expose: [1] }, 5000, 5000],
    [
      "is the one exposed",
      { image: "a", expose: ["8080/tcp"], ports: [{ target: 9, published: "9" }] },
      undefined,
      8080,
    ],
    [
      "is the one published",
      {
        image: "a",
        ports: [
          { target: 80, published: "8080" },
          { target: 53, protocol: "udp" },
        ],
      },
      undefined,
      80,
    ],
    ["is unknown where there are two", { image: "a", expose: [80, 81] }, undefined, undefined],
    ["is unknown in a range", { image: "a", expose: ["80-81"] }, undefined, undefined],
    ["is unknown where there is none", { image: "a" }, undefined, undefined],
  ])("%s", (_what, service, port, expected) => {
    const app = model({ web: service }, { web: { ...routed(), port } });

    expect(app.services[0]?.port).toBe(expected);
    expect(said(app).includes("error port-unknown")).toBe(expected === undefined);
  });
});

describe("what is deployed in another way is said, what cannot be deployed is refused", () => {
  test.each<[string, string, Services, Readonly<Record<string, Partial<ServiceSettings>>>, Partial<ResolvedDocument>?]>(
    [
      [
        "note port-dropped",
        "a published port of a routed service",
        { web: { image: "a", ports: [{ target: 80, published: "80" }] } },
        { web: routed() },
      ],
      [
        "warning port-lost",
        "another published port of a routed service",
        { web: { image: "a", ports: [{ target: 22, published: "222" }] } },
        { web: { ...routed(), port: 80 } },
      ],
      [
        "error port-of-proxy",
        "port 443 of a worker",
        { web: { image: "a", ports: [{ target: 443, published: "443" }] } },
        {},
      ],
      [
        "warning port-open",
        "a port of a routed service in place",
        { web: { image: "a", ports: [{ target: 22, published: "222" }], volumes: [volume] } },
        { web: { ...routed(), port: 80 } },
        { volumes: { data: {} } },
      ],
      [
        "warning port-open",
        "a published port on all addresses",
        { db: { image: "postgres", ports: [{ target: 5432, published: "5432" }] } },
        {},
      ],
      ["note container-name", "container_name", { web: { image: "a", container_name: "x" } }, {}],
      [
        "warning routed-and-stateful",
        "a routed service that keeps data",
        { web: { image: "a", expose: [80], volumes: [volume] } },
        { web: routed() },
        { volumes: { data: {} } },
      ],
      [
        "warning data-shared",
        "stateful: false with data",
        { web: { image: "a", volumes: [volume] } },
        { web: { stateful: false } },
        { volumes: { data: {} } },
      ],
      ["warning data-without-volume", "a database without a volume", { db: { image: "mysql:8" } }, {}],
      ["warning host-network", "a worker on the server's network", { agent: { image: "a", network_mode: "host" } }, {}],
      ["warning restart", "restart: no", { w: { image: "a", restart: "no" } }, {}],
      ["note restart-added", "no restart", { w: { image: "a" } }, {}],
      ["warning unset-in-environment", "a variable without value", { w: { image: "a", environment: { A: null } } }, {}],
      [
        "note traefik-labels",
        "labels for Traefik",
        { w: { image: "a", labels: { "traefik.http.routers.x.rule": "y" } } },
        {},
      ],
      ["note no-routes", "no route at all", { w: { image: "a" } }, {}],
      [
        "note no-health",
        "no health check",
        { web: { image: "a", expose: [80] } },
        { web: { ...routed(), health: undefined } },
      ],
      [
        "note network-subnet",
        "a subnet",
        { w: { image: "a" } },
        {},
        { networks: { default: { ipam: { config: [{ subnet: "10.0.0.0/8" }] } } } },
      ],
      [
        "note network-name",
        "a name of a network",
        { w: { image: "a" } },
        {},
        { networks: { default: { name: "proxy" } } },
      ],
      [
        "note fixed-address",
        "a fixed address",
        { w: { image: "a", networks: { default: { ipv4_address: "10.0.0.2" } } } },
        {},
      ],
      [
        "note default-network",
        "only external networks",
        { web: { image: "a", expose: [80], networks: { ext: null } } },
        { web: routed() },
        { networks: { ext: { external: true }, default: {} } },
      ],
      ["note deploy-mode", "deploy.mode: global", { w: { image: "a", deploy: { mode: "global" } } }, {}],
      [
        "note translated-key",
        "deploy.update_config",
        { w: { image: "a", deploy: { update_config: { parallelism: 1 } } } },
        {},
      ],
      ["note translated-key", "pull_policy", { w: { image: "a", pull_policy: "always" } }, {}],
      [
        "note anonymous-volume",
        "a volume without name",
        { w: { image: "a", volumes: [{ type: "volume", target: "/x" }] } },
        {},
      ],
      ["note file-owner", "the mode of a config", { w: { image: "a", configs: [{ source: "c", mode: "0440" }] } }, {}],
      ["error refused-key", "volumes_from", { w: { image: "a", volumes_from: ["x"] } }, {}],
      ["error refused-key", "models at the top", { w: { image: "a" } }, {}, { models: { m: { model: "x" } } }],
      ["error refused-key", "an external config", { w: { image: "a" } }, {}, { configs: { s: { external: true } } }],
      ["error unknown-key", "a key of tomorrow", { w: { image: "a", teleport: true } }, {}],
      ["error unknown-service", "settings of a service that is not there", { web: { image: "a" } }, { wbe: {} }],
      [
        "error setting-without-route",
        "health of a service without route",
        { web: { image: "a" } },
        { web: { health: { path: "/", interval: 1, timeout: 1, successes: 1, deadline: 1 } } },
      ],
      [
        "error routed-network-mode",
        "network_mode on a routed service",
        { web: { image: "a", expose: [80], network_mode: "host" } },
        { web: routed() },
      ],
      ["error tied-to-container", "network_mode: container:x", { w: { image: "a", network_mode: "container:x" } }, {}],
      [
        "error tied-across",
        "network_mode: service:x across placements",
        { w: { image: "a", network_mode: "service:db" }, db: { image: "postgres" } },
        {},
      ],
      ["error base-replicas", "two replicas of a database", { db: { image: "postgres", scale: 2 } }, {}],
      [
        "error singleton-replicas",
        "two replicas of a singleton",
        { w: { image: "a", deploy: { replicas: 2 } } },
        { w: { singleton: true } },
      ],
      [
        "error no-replicas",
        "no replica of a routed service",
        { web: { image: "a", expose: [80], scale: 0 } },
        { web: routed() },
      ],
      [
        "error replica-name",
        "a service named as a replica",
        { web: { image: "a", expose: [80], scale: 2 }, "web-r2": { image: "a" } },
        { web: routed() },
      ],
      [
        "error too-many-replicas",
        "more replicas than addresses",
        { web: { image: "a", expose: [80], scale: 119 } },
        { web: routed() },
      ],
      [
        "error base-needs-release",
        "a database that waits for a worker",
        { db: { image: "postgres", depends_on: { w: started } }, w: { image: "a" } },
        {},
      ],
      [
        "error job-with-settings",
        "a job with a route",
        { web: { image: "a", depends_on: { j: done } }, j: { image: "a" } },
        { j: routed() },
      ],
      [
        "error network-driver",
        "an overlay network",
        { w: { image: "a" } },
        {},
        { networks: { default: { driver: "overlay" } } },
      ],
      [
        "error deploy-mode",
        "deploy.mode: replicated-job",
        { w: { image: "a", deploy: { mode: "replicated-job" } } },
        {},
      ],
      ["error reserved-label", "a label of ours", { w: { image: "a", labels: { "wherry.app": "x" } } }, {}],
      [
        "error mount-type",
        "a cluster volume",
        { w: { image: "a", volumes: [{ type: "cluster", source: "x", target: "/x" }] } },
        {},
      ],
      [
        "error no-own-network",
        "an external default network alone",
        { web: { image: "a", expose: [80] } },
        { web: routed() },
        { networks: { default: { external: true } } },
      ],
    ],
  )("%s: %s", (expected, _what, services, settings, document) => {
    expect(said(model(services, settings, document))).toContain(expected);
  });

  test("an ordinary app has nothing to be said about but restart", () => {
    const app = model(
      {
        web: { image: "a", expose: [80], depends_on: { db: started } },
        db: { image: "postgres", restart: "always", volumes: [volume] },
      },
      { web: routed() },
      { volumes: { data: {} } },
    );

    expect(said(app)).toEqual(["note restart-added"]);
  });

  test("a service may be named as a property of every object", () => {
    expect(
      model({ constructor: { image: "a" }, toString: { image: "a" } }).services.map((service) => service.kind),
    ).toEqual(["worker", "worker"]);
  });

  test("a misspelt service has a suggestion", () => {
    expect(model({ frontend: { image: "a" } }, { frontned: {} }).notices[0]).toMatchObject({
      hint: "did you mean frontend?",
      at: { file: "wherry.yaml" },
    });
  });
});

describe("networks", () => {
  const networks = { front: {}, back: { internal: true }, away: { external: true } };

  test("are those that Wherry makes, with every name under which a service is known", () => {
    const app = model(
      {
        web: {
          image: "a",
          expose: [80],
          networks: { back: null, front: { aliases: ["www"] }, away: null },
          links: ["db:database"],
        },
        db: { image: "postgres", container_name: "shop-db", networks: { back: null } },
      },
      { web: routed() },
      { networks },
    );

    expect(app.releaseNetworks).toEqual(["back", "front"]);
    expect(app.baseNetworks).toEqual(["back"]);
    expect(app.services.map((service) => service.networks)).toEqual([
      [{ name: "back", aliases: ["db", "shop-db", "database"] }],
      [
        { name: "back", aliases: ["web"] },
        { name: "front", aliases: ["web", "www"] },
      ],
    ]);
  });

  test("the proxy uses the first one by name that is not internal, else the first", () => {
    expect(one({ image: "a", networks: { back: null, front: null } }, routed(), { networks }).proxyNetwork).toBe(
      "front",
    );
    expect(one({ image: "a", networks: { back: null } }, routed(), { networks }).proxyNetwork).toBe("back");
    expect(one({ image: "a", networks: { front: null } }, {}, { networks }).proxyNetwork).toBeUndefined();
  });
});

describe("the definition of a service", () => {
  const db = { image: "postgres:16", environment: { A: "1" }, volumes: [volume], networks: { back: null } };
  const app = (
    service: ResolvedService,
    others: Services = {},
    rest: Partial<ComposeProject> = {},
  ): string | undefined =>
    model({ db: service, ...others }, {}, { volumes: { data: {} }, networks: { back: {}, a: {} } }, rest).services.find(
      (found) => found.name === "db",
    )?.definition;

  test("stays the same with another image, other services, another path of the project and another placeholder", () => {
    const same = app(db);

    expect(app({ ...db, image: "postgres:17" })).toBe(same);
    expect(
      app(db, { web: { image: "a", networks: { a: null } }, other: { image: "redis", networks: { a: null } } }),
    ).toBe(same);
    expect(app({ ...db, depends_on: {}, pull_policy: "always" })).toBe(same);
    const secret = (token: string): string | undefined =>
      app({ ...db, environment: { A: token } }, {}, { placeholders: new Map([[token, "PASSWORD"]]) });
    expect(secret("WHERRY_1")).toBe(secret("WHERRY_2"));
    expect(secret("WHERRY_1")).not.toBe(same);
    const shipped = (source: string, content: string): string | undefined =>
      app(
        { ...db, volumes: [{ type: "bind", source, target: "/c", read_only: true }] },
        {},
        bind(source, {
          kind: "file",
          path: "c",
          ignored: false,
          files: [{ path: "", content: Buffer.from(content), executable: false }],
        }),
      );
    expect(shipped("/a/c", "1")).toBe(shipped("/b/c", "1"));
    expect(shipped("/a/c", "1")).not.toBe(shipped("/a/c", "2"));
  });

  test("is another one with another variable, volume, network or config", () => {
    const variants = [
      app(db),
      app({ ...db, environment: { A: "2" } }),
      app({ ...db, volumes: [] }),
      app({ ...db, networks: { a: null } }),
      app({ ...db, networks: { back: { aliases: ["x"] } } }),
      app({ ...db, configs: [{ source: "c" }] }, {}, { configFiles: new Map([["c", Buffer.from("1")]]) }),
      app({ ...db, configs: [{ source: "c" }] }, {}, { configFiles: new Map([["c", Buffer.from("2")]]) }),
    ];

    expect(new Set(variants).size).toBe(variants.length);
  });
});

test("volumes that only releases mount are to be made before", () => {
  const app = model(
    {
      web: {
        image: "a",
        expose: [80],
        volumes: [volume, { type: "volume", source: "shared", target: "/s", read_only: true }],
      },
      db: { image: "postgres", volumes: [{ type: "volume", source: "shared", target: "/d" }] },
    },
    { web: { ...routed(), stateful: false } },
    { volumes: { data: { driver: "local", driver_opts: { type: "nfs" } }, shared: {} } },
  );

  expect(app.releaseVolumes).toEqual([
    {
      name: "shop-production_data",
      driver: "local",
      driverOptions: { type: "nfs" },
      labels: { "wherry.app": "shop", "wherry.environment": "production" },
    },
  ]);
});
