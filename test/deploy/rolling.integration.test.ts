import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Traffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { Deployment, SmallApp } from "../helpers/small-app.ts";

describe("replicas replaced one after the other", () => {
  let one: TestServer;
  let app: SmallApp;
  const slots = async (): Promise<readonly string[]> => {
    const { stdout } = await one.exec([
      "docker",
      "ps",
      "--filter",
      "label=wherry.service=web",
      "--format",
      '{{.Label "wherry.slot"}}',
    ]);
    return stdout.trim().split("\n");
  };
  const traffic = (): Promise<Traffic> => app.traffic({ rate: 100, slow: { path: "/slow?ms=1500", every: 1 } });

  beforeAll(async () => {
    one = await server({ warm: true });
    app = smallApp(one, {
      app: "rolling",
      extra: "strategy: rolling\n",
      files: { "compose.production.yaml": "services: { web: { deploy: { replicas: 3 } } }\n" },
    });
    await app.deploy();
  });
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  test("lose no request, stay in their slot, and leave the new version on all", { timeout: 180_000 }, async () => {
    const [slot] = await slots();
    app.commit({ "version.txt": "2\n" });
    const running = await traffic();
    const { steps } = await app.deploy();
    const report = await running.stop();
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(steps.filter(({ title }) => title.startsWith("replace web")).length).toBe(3);
    expect(await slots()).toEqual([slot, slot, slot]);
    expect(new Set(await Promise.all([app.version(), app.version(), app.version()]))).toEqual(new Set(["2"]));
  });

  test(
    "a version that does not get healthy stops at the first, which becomes what it was",
    { timeout: 180_000 },
    async () => {
      const settings = readFileSync(join(app.folder, "wherry.yaml"), "utf8").replace("deadline: 20s", "deadline: 8s");
      app.commit({ "version.txt": "3\n", "behaviour.txt": "never-healthy\n", "wherry.yaml": settings });
      const running = await traffic();
      const result = await app.wherry(["deploy", "--json"]);
      const report = await running.stop();
      expect(result.exitCode).toBe(5);
      expect(result.json<Deployment>().error?.code).toBe("never-healthy");
      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
      expect(new Set(await Promise.all([app.version(), app.version(), app.version()]))).toEqual(new Set(["2"]));
      expect(await slots()).toHaveLength(3);
    },
  );

  test("a rollback goes through the other slot, at once", { timeout: 180_000 }, async () => {
    app.commit({ "behaviour.txt": "fine\n" });
    const running = await traffic();
    await app.rollback();
    const report = await running.stop();
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(await app.version()).toBe("1");
    expect(await slots()).toHaveLength(3);
  });
});
