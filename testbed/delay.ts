import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Machine } from "./machine.ts";
import { folderOf, writeSshFiles } from "./state.ts";
import type { SshFiles } from "./state.ts";

export interface Distance extends SshFiles {
  readonly port: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Ends the connections that go this way, and the way. */
  close(): Promise<void>;
}

/** Another way to the same server, on ports of its own, with this round-trip time. The direct way stays. */
export async function openDistance(
  machine: Machine,
  milliseconds: number,
  hostKeys: readonly string[],
): Promise<Distance> {
  const targets = [machine.port, machine.httpPort, machine.httpsPort].map(String);
  const relay = spawn(
    process.execPath,
    [join(import.meta.dirname, "relay.ts"), machine.address, String(milliseconds), ...targets],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line] = (await once(createInterface(relay.stdout), "line")) as [string];
  const [port = 0, httpPort = 0, httpsPort = 0] = JSON.parse(line) as readonly number[];
  // Neither it nor the pipes may keep the process alive that started it.
  relay.stdout.destroy();
  relay.unref();
  (relay.stdin as Socket).unref();
  const folder = join(folderOf(machine.n), `delay-${port}`);
  const files = await writeSshFiles(folder, { name: machine.name, address: machine.address, port, hostKeys });
  return {
    ...files,
    port,
    httpPort,
    httpsPort,
    async close() {
      relay.ref();
      relay.stdin.end();
      if (relay.exitCode === null && relay.signalCode === null) await once(relay, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
