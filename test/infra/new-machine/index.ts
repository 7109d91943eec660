import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { attempt, run } from "../../../scripts/engine/run.ts";
import { temporaryFolder } from "../../helpers/temporary.ts";

const recipe = join(import.meta.dirname, "Dockerfile");
const root = join(import.meta.dirname, "../../..");
const image = "wherry-new-machine:debian-13";

/** A machine whose own cloud-init reads the user data, in a container with its own systemd. */
export interface NewMachine {
  readonly address: string;
  /** As root, not through ssh; throws where it fails. */
  sh(script: string): Promise<string>;
  /** A disk of xfs turns up under the name that the provider gives to a volume of this number. */
  attachVolume(volume: string): Promise<void>;
  /** Debian's packages can be had from now on. */
  reachMirror(): Promise<void>;
  remove(): Promise<void>;
}

/** Boots it for the first time. No mirror of Debian can be reached, until told so. */
export async function bootNewMachine(userData: string): Promise<NewMachine> {
  // The part that makes a container look like a machine to systemd is that of the test servers.
  await run(["docker", "build", "-q", "-t", image, "-f", recipe, join(root, "testbed/image")]);
  const name = `wherry-new-machine-${randomUUID().slice(0, 8)}`;
  const command = ["docker", "create", "--name", name, "--hostname", name, "--volume", "/var/lib/docker"];
  command.push("--cgroupns", "private", "--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE");
  for (const limit of ["seccomp", "apparmor", "systempaths"]) command.push("--security-opt", `${limit}=unconfined`);
  for (const folder of ["/run:exec", "/run/lock", "/tmp:exec"]) command.push("--tmpfs", folder);
  // Loop devices.
  command.push("--device-cgroup-rule", "b 7:* rmw", "--device-cgroup-rule", "c 10:237 rmw");
  await run([...command, image]);
  const files = temporaryFolder({
    "seed/user-data": userData,
    "seed/meta-data": `instance-id: ${name}\nlocal-hostname: ${name}\n`,
    away: 'Acquire::http::Proxy "http://127.0.0.9:9";\nAcquire::Retries "0";\n',
  });
  await run(["docker", "cp", `${files}/seed/.`, `${name}:/var/lib/cloud/seed/nocloud`]);
  await run(["docker", "cp", join(files, "away"), `${name}:${away}`]);
  await run(["docker", "start", name]);
  const address = await run(["docker", "inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", name]);
  const sh = (script: string): Promise<string> => run(["docker", "exec", name, "sh", "-c", script]);
  return {
    address: address.trim(),
    sh,
    attachVolume: async (volume) => void (await sh(volumeScript(volume))),
    reachMirror: async () => void (await sh(`rm ${away}`)),
    remove: async () => void (await attempt(["docker", "rm", "--force", "--volumes", name])),
  };
}

const away = "/etc/apt/apt.conf.d/99-away";

const volumeScript = (volume: string): string => `set -e
[ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
for i in $(seq 0 63); do [ -e /dev/loop$i ] || mknod /dev/loop$i b 7 $i; done
truncate -s 400M /volume
mkfs.xfs -q /volume
mkdir -p /dev/disk/by-id
ln -s "$(losetup --show -f /volume)" /dev/disk/by-id/scsi-0HC_Volume_${volume}`;
