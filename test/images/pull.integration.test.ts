import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { server } from "../../testbed/index.ts";
import { openRegistry, whyNoRegistry } from "../helpers/registry.ts";
import { smallApp } from "../helpers/small-app.ts";

test("an image that names a registry is pinned to its digest, and pulled by the server itself", async (context) => {
  const reason = whyNoRegistry();
  if (reason !== undefined) context.skip(reason);
  const one = await server({ warm: true });
  onTestFinished(() => one.remove());
  const registry = await openRegistry(5000);
  onTestFinished(() => registry.close());
  const name = `${registry.address}/shop/web:1`;

  const app = smallApp(one, {
    app: "pulled",
    services: `
  web: { route: APP.test, port: 3000, health: /healthz }`,
    files: { "compose.yaml": `services: { web: { image: "${name}" } }\n` },
  });
  onTestFinished(() => app.remove());
  const digest = registry.push(name, app.folder);
  await registry.copyTo(one);

  // Brings the image of the proxy, which no registry here has.
  expect((await app.wherry(["server", "setup"])).exitCode).toBe(0);
  const planned = await app.wherry(["plan"]);
  expect(planned.stdout).toMatch(/pull wherry\/pulled\/web:pulled-[0-9a-f]{12}/);
  const deployed = await app.deploy();

  expect(deployed.bytesSent).toBeLessThan(500_000);
  expect(await app.version()).toBe(readFileSync(join(app.folder, "version.txt"), "utf8").trim());
  const record = await one.exec(["sh", "-c", "cat $(find / -xdev -name release.json 2>/dev/null | head -n 1)"]);
  const [service] = (JSON.parse(record.stdout) as { services: { digest: string; pull: string }[] }).services;
  expect(service).toMatchObject({ digest, pull: `${registry.address}/shop/web@${digest}` });

  // The name moves on; what is deployed stays what it was.
  const again = await app.wherry(["plan", "--json"]);
  expect(again.json<{ services: { change: string }[] }>().services[0]?.change).toBe("unchanged");
});
