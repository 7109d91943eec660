import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyInfra, infraStatus, planInfra, proposeImport } from "../../src/infra/index.ts";
import { apply as write } from "../../src/writer/index.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner, Thing } from "./fake-hetzner/index.ts";
import { orderByHand } from "./foreign.ts";
import { hetznerUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(hetznerUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  production:
    server: root@192.0.2.10
`;

/** One story: each test goes on from where the one before it ended. */
describe.skipIf(missing !== undefined)("a server that somebody made by hand, with the real provider", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  let server: Thing;
  let before: string;
  const options = { environment: "production", directory: undefined };
  const silent = (): void => {};

  beforeAll(async () => {
    hetzner = await fakeHetzner();
    server = await orderByHand(hetzner, "web-1");
    before = JSON.stringify(server);
    app = infraApp(hetznerUnderTest, hetzner, yaml);
  });
  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  test("the files are formatted and valid, and the plan only takes the server in", async () => {
    const { directory, changes } = await proposeImport(app.context, { ...options, servers: ["web-1"] });
    await write(app.context, directory, changes);
    expect(app.tofu("fmt", "-check", "-diff", "-recursive")).toEqual({ status: 0, said: "" });
    const plan = await planInfra(app.context, options, silent);
    expect(plan.changes.map(({ action, address, losesData }) => ({ action, address, losesData }))).toEqual([
      { action: "adopt", address: 'hcloud_server.app["web-1"]', losesData: false },
    ]);
  });

  test("apply takes it in without a change at the provider, and leaves wherry.yaml's address", async () => {
    const from = hetzner.requests.length;
    const yes = { ...options, destroyData: false, overLimit: false, confirm: async () => {} };
    const { servers } = await applyInfra(app.context, yes, silent);
    expect(servers).toMatchObject([{ name: "web-1", id: String(server.id), ipv4: "192.0.2.10" }]);
    expect(hetzner.requests.slice(from).filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(JSON.stringify(server)).toBe(before);
    expect(app.scripts).toEqual([]);
    expect(readFileSync(join(app.folder, "wherry.yaml"), "utf8")).toContain("server: root@192.0.2.10\n");
  });

  test("afterwards the plan is empty, and status knows the server", async () => {
    expect((await planInfra(app.context, options, silent)).changes).toEqual([]);
    const { servers, changes } = await infraStatus(app.context, options, silent);
    expect(servers).toMatchObject([{ name: "web-1", managed: true }]);
    expect(changes).toEqual([]);
  });

  test("it is not made anew in passing", async () => {
    const text = readFileSync(join(app.folder, "infra/production/imported.tf"), "utf8");
    expect(text).toContain("prevent_destroy = true");
    app.write("infra/production/imported.tf", text.replace(/location( +)= "nbg1"/, 'location$1= "fsn1"'));
    const yes = { ...options, destroyData: false, overLimit: false, confirm: async () => {} };
    await expect(applyInfra(app.context, yes, silent)).rejects.toMatchObject({ code: "data-would-be-lost" });
    expect(hetzner.things.servers.has(server.id)).toBe(true);
  });
});
