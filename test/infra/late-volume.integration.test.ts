import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyInfra, destroyInfra, infraStatus, planInfra, proposeInfra } from "../../src/infra/index.ts";
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
    infrastructure: { size: cx23, location: nbg1 }
`;

/** One story: each test goes on from where the one before it ended. */
describe.skipIf(missing !== undefined)("a volume for a server that is there, with the real provider", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  const options = { environment: "production", directory: undefined };
  const yes = { ...options, destroyData: true, overLimit: true, confirm: async () => {} };
  const silent = (): void => {};
  const init = async (): Promise<readonly string[]> => {
    const { directory, changes, notes } = await proposeInfra(app.context, options);
    await write(app.context, directory, changes);
    return notes;
  };
  const plan = () => planInfra(app.context, options, silent);
  const destroy = () => destroyInfra(app.context, { ...options, data: false, confirm: async () => "go" }, silent);
  const only = (kind: "servers" | "volumes") => {
    const [thing] = [...hetzner.things[kind].values()];
    if (thing === undefined) throw new Error(`there are no ${kind}`);
    return thing;
  };

  beforeAll(async () => {
    hetzner = await fakeHetzner();
    app = infraApp(hetznerUnderTest, hetzner, yaml);
    await init();
    await applyInfra(app.context, yes, silent);
  });
  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  test("is not ordered, whatever is said, and the way out is told", async () => {
    app.write("wherry.yaml", yaml.replace("nbg1", "nbg1, data: 20GB"));
    expect((await init()).join()).toContain("data: comes too late for shop-production-1");
    const refused = {
      code: "volume-too-late",
      exit: "refused",
      hint: expect.stringContaining("wherry infra move -e production --to") as string,
    };
    await expect(plan()).rejects.toMatchObject(refused);
    await expect(applyInfra(app.context, yes, silent)).rejects.toMatchObject(refused);
    expect(hetzner.things.volumes.size).toBe(0);

    const { changes } = await infraStatus(app.context, options, silent);
    expect(changes.find(({ type }) => type === "hcloud_volume")?.warning).toContain("would stay empty");
  });

  test("protects nothing when it was made by hand: the server is not removed in passing", async () => {
    await app.tofuOnline("apply", "-auto-approve", "-no-color", "-input=false");
    expect(only("volumes")).toMatchObject({ server: only("servers").id });
    expect((await plan()).changes).toEqual([]);
    await expect(destroy()).rejects.toMatchObject({
      code: "data-would-be-lost",
      context: [expect.stringContaining("no mark that it was made with its volume") as string],
    });
    expect(hetzner.things.servers.size).toBe(1);
  });

  test("counts once somebody has moved the data, and marked the server", async () => {
    const server = only("servers");
    server["labels"] = { ...(server["labels"] as object), "wherry.volume": String(only("volumes").id) };
    expect((await plan()).changes).toEqual([]);
    await destroy();
    expect(hetzner.things.servers.size).toBe(0);
    expect(hetzner.things.volumes.size).toBe(1);
  });

  test("is mounted by the next server, which is made with it and says so", async () => {
    await applyInfra(app.context, yes, silent);
    const volume = String(only("volumes").id);
    expect(only("servers")).toMatchObject({ labels: { "wherry.volume": volume, "managed-by": "wherry" } });
    expect(hetzner.userData.get("shop-production-1")).toContain(`scsi-0HC_Volume_${volume}`);
    expect((await plan()).changes).toEqual([]);
    expect([...new Set(hetzner.problems)]).toEqual([]);
  });
});
