import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, run } from "../../scripts/engine/run.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

const image = (program: string): string => `wherry-catalog-deployed-${program}:${process.pid}`;
const programs = ["cardano-node", "mithril-client", "ogmios"];

let one: TestServer;
let app: SmallApp;

beforeAll(async () => {
  await ensureBaseImages(["node:24-slim", "redis:8"], console.log);
  for (const program of programs) {
    const folder = resolve(import.meta.dirname, "../apps/cardano");
    const given = ["--build-arg", `STANDIN=${program}`, "--build-arg", "BASE=node:24-slim"];
    await run(["docker", "build", "--quiet", "--tag", image(program), ...given, folder]);
  }
  one = await server({ warm: true });
  app = smallApp(one, { app: "catalog", env: { CACHE_PASSWORD: "correct-horse-battery" } });
});

afterAll(async () => {
  app.remove();
  await one.remove();
  await attempt(["docker", "rmi", "--force", ...programs.map(image)]);
});

test("what the catalogue writes is deployed: the job before the node, the node before Ogmios, and none of them again with the next release", async () => {
  for (const words of [
    ["redis", "--name", "cache"],
    ["cardano-node", "--network", "preprod", "--with", "mithril,ogmios"],
  ]) {
    const added = await app.wherry(["catalog", "add", ...words, "--yes", "--json"]);
    expect([added.exitCode, added.stderr]).toEqual([0, ""]);
  }
  const images = {
    cache: "redis:8",
    "cardano-node": image("cardano-node"),
    "cardano-node-mithril": image("mithril-client"),
    ogmios: image("ogmios"),
  };
  const services = Object.fromEntries(Object.entries(images).map(([name, of]) => [name, { image: of }]));
  app.commit({ "compose.production.yaml": JSON.stringify({ services }) });

  await deploy();

  expect(await app.version()).toBe("1");
  const before = await healthOf();
  const healthyOnes = Object.entries(before).flatMap(([name, [healthy]]) => (healthy === true ? name : []));
  expect(healthyOnes.toSorted()).toEqual(["cache", "cardano-node", "ogmios"]);

  app.commit({ "version.txt": "2\n" });
  await deploy();

  expect(await app.version()).toBe("2");
  expect(await healthOf()).toEqual(before);
  const plan = (await app.wherry(["plan", "--json"])).stdout;
  expect(plan).not.toContain("correct-horse-battery");
});

/** Longer than the helper gives: the images of the stand-ins are sent too. */
async function deploy(): Promise<void> {
  const { exitCode, stdout, stderr } = await app.wherry(["deploy", "--json"], { timeout: 240_000 });
  if (exitCode !== 0) throw new Error(`exit ${exitCode}\n${stdout}${stderr}`);
}

/** Of what stays from release to release: whether it is healthy, and since when it runs. */
async function healthOf(): Promise<Readonly<Record<string, readonly [boolean | null, string]>>> {
  const { services } = (await app.wherry(["status", "--json"])).json<{
    readonly services: readonly { readonly name: string; readonly healthy: boolean | null; readonly since: string }[];
  }>();
  const own = ["cache", "cardano-node", "ogmios"];
  return Object.fromEntries(
    services
      .filter(({ name }) => own.includes(name))
      .map(({ name, healthy, since }) => [name, [healthy, since] as const]),
  );
}
