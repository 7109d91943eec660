import { connect } from "node:net";
import { attempt, run, succeeds, until } from "../scripts/engine/run.ts";
import type { Result, RunOptions } from "../scripts/engine/run.ts";
import type { SystemName } from "./systems.ts";

/** The container that plays a server: make it, wait for it, end it. */
export interface Machine {
  readonly n: number;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly disk: "plain" | "small";
  readonly system: SystemName;
}

export const nameOf = (n: number): string => `wherry-testbed-${n}`;
const label = "wherry.testbed";

/** Bytes of the small disk. Sparse: it takes what is written to it. */
const smallDisk = 3 * 1024 ** 3;

export async function createMachine(
  n: number,
  image: string,
  publicKey: string,
  kind: Pick<Machine, "disk" | "system">,
  fillDisk: (volume: string) => Promise<void> = async () => {},
): Promise<Machine> {
  // Before the ports are looked at: an older server of this number is not somebody else who listens there.
  await removeMachine(n);
  const machine = {
    n,
    name: nameOf(n),
    address: `127.0.0.${10 + n}`,
    ...kind,
    ...(await freePorts(`127.0.0.${10 + n}`)),
  };
  const ports = [machine.port, machine.httpPort, machine.httpsPort];
  const command = ["docker", "run", "--detach", "--name", machine.name, "--hostname", machine.name];
  command.push("--label", `${label}=${JSON.stringify(machine)}`, "--env", `TESTBED_KEY=${publicKey}`);
  // So that a reboot from inside is one.
  command.push("--restart", "unless-stopped");
  // Not --privileged: that fails where the machine itself lacks CAP_SYS_RESOURCE.
  command.push("--cgroupns", "private", "--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE");
  for (const limit of ["seccomp", "apparmor", "systempaths"]) command.push("--security-opt", `${limit}=unconfined`);
  for (const folder of ["/run:exec", "/run/lock", "/tmp:exec"]) command.push("--tmpfs", folder);
  [22, 80, 443].forEach((inside, i) => command.push("--publish", `${machine.address}:${ports[i]}:${inside}`));
  if (kind.disk === "small") {
    command.push("--env", `TESTBED_DISK=${smallDisk}`, "--volume", `${volumeOf(n)}:/disk`);
    // Loop devices.
    command.push("--device-cgroup-rule", "b 7:* rmw", "--device-cgroup-rule", "c 10:237 rmw");
  } else {
    // A volume, because overlay2 does not work on overlay2.
    command.push("--volume", `${volumeOf(n)}:/var/lib/docker`);
  }
  await run(["docker", "volume", "create", "--label", label, volumeOf(n)]);
  await fillDisk(volumeOf(n));
  await run([...command, image]);
  return machine;
}

/** The standard ports, or others where the machine itself listens on all addresses. */
async function freePorts(address: string): Promise<Pick<Machine, "port" | "httpPort" | "httpsPort">> {
  const free = async (port: number): Promise<number> => ((await listens(address, port)) ? port + 10_000 : port);
  const [port, httpPort, httpsPort] = await Promise.all([free(22), free(80), free(443)]);
  return { port, httpPort, httpsPort };
}

function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once("connect", () => socket.destroy() && resolve(true));
    socket.once("error", () => resolve(false));
  });
}

export async function findMachines(): Promise<readonly Machine[]> {
  const filter = ["--all", "--filter", `label=${label}`, "--format", `{{.Label "${label}"}}`];
  const lines = (await run(["docker", "ps", ...filter])).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Machine).toSorted((a, b) => a.n - b.n);
}

export async function removeMachine(n: number): Promise<void> {
  await attempt(["docker", "rm", "--force", "--volumes", nameOf(n)]);
  await attempt(["docker", "volume", "rm", "--force", volumeOf(n)]);
}

export const volumeOf = (n: number): string => `${nameOf(n)}-disk`;

/** Through the outer engine, not through ssh: works when the server's network is cut or its sshd is down. */
export function execIn(
  n: number,
  argv: readonly string[],
  options: RunOptions & { user?: string } = {},
): Promise<Result> {
  return attempt(["docker", "exec", "--interactive", "--user", options.user ?? "root", nameOf(n), ...argv], options);
}

/** Like `execIn`, for what must succeed. */
export async function mustExecIn(n: number, argv: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await execIn(n, argv);
  if (exitCode !== 0) throw new Error(`${nameOf(n)}: ${argv[0]} failed (exit ${exitCode}): ${stderr.trim()}`);
  return stdout;
}

const booted =
  "systemctl is-system-running --wait >/dev/null 2>&1; { systemctl is-active --quiet ssh || systemctl is-active --quiet ssh.socket; } && docker version >/dev/null 2>&1";

/** Waits until systemd has started everything, sshd listens and Docker answers. */
export async function waitForBoot(n: number): Promise<void> {
  await until(`boot of ${nameOf(n)}`, 90_000, () =>
    succeeds(["docker", "exec", nameOf(n), "sh", "-c", booted], { timeout: 30_000 }),
  );
}

/** From inside, as an administrator does it. Services are stopped in order; Docker gives containers 10 s. */
export async function rebootMachine(n: number): Promise<void> {
  const before = await startedAt(n);
  await execIn(n, ["systemctl", "reboot"]);
  await until(`reboot of ${nameOf(n)}`, 120_000, async () => (await startedAt(n)) !== before);
  await waitForBoot(n);
}

/** Every process gone at the same instant, nothing told. What was written but not synced survives, unlike a power cut. */
export async function crashMachine(n: number): Promise<void> {
  await run(["docker", "kill", nameOf(n)]);
  await run(["docker", "start", nameOf(n)]);
  await waitForBoot(n);
}

function startedAt(n: number): Promise<string> {
  return run(["docker", "inspect", "--format", "{{.State.StartedAt}}", nameOf(n)]);
}
