import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTraffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";
import { startPebble } from "./pebble.ts";

interface List {
  readonly certificates: readonly {
    readonly host: string;
    readonly notAfter: string | null;
    readonly daysLeft: number | null;
    readonly trouble: string | null;
    readonly source: string;
  }[];
}

// Names that look public, as the zone of nobody would have them.
const host = "shop.wherry-demo.net";
const other = "other.wherry-demo.net";

describe("certificates from an authority", () => {
  let one: TestServer;
  let app: SmallApp;
  const configure = (hosts: readonly string[], tls = ""): void => {
    const routes = `[${hosts.join(", ")}]`;
    const text = `app: secure
services:
  web: { route: ${routes}, port: 3000, health: /healthz, drain: 5s }
tls: { directory: "https://127.0.0.1:14000/dir", ca: authority.pem, hsts: 8760h${tls} }
environments:
  production: { server: deploy@${one.address}, secrets: [APP_PASSWORD] }
`;
    app.commit({ "wherry.yaml": text });
  };
  const list = async (...flags: readonly string[]): Promise<List["certificates"]> =>
    (await app.wherry(["proxy", "certificates", "--json", ...flags])).json<List>().certificates;
  /** Serial number of the certificate that a new connection gets. */
  const serial = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: one.address, port: one.httpsPort, servername: name, rejectUnauthorized: false };
      const socket = connect(options, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const head = async (name: string): Promise<string> =>
    (await one.exec(["curl", "-sI", "-H", `Host: ${name}`, "http://127.0.0.1/"])).stdout;

  beforeAll(async () => {
    one = await server({ warm: true });
    const authorities = await startPebble(one, [host], "alone");
    app = smallApp(one, { app: "secure", files: { "authority.pem": authorities } });
    configure([host]);
  }, 300_000);
  afterAll(async () => {
    app?.remove();
    await one.remove();
  });

  test("come with the first deployment, and HTTP leads to HTTPS", { timeout: 120_000 }, async () => {
    const deployed = await app.wherry(["deploy", "--json"]);

    expect(deployed.json<{ addresses: string[] }>().addresses).toEqual([`https://${host}`]);
    expect(await head(host)).toMatch(/308[\s\S]*location: https:\/\/shop\.wherry-demo\.net\//i);
    const [found] = await list();
    expect(found).toMatchObject({ host, source: "acme", trouble: null });
    expect(found?.daysLeft).toBeGreaterThan(20);
    const timers = await one.exec(["systemctl", "is-enabled", "wherry-certificates.timer"]);
    expect(timers.stdout.trim()).toBe("enabled");
  });

  test(
    "are renewed in the running proxy under 200 requests a second, and none fails",
    { timeout: 120_000 },
    async () => {
      const before = await serial(host);
      const traffic = await startTraffic({
        address: one.address,
        port: one.httpsPort,
        host,
        tls: true,
        rate: 200,
        mix: [
          { method: "GET", path: "/", weight: 4 },
          { method: "POST", path: "/orders", body: "x".repeat(500), weight: 1 },
        ],
        versionHeader: "version",
      });
      await sleep(1000);
      await list("--renew");
      await sleep(1000);
      const report = await traffic.stop();

      expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
      expect(report.sent).toBeGreaterThan(200);
      expect(await serial(host)).not.toBe(before);
    },
  );

  test(
    "are still there when the proxy was restarted, and by the timer's own service nothing is asked that is not due",
    { timeout: 60_000 },
    async () => {
      const before = await serial(host);
      await one.exec(["docker", "restart", "wherry-proxy"]);
      await expect.poll(() => serial(host).catch(() => ""), { timeout: 20_000 }).toBe(before);
      const run = await one.exec(["systemctl", "start", "wherry-certificates.service"]);
      expect(run.exitCode).toBe(0);
      expect(await serial(host)).toBe(before);
    },
  );

  test("are not asked for where the name does not lead here: said with what to set", { timeout: 120_000 }, async () => {
    await one.exec(["sh", "-c", `echo "192.0.2.7 ${other}" >> /etc/hosts`]);
    configure([host, other]);
    const orders = async (): Promise<number> =>
      Number((await one.exec(["sh", "-c", "journalctl -u pebble | grep -c order-plz || true"])).stdout.trim());
    const before = await orders();

    const result = await app.wherry(["deploy"]);

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain(`${other} points to 192.0.2.7, which is not this server`);
    expect(await orders()).toBe(before);
    expect((await list()).find((one_) => one_.host === other)).toMatchObject({ notAfter: null });
    // It is served all the same, by HTTP.
    expect(await head(other)).toMatch(/^HTTP\/1.1 200/);
  });

  test("that are refused say why, and HTTP serves on", { timeout: 120_000 }, async () => {
    // The authority is told another address than the server is.
    await one.exec([
      "sh",
      "-c",
      `sed "/${other}/d" /etc/hosts > /tmp/hosts; cat /tmp/hosts > /etc/hosts; echo "$(hostname -I | tr ' ' '\\n' | grep -v '\\.1$' | head -n 1) ${other}" >> /etc/hosts`,
    ]);
    await one.exec([
      "curl",
      "-s",
      "-d",
      `{"host":"${other}","addresses":["127.0.0.9"]}`,
      "http://127.0.0.1:8055/add-a",
    ]);
    await one.exec(["sh", "-c", "iptables -I OUTPUT -p tcp -d 127.0.0.9 --dport 80 -j REJECT"]);

    const [, failed] = await list("--retry");

    expect(failed).toMatchObject({ host: other, notAfter: null });
    expect(failed?.trouble).toMatch(/127\.0\.0\.9|refused|unauthorized|connection/i);
    expect(await head(other)).toMatch(/^HTTP\/1.1 200/);
    expect((await app.wherry(["status"])).stdout).toContain(`${other} has no certificate`);
  });

  test(
    "of one's own are checked before they are sent, served, and red when they are over",
    { timeout: 120_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "wherry-own-"));
      const make = (days: string, name: string): { readonly key: string; readonly certificate: string } => {
        const openssl = (args: string): void =>
          void execFileSync("openssl", args.split(" "), { cwd: folder, stdio: "ignore" });
        openssl(
          `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=${name} -addext subjectAltName=DNS:${name}`,
        );
        openssl(`x509 -req -in request.pem -signkey key.pem -copy_extensions copy -days ${days} -out own.pem`);
        const read = (file: string): string => readFileSync(join(folder, file), "utf8");
        return { key: read("key.pem"), certificate: read("own.pem") };
      };
      const own = `, certificates: { ${other}: { certificate: own.pem, key: OWN_KEY } }`;
      const wrong = make("90", "elsewhere.net");
      app.write({ "own.pem": wrong.certificate });
      configure([host, other], own);
      const refused = await app.wherry(["deploy", "--json"], { env: { OWN_KEY: wrong.key } });
      expect(refused.exitCode).toBe(3);
      expect(refused.json<{ error: object }>().error).toMatchObject({ code: "certificate-unusable" });

      const right = make("5", other);
      app.commit({ "own.pem": right.certificate });
      const deployed = await app.wherry(["deploy", "--json"], { env: { OWN_KEY: right.key } });
      expect(deployed.exitCode).toBe(0);
      expect(deployed.stdout + deployed.stderr).not.toContain(right.key.slice(40, 80));
      expect(await head(other)).toMatch(/^HTTP\/1.1 308/);
      const shown = (await list()).find((found) => found.host === other);
      expect(shown).toMatchObject({ source: "own" });
      expect(shown?.daysLeft).toBeLessThanOrEqual(5);
      expect((await app.wherry(["status"])).stdout).toContain(`the certificate of ${other} ends in`);

      const over = make("-1", other);
      const proxy = "/home/deploy/.local/state/wherry/proxy";
      for (const [ending, content] of Object.entries({ crt: over.certificate, key: over.key }))
        await one.exec(["sh", "-c", `cat > ${proxy}/apps/secure-production/own/${other}.${ending}`], {
          input: content,
        });
      const late = await app.wherry(["proxy", "certificates", "--retry"]);
      expect(late.exitCode).toBe(6);
      expect(late.stdout).toContain(`the certificate of ${other} ended on`);
    },
  );
});
