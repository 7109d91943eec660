import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type { TestServer } from "../../testbed/index.ts";

// Debian's own; `.ci/run` installs it.
const program = "/usr/bin/docker-registry";

/** Why there can be no registry here; undefined where there can. */
export function whyNoRegistry(): string | undefined {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return `${program} is not there (apt-get install docker-registry)`;
  }
}

/** A registry on this machine, and the same one on servers: what is pushed here is there after `copyTo`. */
export interface Registry {
  /** Where each side finds it: engines trust this machine's own addresses without TLS. */
  readonly address: string;
  /** Builds a folder and pushes it under a name, which begins with the address; gives its digest. */
  push(name: string, folder: string): string;
  /** Brings the content to a server, and serves it there at the same address. */
  copyTo(server: TestServer): Promise<void>;
  close(): void;
}

/** @param port one for each file of tests: several may run at the same time */
export async function openRegistry(port: number): Promise<Registry> {
  const address = `127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "wherry-registry-"));
  const data = join(folder, "data");
  writeFileSync(join(folder, "config.yml"), configOf(data, address));
  const running = spawn(program, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  try {
    await vi.waitFor(async () => (await fetch(`http://${address}/v2/`)).text(), { timeout: 20_000, interval: 100 });
  } catch (error) {
    running.kill();
    throw error;
  }
  const served = new Set<TestServer>();
  const pushed = new Set<string>();
  const docker = (...args: readonly string[]): string =>
    execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" }).trim();

  return {
    address,
    push(name, from) {
      docker("build", "--quiet", "--tag", name, from);
      pushed.add(name);
      const told = docker("push", name);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(told)?.[1];
      if (digest === undefined) throw new Error(`docker push told no digest: ${told}`);
      return digest;
    },
    async copyTo(server) {
      const input = execFileSync("tar", ["-C", data, "-cf", "-", "."], { maxBuffer: 1e9 });
      await server.exec(["sh", "-c", "mkdir -p /srv/registry && tar -C /srv/registry -xf -"], { input });
      if (!served.has(server)) await serveOn(server, port);
      served.add(server);
    },
    close() {
      running.kill();
      for (const name of pushed) docker("image", "rm", name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(root: string, address: string): string {
  return `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${root} } }
http: { addr: "${address}" }
`;
}

async function serveOn(server: TestServer, port: number): Promise<void> {
  const install = "cat > /usr/local/bin/docker-registry && chmod +x /usr/local/bin/docker-registry";
  await server.exec(["sh", "-c", install], { input: readFileSync(program) });
  const config = configOf("/srv/registry", `127.0.0.1:${port}`);
  await server.exec(["sh", "-c", "cat > /srv/registry.yml"], { input: config });
  await server.exec(["systemd-run", "--unit=registry", "/usr/local/bin/docker-registry", "serve", "/srv/registry.yml"]);
  const listening = ["ss", "-Hltn", `sport = :${port}`];
  await vi.waitFor(
    async () => {
      if ((await server.exec(listening)).stdout.trim() === "") throw new Error("the registry does not listen");
    },
    { timeout: 20_000, interval: 200 },
  );
}
