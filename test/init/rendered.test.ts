import { cpSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { check } from "../../src/check/index.ts";
import type { ResolvedService } from "../../src/compose/project.ts";
import { look, propose, write } from "../../src/init/index.ts";
import { createContext } from "../../src/system/index.ts";
import { folderWith, loadApp, noCompose } from "../compose/helpers.ts";
import type { Loaded } from "../compose/helpers.ts";
import { offline } from "./offline.ts";

const apps = resolve(import.meta.dirname, "apps");

async function initialised(app: string): Promise<Loaded> {
  const folder = folderWith({});
  cpSync(join(apps, app), folder, { recursive: true });
  const ctx = offline();
  const { directory, survey } = await look(ctx, folder);
  await write(ctx, await propose(ctx, directory, survey, { app, host: "app.test", server: "deploy@192.0.2.1" }));
  return loadApp(folder, "production");
}

const services = ({ project }: Loaded): readonly (readonly [string, ResolvedService])[] =>
  Object.entries(project.document.services);

describe.skipIf(noCompose !== undefined)("what is rendered is what a deployment understands", () => {
  test.each(readdirSync(apps))(
    "%s: every service is routed, a worker, or stateful, and nothing is refused",
    async (app) => {
      const { model } = await initialised(app);

      const stores = new Set(["mongo", "postgres", "mysql", "redis", "rabbitmq"]);
      const kinds = model.services.map(({ name, kind }) => [name, kind]);
      expect(kinds).toEqual(
        model.services.map(({ name }) => [
          name,
          stores.has(name) ? "stateful" : name.endsWith("-worker") ? "worker" : "routed",
        ]),
      );
      expect(model.notices.filter(({ severity }) => severity !== "note")).toEqual([]);
    },
  );

  test.each(readdirSync(apps))("%s: every service has limits, checks and no more rights than it needs", async (app) => {
    const loaded = await initialised(app);

    for (const [name, service] of services(loaded)) {
      const of = (key: string): unknown => service[key];
      expect(of("mem_limit"), `${name}: memory limit`).toBeDefined();
      expect(of("logging"), `${name}: log limits`).toMatchObject({ options: { "max-size": "10m", "max-file": "3" } });
      expect(service.restart, `${name}: restart`).toBe("unless-stopped");
      expect(service.stop_grace_period, `${name}: grace period`).toBeDefined();
      expect(of("security_opt"), `${name}: no new privileges`).toContain("no-new-privileges:true");
      expect(of("cap_drop"), `${name}: capabilities`).toEqual(["ALL"]);
      expect(service.healthcheck, `${name}: health check`).toBeDefined();
      expect(service.ports ?? [], `${name}: published ports`).toEqual([]);
      if (service.image !== undefined) expect(service.image).toMatch(/:\d/);
      // Secrets are files: no value of one, and no variable that compose would fill in with one.
      expect(JSON.stringify(service.environment ?? {})).not.toContain("WHERRY_SECRET");
    }
  });
});

describe("what is rendered is what wherry check wants", () => {
  test.each(readdirSync(apps))("%s: nothing worse than a hint", async (app) => {
    const folder = folderWith({});
    cpSync(join(apps, app), folder, { recursive: true });
    const ctx = offline();
    const { directory, survey } = await look(ctx, folder);
    await write(ctx, await propose(ctx, directory, survey, { app, host: "app.test", server: "deploy@192.0.2.1" }));

    const { findings } = await check(createContext({ cwd: folder }), { directory: folder, environment: "production" });

    expect(
      findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => `${rule} ${message}`),
    ).toEqual([]);
  });
});
