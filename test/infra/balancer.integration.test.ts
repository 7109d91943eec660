import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyInfra, destroyInfra, planInfra, proposeInfra } from "../../src/infra/index.ts";
import { apply as write } from "../../src/writer/index.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";
import { hetznerUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(hetznerUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  production:
    infrastructure:
      { size: cx23, location: nbg1, count: 2, load_balancer: lb11, dns: { zone: example.com, names: [www] } }
`;

/** One story: each test goes on from where the one before it ended. */
describe.skipIf(missing !== undefined)("a load balancer, with the real provider and a fake Hetzner", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  const options = { environment: "production", directory: undefined };
  const yes = { ...options, destroyData: true, overLimit: false, confirm: async () => {} };
  const silent = (): void => {};

  beforeAll(async () => {
    hetzner = await fakeHetzner();
    hetzner.zones.put("example.com", {});
    app = infraApp(hetznerUnderTest, hetzner, yaml);
    const { directory, changes } = await proposeInfra(app.context, options);
    await write(app.context, directory, changes);
  });
  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  test("of a type that there is not is refused before anything is ordered", async () => {
    const network = readFileSync(join(app.folder, "infra/production/network.tf"), "utf8");
    app.write("wherry.yaml", yaml.replace("lb11", "lb99"));
    app.write("infra/production/network.tf", network.replace('"lb11"', '"lb99"'));
    await expect(applyInfra(app.context, yes, silent)).rejects.toMatchObject({
      code: "unknown-load-balancer",
      exit: "refused",
      hint: "known are lb11; then wherry infra init -e production",
    });
    expect(hetzner.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    app.write("wherry.yaml", yaml);
    app.write("infra/production/network.tf", network);
  });

  test("stands in front of all servers, on their private network, and is what DNS leads to", async () => {
    await applyInfra(app.context, yes, silent);
    const servers = [...hetzner.things.servers.values()];
    expect([...hetzner.things.load_balancers.values()]).toMatchObject([
      {
        name: "shop-production",
        private_net: [{ network: [...hetzner.things.networks.keys()][0] }],
        services: expect.arrayContaining([
          expect.objectContaining({ protocol: "tcp", listen_port: 443, destination_port: 443 }),
          expect.objectContaining({ protocol: "tcp", listen_port: 80, destination_port: 80 }),
        ]) as unknown,
        targets: expect.arrayContaining(
          servers.map(({ id }) => expect.objectContaining({ server: { id }, use_private_ip: true }) as unknown),
        ) as unknown,
      },
    ]);
    expect(hetzner.zones.read("example.com")).toEqual({ "www A": ["192.0.2.200"], "www AAAA": ["2001:db8:f::1"] });
    expect((await planInfra(app.context, options, silent)).changes).toEqual([]);
  });

  test("is found again with all of its parts when the state is lost", async () => {
    const lost = app
      .tofu("state", "list")
      .said.split("\n")
      .filter((line) => /^hcloud_(load_balancer|zone)/.test(line));
    expect(lost).toHaveLength(8);
    app.tofu("state", "rm", ...lost);
    const { changes } = await planInfra(app.context, options, silent);
    expect(changes.filter(({ action }) => action !== "adopt")).toEqual([]);
    await applyInfra(app.context, yes, silent);
    expect((await planInfra(app.context, options, silent)).changes).toEqual([]);
  });

  test("goes with everything else, although the state knows nothing of it", async () => {
    app.tofu("state", "rm", "hcloud_load_balancer.public", "hcloud_load_balancer_service.ports");
    await destroyInfra(app.context, { ...options, data: true, confirm: async () => "go" }, silent);
    expect(hetzner.things.load_balancers.size).toBe(0);
    expect(hetzner.zones.read("example.com")).toEqual({});
    expect([...new Set(hetzner.problems)]).toEqual([]);
  });
});
