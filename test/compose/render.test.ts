import { describe, expect, test } from "vitest";
import { replicaAddresses } from "../../src/compose/index.ts";
import { composeConfig, folderWith, loadApp, noCompose, render, secretValue, writeAll } from "./helpers.ts";

const shop = {
  "wherry.yaml": `app: shop
services:
  frontend: { route: shop.example.com, health: / }
  backend: { route: { host: shop.example.com, path: /api }, health: /healthz }
environments:
  production: { server: local, secrets: [DB_PASSWORD], values: { LOG_LEVEL: "no" } }
`,
  "compose.yaml": `services:
  frontend:
    build: ./frontend
    container_name: shop-frontend
    ports: ["80:80"]
    networks: [front]
    depends_on: [backend]
    configs: [{ source: nginx, target: /etc/nginx/conf.d/default.conf, mode: 0440 }]
    labels: { "com.example.team": "a$$b" }
  backend:
    build: ./backend
    environment:
      DB_URL: mongodb://app:\${DB_PASSWORD}@mongo/shop
      LOG: \${LOG_LEVEL:-info}
      HOME_IS: "$$HOME"
    command: ["node", "server.js", "--name=$\${HOSTNAME}"]
    expose: [5000]
    deploy: { replicas: 2, resources: { limits: { memory: 256M, cpus: "0.5" } } }
    networks: { front: { aliases: [api] }, back: , monitoring: }
    depends_on: { mongo: { condition: service_healthy }, migrate: { condition: service_completed_successfully }, cache: { condition: service_started } }
    secrets: [db_password]
    volumes: ["./app.conf:/etc/app.conf:ro", "uploads:/uploads:ro"]
    stop_grace_period: 45s
  migrate:
    build: ./backend
    command: node migrate.js
    networks: [back]
    environment: { DB_PASSWORD: }
    depends_on: { mongo: { condition: service_healthy } }
  cache:
    image: memcached:1
    scale: 2
    networks: [back]
    gpus: all
    devices: [/dev/null:/dev/xnull]
  mongo:
    image: mongo:7
    volumes: ["mongo-data:/data/db", "./init:/docker-entrypoint-initdb.d:ro", "./backup:/backup", "/var/run/docker.sock:/s:ro"]
    networks: [back]
    hostname: mongo-0
    secrets: [db_password, { source: key, target: /k }]
    healthcheck: { test: [CMD, mongosh, "--eval", "db.runCommand('ping')"], interval: 5s }
networks:
  front: { driver_opts: { com.docker.network.driver.mtu: "1400" }, labels: { tier: front } }
  back: { internal: true }
  monitoring: { external: true, name: mon }
volumes: { mongo-data: { labels: { keep: "yes" } }, uploads: }
secrets: { db_password: { environment: DB_PASSWORD }, key: { file: ./key.bin } }
configs: { nginx: { content: "server { return 200 $$host-\${DB_PASSWORD}; }" } }
`,
  "app.conf": "level = 1\n",
  "key.bin": "\u0000key",
  "init/1.js": "db.x.insert({})",
  "init/more/2.sh": "#!/bin/sh\n",
};

describe.skipIf(noCompose !== undefined)("a rendered release", () => {
  test("is as in the golden files", async () => {
    const app = await loadApp(folderWith(shop));

    const files = render(app);

    expect(files.map((file) => `${file.mode.toString(8)} ${file.path}`)).toMatchInlineSnapshot(`
      [
        "644 compose.yaml",
        "644 files/binds/3a476fd9-app.conf",
        "444 files/configs/nginx",
        "444 files/secrets/db_password",
        "644 oneoff.yaml",
        "600 secrets.yaml",
        "644 base/compose.yaml",
        "644 base/files/binds/bb54068a-init/1.js",
        "644 base/files/binds/bb54068a-init/more/2.sh",
        "444 base/files/secrets/db_password",
        "444 base/files/secrets/key",
      ]
    `);
    for (const file of files)
      await expect(Buffer.from(file.content).toString()).toMatchFileSnapshot(`golden/shop/${file.path}`);
  });

  test("is read back by docker compose with everything that was asked for", async () => {
    const app = await loadApp(folderWith(shop));
    const files = render(app);
    const folder = folderWith({});
    writeAll(
      folder,
      files.map((file) => [file.path, file.content]),
    );

    const release = composeConfig(folder, ["compose.yaml", "secrets.yaml"], app.model);
    const base = composeConfig(`${folder}/base`, ["compose.yaml"], app.model);

    expect(Object.keys(release.services)).toEqual(["backend", "backend-r2", "cache", "frontend", "migrate"]);
    expect(Object.keys(base.services)).toEqual(["mongo"]);
    expect(release.services["backend"]?.environment).toEqual({
      DB_URL: `mongodb://app:${secretValue}@mongo/shop`.replaceAll("$", "$$$$"),
      LOG: "no",
      HOME_IS: "$$HOME",
    });
    expect(release.services["backend"]?.labels).toMatchObject({
      "wherry.slot": "blue",
      "wherry.release": "20261124-3f2a",
    });
    expect(release.networks["front"]).toMatchObject({
      name: "shop-production-blue-front",
      ipam: { config: [{ subnet: "10.213.2.0/24", gateway: "10.213.2.1", ip_range: "10.213.2.128/25" }] },
    });
    expect(base.networks["back"]?.name).toBe("shop-production-base-back");
    const addressed = Object.entries(release.services).flatMap(([name, service]) =>
      Object.values(service.networks ?? {}).flatMap((network) =>
        network?.["ipv4_address"] === undefined ? [] : [`${name} ${network["ipv4_address"] as string}`],
      ),
    );
    expect(addressed).toEqual(["backend 10.213.2.10", "backend-r2 10.213.2.11", "frontend 10.213.2.12"]);
    expect(replicaAddresses(app.model).get("backend")).toEqual([
      { networkIndex: 1, lastOctet: 10 },
      { networkIndex: 1, lastOctet: 11 },
    ]);
  });

  test("has its secrets in closed files alone, byte for byte", async () => {
    const app = await loadApp(folderWith(shop));

    const files = render(app);

    const content = (path: string): string =>
      Buffer.from(files.find((file) => file.path === path)?.content ?? "").toString();
    expect(content("files/secrets/db_password")).toBe(secretValue);
    expect(content("files/configs/nginx")).toBe(`server { return 200 $host-${secretValue}; }`);
    expect(content("base/files/secrets/key")).toBe("\u0000key");
    const holders = files.filter((file) => Buffer.from(file.content).toString().includes("second line"));
    expect(holders.map((file) => file.path)).toEqual([
      "files/configs/nginx",
      "files/secrets/db_password",
      "secrets.yaml",
      "base/files/secrets/db_password",
    ]);
    expect(files.find((file) => file.path === "secrets.yaml")?.mode).toBe(0o600);
    expect(files.every((file) => !Buffer.from(file.content).toString().includes("WHERRY_SECRET"))).toBe(true);
  });

  test("starts one-off containers without the fixed addresses", async () => {
    const app = await loadApp(folderWith(shop));
    const folder = folderWith({});
    writeAll(
      folder,
      render(app).map((file) => [file.path, file.content]),
    );

    const { services } = composeConfig(folder, ["compose.yaml", "secrets.yaml", "oneoff.yaml"], app.model);

    expect(JSON.stringify(services)).not.toContain("ipv4_address");
    expect(Object.keys(services["backend"]?.networks ?? {})).toEqual(["back", "front", "monitoring"]);
  });

  test("does not depend on the machine, the folder or the call", async () => {
    const [one, other] = [await loadApp(folderWith(shop)), await loadApp(folderWith(shop))];

    expect(render(one)).toEqual(render(other));
    expect(one.model.services.map((service) => service.definition)).toEqual(
      other.model.services.map((service) => service.definition),
    );
  });

  test("of services that all keep data has base files alone", async () => {
    const app = await loadApp(
      folderWith({
        "compose.yaml": `services: { db: { image: postgres, volumes: ["data:/d"] } }\nvolumes: { data: { name: mine } }`,
        "wherry.yaml": "app: a\nenvironments: { production: { server: local } }",
      }),
    );

    const files = render(app);

    expect(files.map((file) => file.path)).toEqual(["base/compose.yaml"]);
    expect(String(files[0]?.content)).toContain("name: mine");
  });
});
