import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestServer } from "../../testbed/index.ts";

/**
 * Starts Pebble, an ACME authority for tests, on a test server. Its programs come from Debian.
 * @param hosts names that lead to that server, and that it takes for its own
 * @param reach `shared`: other servers reach it at the address of this one; else this one alone, at 127.0.0.1
 * @returns PEM of the authorities behind its own certificate and behind those that it gives
 */
export async function startPebble(
  server: TestServer,
  hosts: readonly string[],
  reach: "alone" | "shared",
): Promise<string> {
  const dockerfile =
    "FROM debian:trixie-slim\nRUN apt-get update -q && apt-get install -qy --no-install-recommends pebble\n";
  execFileSync("docker", ["build", "--quiet", "--tag", "wherry-test/pebble", "-"], {
    input: dockerfile,
    stdio: "pipe",
  });
  for (const program of ["pebble", "pebble-challtestsrv"]) {
    const binary = execFileSync("docker", ["run", "--rm", "wherry-test/pebble", "cat", `/usr/bin/${program}`], {
      maxBuffer: 1e8,
    });
    await server.exec(["sh", "-c", `cat > /usr/local/bin/${program} && chmod +x /usr/local/bin/${program}`], {
      input: binary,
    });
  }
  const script = readFileSync(join(import.meta.dirname, "pebble.sh"), "utf8");
  const { stdout, stderr, exitCode } = await server.exec(["bash", "-c", script, "pebble", hosts.join(" "), reach]);
  if (exitCode !== 0) throw new Error(`Pebble does not start: exit ${exitCode}\n${stderr}`);
  return stdout;
}
