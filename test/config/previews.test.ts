import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadMergedDocument, loadSettings } from "../../src/config/index.ts";
import type { Settings } from "../../src/config/index.ts";
import { previewHosts, previewNumber } from "../../src/config/previews.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import type { FilesByPath } from "../helpers/temporary.ts";

const shop = `app: shop
values: { LOG_LEVEL: info, COLOUR: blue }
secrets: [DB_PASSWORD]
secrets_from: [{ vault: { path: shop } }]
backup: { repository: /backup, password: BACKUP_PASSWORD }
services:
  web:
    route: [Shop.example.com, { host: www.example.com, path: /old }]
    proxy: { redirects: [{ from: www.example.com, to: "https://shop.example.com" }, { from: /a, to: /b }] }
  api: { route: { host: shop.example.com, path: /api }, port: 5000 }
previews:
  domain: preview.example.com
  server: deploy@203.0.113.20
  secrets: [DB_PASSWORD, MAIL_KEY]
  values: { LOG_LEVEL: debug }
  services: { api: { health: /healthz } }
environments:
  production:
    server: deploy@203.0.113.11
    secrets: [DB_PASSWORD, PAY_KEY]
    values: { LOG_LEVEL: warn, PAY: live }
    services: { web: { route: [pay.example.com, www.example.com] } }
`;

function contextFor(wherry: string, files: FilesByPath = {}): Context {
  return createContext({ cwd: temporaryFolder({ "wherry.yaml": wherry, "compose.yaml": "services: {}\n", ...files }) });
}

function load(wherry: string, environment = "preview-12", files: FilesByPath = {}): Promise<Settings> {
  return loadSettings(contextFor(wherry, files), { environment });
}

describe("the preview of a pull request", () => {
  test("is made of the top level and the section for previews, and has nothing of other environments", async () => {
    const settings = await load(shop);
    expect(settings).toMatchObject({
      environment: "preview-12",
      preview: { number: 12, limit: 3, domain: "preview.example.com" },
      servers: [{ kind: "ssh", host: "203.0.113.20", user: "deploy" }],
      values: { LOG_LEVEL: "debug", COLOUR: "blue", PREVIEW_NUMBER: "12" },
      imagesFrom: undefined,
      keep: 1,
    });
    expect(settings.secrets.map(({ name }) => name)).toEqual(["DB_PASSWORD", "MAIL_KEY"]);
    expect(settings.secretsFrom).toEqual([{ kind: "environment" }, { kind: "file" }]);
    expect(settings.backup).toBeUndefined();
  });

  test("has hosts of its own, and no redirect to where production is", async () => {
    const { services } = await load(shop);
    expect(services["web"]?.routes).toEqual([
      { host: "pr-12.preview.example.com", path: "/" },
      { host: "www-pr-12.preview.example.com", path: "/old" },
    ]);
    expect(services["web"]?.proxy?.redirects).toEqual([{ from: "/a", to: "/b", status: 302 }]);
    expect(services["api"]).toMatchObject({
      routes: [{ host: "pr-12.preview.example.com", path: "/api" }],
      port: 5000,
      health: { path: "/healthz" },
    });
  });

  test("shares files and secrets with all other previews, under one name", async () => {
    const age = shop.replace(
      "  domain:",
      `  secrets_from: [{ age: { recipients: keys.txt } }, { pass: {} }]\n  domain:`,
    );
    const settings = await load(age, "preview-7", { "compose.preview.yaml": "services: {}\n" });
    expect(settings.compose).toEqual(["compose.yaml", "compose.preview.yaml"]);
    expect(settings.secretsFrom).toMatchObject([{ file: "secrets.preview.age.yaml" }, { folder: "shop/preview" }]);
  });

  test("leaves the environments of the file as they are", async () => {
    const settings = await load(shop, "production");
    expect(settings).toMatchObject({ preview: undefined, values: { LOG_LEVEL: "warn", PAY: "live" } });
    expect(settings.values).not.toHaveProperty("PREVIEW_NUMBER");
    expect(await loadMergedDocument(contextFor(shop), { environment: "production" })).not.toHaveProperty("previews");
  });

  test("has the place of its settings where they are written", async () => {
    const { secrets, services } = await load(shop);
    expect(secrets[1]?.at).toMatchObject({ file: "wherry.yaml", line: 14 });
    expect(services["api"]?.at.line).toBe(16);
    expect(services["web"]?.at.line).toBe(7);
  });

  test.each(["preview-0", "preview-01", "preview-x", "preview-", "preview", "preview-1 ", "preview-1234567890"])(
    "is not called %j",
    async (name) => {
      expect(previewNumber(name)).toBeUndefined();
      await expect(load(shop, name)).rejects.toMatchObject({
        exit: "usage",
        code: "no-preview",
        at: { file: "wherry.yaml", line: 11 },
        hint: expect.stringContaining("preview-12") as string,
      });
    },
  );

  test("is no environment where the file wants none", async () => {
    const without = "app: shop\nserver: local\nenvironments: { production: }\n";
    await expect(load(without)).rejects.toMatchObject({ code: "no-previews" });
    await expect(load(without, "previwe-1")).rejects.toMatchObject({ code: "unknown-environment" });
    expect((await load(`${without}  # x\n`, "production")).preview).toBeUndefined();
  });
});

describe("what is wrong with previews is said at its place", () => {
  const written = (previews: string, more = "services: { web: { route: shop.example.com } }"): string =>
    `app: shop\n${more}\npreviews: ${previews}\nenvironments: { production: { server: local } }\n`;

  test.each([
    ["{ server: local }", "previews.domain: is missing"],
    ["{ domain: preview.example.com }", "previews.server: is missing"],
    ["{ domain: 203.0.113.7, server: local }", "a domain is a name such as preview.example.com"],
    ['{ domain: "*.example.com", server: local }', "a wildcard host is not supported"],
    ["{ domain: p.example.com, server: local, limit: 0 }", "previews.limit: must be at least 1"],
    ["{ domain: p.example.com, server: local, limt: 2 }", 'previews.limt: unknown key, did you mean "limit"?'],
    ["{ domain: p.example.com, server: local, keep: 2 }", "previews.keep: unknown key"],
    ["{ domain: p.example.com, server: [local] }", "previews.server"],
  ])("%s", async (previews, message) => {
    await expect(load(written(previews), "production")).rejects.toMatchObject({
      code: "invalid-config",
      message: expect.stringContaining(message) as string,
      at: { file: "wherry.yaml", line: 3 },
    });
  });

  test.each([
    ["services: { web: }", "no service has a route at the top"],
    ["stacks: { web: }", "an app with several stacks has no previews"],
  ])("%s", async (more, message) => {
    const previews = "{ domain: p.example.com, server: local }";
    await expect(load(written(previews, more), "production")).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      at: { line: 3 },
    });
  });

  test.each(["preview", "preview-3"])("an environment of the file that is called %s", async (name) => {
    const text = written("{ domain: p.example.com, server: local }").replace("production", name);
    await expect(load(text, name)).rejects.toMatchObject({
      message: expect.stringContaining("belongs to previews") as string,
      at: { line: 4 },
    });
  });
});

describe("hosts of previews", () => {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/);
  const host = fc.oneof(
    fc.array(word, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    // Much alike, as hosts of one app are, and such that would take the form of another one's.
    fc.constantFrom("api.a.com", "api.b.com", "api-a-com.x", "API.a.com", "2-pr-1.com", "pr-1.com", "xn--bcher-kva.de"),
  );
  const number = fc.integer({ min: 1, max: 999_999_999 });
  const hosts = fc.array(host, { minLength: 1, maxLength: 12 });
  const domain = "preview.example.com";

  test("are names of DNS, one label below the domain, and never two alike", () => {
    fc.assert(
      fc.property(hosts, number, (names, of) => {
        const found = [...previewHosts(names, { domain, number: of }).values()];
        expect(found).toHaveLength(new Set(names.map((name) => name.toLowerCase())).size);
        expect(new Set(found).size).toBe(found.length);
        expect(found[0]).toBe(`pr-${of}.${domain}`);
        for (const one of found) {
          const own = one.slice(0, -domain.length - 1);
          expect(own).toMatch(label);
          expect(own.slice(2, 4)).not.toBe("--");
          expect(one).toBe(`${own}.${domain}`);
        }
      }),
    );
  });

  test("of two pull requests are never the same", () => {
    fc.assert(
      fc.property(hosts, hosts, number, number, (one, other, first, second) => {
        fc.pre(first !== second);
        const taken = new Set(previewHosts(one, { domain, number: first }).values());
        for (const name of previewHosts(other, { domain, number: second }).values())
          expect(taken.has(name)).toBe(false);
      }),
    );
  });

  test("carry the first label of the host, and more of it where two begin alike", () => {
    const names = ["shop.example.com", "api.example.com", "api.example.org", "SHOP.example.com", "a_b.example.com"];
    expect([...previewHosts(names, { domain, number: 12 }).values()]).toEqual([
      "pr-12.preview.example.com",
      "api-pr-12.preview.example.com",
      "api-example-org-pr-12.preview.example.com",
      "a-b-pr-12.preview.example.com",
    ]);
  });
});
