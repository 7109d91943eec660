import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Traffic } from "../../scripts/traffic/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { errorsOf, smallApp } from "../helpers/small-app.ts";
import type { SmallApp } from "../helpers/small-app.ts";

describe("the proxy", { timeout: 600_000 }, () => {
  let one: TestServer;
  let app: SmallApp;
  beforeAll(async () => {
    one = await server({ warm: true });
    app = smallApp(one, { app: "behind", services: fastServices });
    await app.deploy();
  }, 300_000);
  afterAll(async () => {
    app.remove();
    await one.remove();
  });

  const onServer = async (script: string): Promise<string> => (await one.exec(["sh", "-c", script])).stdout.trim();
  const proxies = (): Promise<string> =>
    onServer("docker ps --filter label=wherry.role=proxy --format '{{.Names}}' | sort | tr '\\n' ' '");
  /** Another image of the same name: as when the registry has a newer one. */
  const newImage = (): Promise<string> =>
    onServer(`printf 'FROM haproxy:3.2\\nLABEL built=${Date.now()}\\n' | docker build -q -t haproxy:3.2 -`);
  const traffic = (): Promise<Traffic> =>
    app.traffic({ slow: { path: "/slow?ms=3000", every: 1 }, sockets: { path: "/ws", count: 3 } });
  const upgrade = async (): Promise<Upgrade> => (await app.wherry(["proxy", "upgrade", "--json"])).json<Upgrade>();
  /** Milliseconds until the app answers through the proxy again. */
  const untilAnswers = async (): Promise<number> => {
    const begun = performance.now();
    for (;;) {
      const version = await app.version().catch(() => "");
      if (version === "1") return performance.now() - begun;
      if (performance.now() - begun > 60_000) throw new Error(`answers ${version}`);
    }
  };

  test("an upgrade under load loses nothing, and cuts no WebSocket", async () => {
    const visitors = await traffic();
    for (let round = 0; round < 3; round += 1) {
      await newImage();
      expect(await upgrade()).toMatchObject({ servers: [{ replaced: true }] });
    }
    // A release that comes while the proxies before still have WebSockets.
    app.commit({ "version.txt": "2\n" });
    await app.deploy();
    const report = await visitors.stop();
    expect(report.errors.filter(({ what }) => !what.startsWith("sockets"))).toEqual([]);
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
    expect(report.sockets.refused).toBe(0);
    await expect.poll(proxies, { timeout: 20_000 }).toBe("wherry-proxy");
    expect(await upgrade()).toMatchObject({ servers: [{ replaced: false }] });
    app.commit({ "version.txt": "1\n" });
    await app.deploy();
  });

  test("server setup with another image takes the same way; a reload loses nothing either", async () => {
    const visitors = await traffic();
    await newImage();
    expect((await app.wherry(["server", "setup", "--json"])).exitCode).toBe(0);
    for (let round = 0; round < 5; round += 1) {
      await onServer("echo reload | nc -N -U /home/deploy/.local/state/wherry/proxy/run/master.sock > /dev/null");
    }
    const report = await visitors.stop();
    expect(report.errors.filter(({ what }) => !what.startsWith("sockets"))).toEqual([]);
    expect(report, `not all answered: ${errorsOf(report)}`).toMatchObject({ lost: 0, failed: 0 });
  });

  test("killed, or with its server: all routes are back within seconds", async () => {
    await onServer("kill -9 $(docker inspect -f '{{.State.Pid}}' wherry-proxy)");
    const killed = await untilAnswers();
    await one.crash();
    const crashed = await untilAnswers();
    await one.reboot();
    const rebooted = await untilAnswers();
    expect(Math.max(killed, crashed, rebooted)).toBeLessThan(5000);
    expect(await proxies()).toBe("wherry-proxy");
  });

  test("maintenance: a page for all but those who may see the app, over a reboot, until it is off", async () => {
    const page = `<h1>100 % "closed" %[src] $HOME</h1>\n<p>ä \\ 'x'</p>\n`;
    app.write({ "closed.html": page });
    const on = ["proxy", "maintenance", "on", "--page", "closed.html", "--allow", "192.0.2.1", "--json"];
    const { pass } = (await app.wherry(on)).json<{ pass: string }>();
    const ask = (...args: readonly string[]): Promise<string> =>
      onServer(`curl -s -w '%{http_code}' -H 'Host: ${app.host}' ${args.join(" ")} http://127.0.0.1/healthz`);
    expect(await ask()).toBe(`${page}503`);
    expect(await ask("-H", `'X-Maintenance-Pass: ${pass}'`)).toBe(`{"ok":true}200`);
    expect(await ask("-H", "'X-Maintenance-Pass: 1'")).toBe(`${page}503`);
    await one.reboot();
    await expect.poll(() => ask(), { timeout: 10_000 }).toBe(`${page}503`);
    await expect.poll(() => ask("-H", `'X-Maintenance-Pass: ${pass}'`), { timeout: 10_000 }).toBe(`{"ok":true}200`);
    await app.wherry([...on.slice(0, 5), "--allow", "127.0.0.1"]);
    expect(await ask()).toBe(`{"ok":true}200`);
    await app.wherry(["proxy", "maintenance", "on"]);
    expect(await ask()).toContain("Back soon");
    expect((await app.wherry(["proxy", "maintenance", "off"])).exitCode).toBe(0);
    expect(await ask()).toBe(`{"ok":true}200`);
    expect(await onServer("cat /home/deploy/.local/state/wherry/proxy/maps/visitors.map")).toBe("");
  });

  test("rules come with their release, and go with it; the password is in no file", async () => {
    const rules =
      "    proxy: { auth: { ann: APP_PASSWORD }, strip: /app, error_pages: pages, headers: secure, body: 1KB }\n";
    const settings = readFileSync(join(app.folder, "wherry.yaml"), "utf8");
    app.commit({
      "wherry.yaml": settings.replace("    drain: 5s\n", `    drain: 5s\n${rules}`),
      "pages/413.html": "<p>Too much, $HOME</p>\n",
    });
    await app.deploy();
    const ask = (...args: readonly string[]): Promise<string> =>
      onServer(`curl -s -w '%{http_code}' -H 'Host: ${app.host}' ${args.join(" ")}`);
    const here = "http://127.0.0.1/app/healthz";
    expect(await ask("-o", "/dev/null", here)).toBe("401");
    expect(await ask("-u", "'ann:correct horse battery'", here)).toBe(`{"ok":true}200`);
    expect(await ask("-u", "'ann:correct horse battery'", "-D", "-", "-o", "/dev/null", here)).toContain("nosniff");
    const large = await ask("-d", "x".repeat(2000), here);
    expect(large).toBe("<p>Too much, $HOME</p>\n413");
    const found = "grep -rl 'correct horse' /home/deploy/.local/state/wherry | grep -v secrets";
    expect(await onServer(found)).toBe("");
    expect(await onServer("grep -c 'password .*[$]6[$]' /home/deploy/.local/state/wherry/proxy/haproxy.cfg")).not.toBe(
      "0",
    );
    await app.rollback();
    expect(await ask("http://127.0.0.1/healthz")).toBe(`{"ok":true}200`);
    app.commit({ "wherry.yaml": settings });
  });

  test("an upgrade that was killed at any moment is put right by the next deployment or setup", async () => {
    const again = ["deploy", "server setup", "proxy upgrade"];
    for (let moment = 0; moment < 12; moment += 1) {
      await newImage();
      const begun = performance.now();
      await app.wherry(["proxy", "upgrade"], { timeout: 500 + moment * 100 });
      // The server may be in the middle of a step: every second time it dies as well.
      if (moment % 4 === 3) await one.crash();
      expect(performance.now() - begun).toBeLessThan(60_000);
      await untilAnswers();
      if (moment % 3 === 0) app.commit({ "note.txt": `${moment}\n` });
      const words = again[moment % 3]?.split(" ") ?? [];
      const next = await app.wherry([...words, "--json"]);
      expect(next.exitCode, `${words.join(" ")}: ${next.stdout}${next.stderr}`).toBe(0);
      await untilAnswers();
    }
    // The server ended between the two new names.
    await onServer("docker rename wherry-proxy wherry-proxy-before-99");
    await app.deploy();
    await newImage();
    await app.wherry(["proxy", "upgrade"]);
    await expect.poll(proxies, { timeout: 20_000 }).toBe("wherry-proxy");
    expect(await onServer("ls -d /home/deploy/.local/state/wherry/proxy/run/[0-9]* | wc -l")).toBe("1");
    // Master and worker, and no other.
    expect(await onServer("pgrep -c -x haproxy")).toBe("2");
  });
});

interface Upgrade {
  readonly servers: readonly { readonly replaced: boolean }[];
}

const fastServices = `
  web:
    route: APP.test
    port: 3000
    health: { path: /healthz, interval: 500ms, deadline: 20s }
    drain: 5s`;
