import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { firstKey, welcome } from "../../src/infra/host-keys.ts";
import { readMachines } from "../../src/infra/session.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder, writeFiles } from "../helpers/temporary.ts";
import { userData } from "./first-boot.ts";
import { bootNewMachine } from "./new-machine/index.ts";

test("a new machine makes itself a server from its user data, though its volume is late and the mirror away", async () => {
  const folder = temporaryFolder({
    "wherry.yaml": "app: shop\nenvironments:\n  production:\n    infrastructure: { size: cx23 }\n",
  });
  const [key, config] = [join(folder, "key"), join(folder, "ssh_config")];
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  writeFiles(folder, {
    ssh_config: `IdentityFile ${key}\nIdentitiesOnly yes\nUserKnownHostsFile ${folder}/own/known\n`,
  });
  const ctx = createContext({ env: { ...process.env, WHERRY_SSH_CONFIG: config }, cwd: folder });
  const machines = await readMachines(ctx, { environment: "production", directory: undefined });
  mkdirSync(machines.folder, { recursive: true });
  const first = await firstKey(ctx, machines.folder);
  const values = { ssh_keys: [readFileSync(`${key}.pub`, "utf8").trim()], first_host_key: first, volume: "4711" };
  const machine = await bootNewMachine(userData("debian-13", values));
  onTestFinished(() => machine.remove());
  const said: string[] = [];
  const greet = (): Promise<void> =>
    welcome(ctx, machines, { name: "shop-production-1", address: machine.address }, first, (event) => {
      if (event.type === "note") said.push(event.text);
    });

  // It is welcomed while it waits for its volume.
  const failed = greet().catch((error: unknown) => error);
  await machine.sh("while ! grep -q Volume_4711 /etc/fstab; do sleep 0.5; done");
  await machine.attachVolume("4711");
  expect(await failed).toMatchObject({
    code: "first-boot-failed",
    context: expect.arrayContaining([expect.stringMatching(/scripts.user/)]) as string[],
  });
  await machine.reachMirror();
  await greet();

  expect(said.join("\n")).toContain("its commands failed, and were run once more");
  const known = readFileSync(join(machines.folder, "known_hosts"), "utf8");
  expect(known).not.toContain(first.public);
  const login = (user: string, command: string) =>
    spawnSync("ssh", ["-F", config, "-o", "BatchMode=yes", `${user}@${machine.address}`, command], {
      encoding: "utf8",
    });
  // ssh's own folder, where there was none.
  expect(statSync(join(folder, "own")).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(folder, "own/known"), "utf8")).toBe(known);
  expect(login("root", "id").stderr).toContain("Permission denied (publickey)");
  const facts = [
    "sudo -n id -u",
    "docker info --format '{{.ServerVersion}}' | grep -c .",
    "docker compose version | grep -c v.",
    "docker buildx version | grep -c buildx",
    "findmnt -n -o FSTYPE /var/lib/docker/volumes",
    "systemctl show docker -p RequiresMountsFor --value",
    "stat -c '%U %a' /var/lib/wherry",
    "sudo sshd -T | grep -E '^(passwordauthentication|permitrootlogin|kbdinteractiveauthentication) ' | sort",
  ];
  const answers = login("deploy", facts.join("; "));
  expect(answers.stdout.trim().split("\n")).toEqual([
    "0",
    "1",
    "1",
    "1",
    "xfs",
    "/var/lib/docker/volumes",
    "deploy 700",
    "kbdinteractiveauthentication no",
    "passwordauthentication no",
    "permitrootlogin no",
  ]);
});
