import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/check/index.ts";
import type { ResolvedService } from "../../src/compose/project.ts";
import { look, propose, write } from "../../src/init/index.ts";
import { createContext } from "../../src/system/index.ts";
import { loadApp, noCompose } from "../compose/helpers.ts";
import type { Loaded } from "../compose/helpers.ts";
import { offline } from "./offline.ts";

const apps = resolve(import.meta.dirname, "apps");

const services = ({ project }: Loaded): readonly (readonly [string, ResolvedService])[] =>
  Object.entries(project.document.services);

describe.each(readdirSync(apps))("what is rendered for %s", (app) => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
    cpSync(join(apps, app), folder, { recursive: true });
    const ctx = offline();
    const { directory, survey } = await look(ctx, folder);
    await write(ctx, await propose(ctx, directory, survey, { app, host: "app.test", server: "deploy@192.0.2.1" }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.skipIf(noCompose !== undefined)("is what a deployment understands", () => {
    let loaded: Loaded;
    beforeAll(async () => {
      loaded = await loadApp(folder, "production");
    });

    test("every service is routed, a worker, or stateful, and nothing is refused", () => {
      const stores = new Set(["mongo", "postgres", "mysql", "redis", "rabbitmq"]);
      const { model } = loaded;
      expect(model.services.map(({ name, kind }) => [name, kind])).toEqual(
        model.services.map(({ name }) => [
          name,
          stores.has(name) ? "stateful" : name.endsWith("-worker") ? "worker" : "routed",
        ]),
      );
      expect(model.notices.filter(({ severity }) => severity !== "note")).toEqual([]);
    });

    test("every service has limits, checks and no more rights than it needs", () => {
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

  test("is what wherry check wants: nothing worse than a hint", async () => {
    const { findings } = await check(createContext({ cwd: folder }), { directory: folder, environment: "production" });
    expect(
      findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => `${rule} ${message}`),
    ).toEqual([]);
  });
});
