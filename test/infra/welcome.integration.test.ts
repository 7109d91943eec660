import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { firstKey, welcome } from "../../src/infra/host-keys.ts";
import { readMachines } from "../../src/infra/session.ts";
import { waitingServers } from "../../src/infra/waiting.ts";
import { createContext } from "../../src/system/index.ts";
import type { Context } from "../../src/system/index.ts";
import { server } from "../../testbed/index.ts";
import type { TestServer } from "../../testbed/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

let machine: TestServer;

beforeAll(async () => {
  machine = await server();
});

afterAll(() => machine.remove());

test("a new server is believed by the key that was sent along alone, and has one of its own afterwards, wherever it was cut", async () => {
  const folder = temporaryFolder({
    "wherry.yaml": "app: shop\nenvironments:\n  production:\n    infrastructure: { size: cx23 }\n",
  });
  // The way to the server and the key to log in; what is known of its host key is in another file.
  const known = join(folder, "own_known_hosts");
  const config = readFileSync(machine.sshConfig, "utf8").replaceAll(/^(\s*UserKnownHostsFile) .*$/gim, `$1 ${known}`);
  writeFileSync(join(folder, "ssh_config"), config);
  writeFileSync(known, "");
  const env = { ...process.env, WHERRY_SSH_CONFIG: join(folder, "ssh_config") };
  const real = createContext({ env, cwd: folder });
  /** The script on the server ends behind the line that has this, and nobody hears of what it did. */
  let cut: string | undefined;
  const context: Context = {
    ...real,
    processes: {
      ...real.processes,
      run(argv, options) {
        const { input } = options ?? {};
        if (cut === undefined || typeof input !== "string") return real.processes.run(argv, options);
        const lines = input.split("\n").flatMap((line) => (line.includes(cut ?? "") ? [line, "exit 7"] : [line]));
        return real.processes.run(argv, { ...options, input: lines.join("\n") });
      },
    },
  };
  const machines = await readMachines(context, { environment: "production", directory: undefined });
  mkdirSync(machines.folder, { recursive: true });
  const greet = (): Promise<void> =>
    firstKey(context, machines.folder).then((first) =>
      welcome(context, machines, { name: "shop-production-1", address: machine.address }, first, () => {}),
    );

  await expect(greet()).rejects.toMatchObject({ code: "host-key-changed" });

  // What cloud-init does with the user data, and what it says at the end.
  const first = await firstKey(context, machines.folder);
  const asRoot = (script: string, input: string) => machine.exec(["sh", "-c", script], { input });
  await asRoot("umask 077; cat > /etc/ssh/ssh_host_ed25519_key", first.private);
  await asRoot("cat > /etc/ssh/ssh_host_ed25519_key.pub && systemctl reload ssh", `${first.public}\n`);
  await asRoot(
    "cat > /usr/local/bin/cloud-init && chmod +x /usr/local/bin/cloud-init",
    '#!/bin/sh\necho "status: done"\n',
  );
  for (const place of ["keygen -q", "mv -f", 'rm -f "$key.new.pub"', '$key"; fi', "tee", "systemctl reload"]) {
    cut = place;
    await expect(greet()).rejects.toMatchObject({ code: "setup-interrupted" });
    cut = undefined;
    // What a machine that lost its power may have of a file.
    if (place === "mv -f") await asRoot(": > /etc/ssh/next_host_key", "");
  }
  await greet();
  expect(await waitingServers(context, machines.folder)).toEqual([]);

  const [address, type, body] = readFileSync(join(machines.folder, "known_hosts"), "utf8").trim().split(" ");
  expect(address).toBe(machine.address);
  expect(`${type} ${body}`).not.toBe(first.public);
  expect(readFileSync(known, "utf8")).toContain(body);
  const keyscan = ["-t", "ed25519", "-p", String(machine.port), machine.address];
  // While sshd takes its new key it closes connections that came in this instant.
  const shown = () => execFileSync("ssh-keyscan", keyscan, { encoding: "utf8" });
  await vi.waitFor(() => expect(shown()).toContain(`${type} ${body}`), { timeout: 20_000, interval: 500 });
});
