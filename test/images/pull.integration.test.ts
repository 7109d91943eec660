import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { smallApp } from "../helpers/small-app.ts";

// Debian's own; `.ci/run` installs it. Both sides have one at 127.0.0.1:5000 with the same content, which engines trust without TLS.
const program = "/usr/bin/docker-registry";
const name = "127.0.0.1:5000/shop/web:1";

test(
  "an image that names a registry is pinned to its digest, and pulled by the server itself",
  { timeout: 180_000 },
  async (context) => {
    try {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    } catch {
      context.skip(`${program} is not there (apt-get install docker-registry)`);
    }
    const one = await server();
    const folder = mkdtempSync(join(tmpdir(), "wherry-registry-"));
    onTestFinished(async () => {
      await one.remove();
      rmSync(folder, { recursive: true, force: true });
    });
    const config = (root: string): string =>
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${root} } }\nhttp: { addr: "127.0.0.1:5000" }\n`;
    writeFileSync(join(folder, "config.yml"), config(join(folder, "data")));
    const registry = spawn(program, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
    onTestFinished(() => void registry.kill());
    await expect.poll(async () => (await fetch("http://127.0.0.1:5000/v2/").catch(() => undefined))?.status).toBe(200);

    const app = smallApp(one, {
      app: "pulled",
      services: `
  web: { route: APP.test, port: 3000, health: /healthz }`,
      files: { "compose.yaml": `services: { web: { image: "${name}" } }\n` },
    });
    onTestFinished(() => app.remove());
    const docker = (...args: readonly string[]): string =>
      execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" });
    docker("build", "--quiet", "--tag", name, app.folder);
    docker("push", "--quiet", name);
    const digest = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", name).trim().split("@")[1] ?? "";
    await serveThere(one, folder, config("/srv/registry"));

    // Brings the image of the proxy, which no registry here has.
    expect((await app.wherry(["server", "setup"])).exitCode).toBe(0);
    const planned = await app.wherry(["plan"]);
    expect(planned.stdout).toMatch(/pull wherry\/pulled\/web:pulled-[0-9a-f]{12}/);
    const deployed = await app.deploy();

    expect(deployed.bytesSent).toBeLessThan(500_000);
    expect(await app.version()).toBe(readFileSync(join(app.folder, "version.txt"), "utf8").trim());
    const record = await one.exec(["sh", "-c", "cat $(find / -xdev -name release.json 2>/dev/null | head -n 1)"]);
    const [service] = (JSON.parse(record.stdout) as { services: { digest: string; pull: string }[] }).services;
    expect(service).toMatchObject({ digest, pull: `127.0.0.1:5000/shop/web@${digest}` });

    // The name moves on; what is deployed stays what it was.
    const again = await app.wherry(["plan", "--json"]);
    expect(again.json<{ services: { change: string }[] }>().services[0]?.change).toBe("unchanged");
  },
);

async function serveThere(one: TestServer, folder: string, config: string): Promise<void> {
  const data = execFileSync("tar", ["-C", join(folder, "data"), "-cf", "-", "."], { maxBuffer: 1e9 });
  await one.exec(["sh", "-c", "mkdir -p /srv/registry && tar -C /srv/registry -xf -"], { input: data });
  await one.exec(["sh", "-c", "cat > /usr/local/bin/docker-registry && chmod +x /usr/local/bin/docker-registry"], {
    input: readFileSync(program),
  });
  await one.exec(["sh", "-c", "cat > /srv/registry.yml"], { input: config });
  await one.exec(["systemd-run", "--unit=registry", "/usr/local/bin/docker-registry", "serve", "/srv/registry.yml"]);
  await expect
    .poll(async () =>
      (await one.exec(["sh", "-c", "ss -ltn | grep -c 127.0.0.1:5000 || grep -c 1388 /proc/net/tcp"])).stdout.trim(),
    )
    .not.toBe("0");
}
