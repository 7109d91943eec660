import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveTarget } from "../../src/infra/index.ts";
import type { InfraPlan } from "../../src/infra/plan.ts";
import { fakeHetzner } from "./fake-hetzner/index.ts";
import type { FakeHetzner } from "./fake-hetzner/index.ts";
import { hetznerUnderTest, infraApp, missingParts } from "./parts.ts";
import type { InfraApp } from "./parts.ts";

const missing = missingParts(hetznerUnderTest);
if (missing !== undefined) console.log(`skipped: ${missing}`);

const yaml = `app: shop
environments:
  production:
    server: deploy@203.0.113.10
  next:
    infrastructure: { size: cx23, location: nbg1 }
`;

describe.skipIf(missing !== undefined)("a move to a server that is not there yet, with the real provider", () => {
  let hetzner: FakeHetzner;
  let app: InfraApp;
  beforeAll(async () => {
    hetzner = await fakeHetzner();
    app = infraApp(hetznerUnderTest, hetzner, yaml);
  });
  afterAll(async () => {
    app.remove();
    await hetzner.close();
  });

  const target = (confirm: (plan: InfraPlan) => Promise<void>) =>
    moveTarget(app.context, { to: "next", directory: undefined, confirm }, () => {});

  test("orders it when its price was agreed to, and says where it is", async () => {
    const refused = target(async () => {
      throw new Error("too dear");
    });
    await expect(refused).rejects.toThrow("too dear");
    expect(hetzner.things.servers.size).toBe(0);

    const plans: InfraPlan[] = [];
    const found = await target(async (plan) => void plans.push(plan));

    expect(plans).toMatchObject([{ price: { currency: "EUR", before: { net: 0 }, after: { unknown: [] } } }]);
    const [server] = [...hetzner.things.servers.values()];
    expect(server).toMatchObject({ name: "shop-next-1" });
    expect(found).toEqual({ to: expect.stringMatching(/^deploy@[\d.]+$/) as string, machines: "next" });
    const written = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
    expect(written).toContain("server: deploy@203.0.113.10\n");
    expect(written).toContain(`server: ${found.to}\n`);
  });

  test("orders nothing the second time, and asks nobody", async () => {
    const from = hetzner.requests.length;
    const found = await target(async () => {
      throw new Error("nobody is asked");
    });
    expect(found.machines).toBe("next");
    expect(hetzner.requests.slice(from)).toEqual([]);
  });
});
