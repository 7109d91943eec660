import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureEngine } from "../../scripts/engine/index.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { proxyImage } from "../../src/proxy/index.ts";

const config = `
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend any
  bind 127.0.0.1:18474
  http-request return status 200
`;
const client = join(import.meta.dirname, "../../src/proxy/scripts/client.pl");

describe("a reload of HAProxy", { timeout: 120_000 }, () => {
  let folder: string;
  let container: string;
  beforeAll(async () => {
    await ensureEngine(() => {});
    await ensureBaseImages(["haproxy:3.2"], () => {});
    folder = mkdtempSync(join(tmpdir(), "wherry-reload-"));
    // The image's own user makes the socket.
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, "haproxy.cfg"), config);
    const run = ["run", "--detach", "--network", "host", "--user", "root", "--volume", `${folder}:/wherry`, proxyImage];
    container = docker(...run, "haproxy", "-W", "-S", "/wherry/master.sock", "-f", "/wherry/haproxy.cfg");
  });
  afterAll(() => {
    docker("rm", "--force", container);
    rmSync(folder, { recursive: true, force: true });
  });

  const reload = (): Promise<{ readonly exitCode: number; readonly output: string }> =>
    new Promise((resolve) => {
      execFile("perl", [client, join(folder, "master.sock"), "reload"], (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });

  test("waits for another one, and for a proxy that is starting", async () => {
    for (let round = 0; round < 5; round += 1) {
      const restart = new Promise((resolve) => execFile("docker", ["restart", "--time", "0", container], resolve));
      const outcomes = await Promise.all([reload(), reload(), reload(), reload()]);
      await restart;
      outcomes.push(await reload());
      expect(outcomes.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    }
  });

  test("fails at once where the configuration is wrong, with HAProxy's words", async () => {
    writeFileSync(join(folder, "haproxy.cfg"), config.replace("mode http", "mode htp"));
    const { exitCode, output } = await reload();
    expect(exitCode).toBe(1);
    expect(output).toContain("htp");
    writeFileSync(join(folder, "haproxy.cfg"), config);
    expect((await reload()).exitCode).toBe(0);
  });
});

function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}
