import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/index.ts";
import type { ProxySettings } from "../../src/config/index.ts";
import { WherryError } from "../../src/core/index.ts";
import { createContext } from "../../src/system/index.ts";

async function load(proxy: string, route = "route: [shop.example.com, www.shop.example.com]"): Promise<ProxySettings> {
  const folder = mkdtempSync(join(tmpdir(), "wherry-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "compose.yaml"), "");
  const text = `app: shop
secrets: [STAFF]
services:
  web:
    ${route}
    proxy: ${proxy}
environments:
  production: { server: local }
`;
  writeFileSync(join(folder, "wherry.yaml"), text);
  const settings = await loadSettings(createContext({ cwd: folder }), { environment: "production" });
  const found = settings.services["web"]?.proxy;
  if (found === undefined) throw new Error("nothing was read");
  return found;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WherryError) return [error.message, ...error.context].join("\n");
  throw new Error(`no error: ${String(error)}`);
}

test("without a word nothing is limited, asked or changed", async () => {
  expect(await load("{}")).toEqual({
    body: undefined,
    rate: undefined,
    timeout: undefined,
    allow: [],
    auth: {},
    headers: {},
    compress: false,
    strip: undefined,
    redirects: [],
    errorPages: undefined,
  });
});

test("what is written is read", async () => {
  const text = `{ body: 10MB, rate: 600/m, timeout: 1m30s, allow: [203.0.113.7, "2001:db8::/32"], auth: { ann: STAFF }, headers: secure,
      compress: true, strip: /api/, redirects: [{ from: /old, to: /new }, { from: WWW.shop.example.com, to: "https://shop.example.com", status: 301 }], error_pages: errors }`;
  expect(await load(text)).toMatchObject({
    body: 10 * 1024 * 1024,
    rate: { requests: 600, seconds: 60 },
    timeout: 90,
    auth: { ann: "STAFF" },
    headers: { "X-Content-Type-Options": "nosniff" },
    strip: "/api",
    redirects: [
      { from: "/old", to: "/new", status: 302 },
      { from: "WWW.shop.example.com", to: "https://shop.example.com", status: 301 },
    ],
  });
  expect(await load("{ body: 1KB, rate: 1/s }")).toMatchObject({ body: 1024, rate: { requests: 1, seconds: 1 } });
});

test.each([
  ["{ body: 10TB }", "services.web.proxy.body"],
  ["{ body: 0 }", "services.web.proxy.body"],
  ["{ rate: 20 }", "services.web.proxy.rate"],
  ["{ allow: [shop.example.com] }", "services.web.proxy.allow"],
  ["{ allow: [203.0.113.0/33] }", "services.web.proxy.allow"],
  ['{ allow: ["10.0.0.1 }\\n  http-request deny"] }', "services.web.proxy.allow"],
  ["{ auth: { 'ann b': STAFF } }", "services.web.proxy.auth"],
  ["{ auth: { ann: OTHER } }", "OTHER is not in secrets"],
  ['{ headers: { X-A: "b\\nc" } }', "services.web.proxy.headers"],
  ['{ headers: { "X A": b } }', "services.web.proxy.headers"],
  ["{ strip: api }", "services.web.proxy.strip"],
  ["{ strip: '/a b' }", "services.web.proxy.strip"],
  ["{ redirects: [{ from: other.example.com, to: /x }] }", "other.example.com is no host of its routes"],
  ["{ redirects: [{ from: /x, to: //elsewhere.example }] }", "services.web.proxy.redirects"],
  ["{ redirects: [{ from: /x, to: 'javascript:alert(1)' }] }", "services.web.proxy.redirects"],
  ["{ redirects: [{ from: /x, to: /y, status: 200 }] }", "services.web.proxy.redirects"],
  ["{ limit: 1 }", "services.web.proxy.limit"],
])("%s is refused by name", async (text, message) => {
  expect(await messageOf(load(text))).toContain(message);
});

test("rules without a route would never be asked", async () => {
  expect(await messageOf(load("{ compress: true }", "port: 80"))).toContain("has no route");
});
