import process from "node:process";
import { createServer, existingServer, listServers, removeAll } from "./server.ts";
import type { ServerOptions, TestServer } from "./server.ts";
import { removeImages } from "./image.ts";
import { removeSeeds } from "./seed.ts";
import { ownerOf, sshConfigOfAll } from "./state.ts";
import { isSystemName, systemNames, systemToUse, usualSystem } from "./systems.ts";

const usage = `Test servers on this machine: server N is 127.0.0.(10+N), with ssh, http and https.

  npm run testbed -- up [COUNT] [--small]   start servers 1 to COUNT (default 1) that are not there; --small: with a disk
                        [--system NAME]     of 3 GB that can be filled; --system: ${systemNames.join(", ")};
                                            ${usualSystem} if not told
  npm run testbed -- list                   what is there, and how to reach it
  npm run testbed -- reset N                a new server in its place
  npm run testbed -- reboot N               orderly
  npm run testbed -- crash N                not so
  npm run testbed -- cut N | heal N         packets disappear, or do so no longer
  npm run testbed -- delay N MS             another way to it with this round-trip time, until Ctrl-C
  npm run testbed -- fill N [BYTES]         fill the small disk, leaving BYTES (default 0)
  npm run testbed -- drain N                free it again
  npm run testbed -- down [--image]         remove all servers; --image: and the images that they are made of
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function up(count: number, options: Pick<ServerOptions, "disk" | "system">): Promise<void> {
  const present = new Set((await listServers()).map(({ n }) => n));
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((n) => !present.has(n));
  // The first one makes the image if it is missing; the others find it.
  const [first, ...others] = missing.map((n) => () => createServer({ n, keep: true, say, ...options }));
  await first?.();
  await Promise.all(others.map((start) => start()));
  await list();
}

async function list(): Promise<void> {
  for (const server of await listServers()) {
    const owner = typeof server.owner === "number" ? `in use by process ${server.owner}` : "";
    const disk = server.disk === "small" ? "small disk" : "";
    const system = server.system === usualSystem ? "" : server.system;
    const ssh = `ssh -F ${sshConfigOfAll} ${server.name}`;
    console.log([server.name, server.address, ssh, system, disk, owner].filter((text) => text !== "").join("  "));
  }
}

async function down(image: boolean): Promise<void> {
  for (const name of await removeAll()) console.log(`removed ${name}`);
  await removeSeeds();
  if (image) await removeImages();
}

async function delay(server: TestServer, milliseconds: number): Promise<void> {
  const far = await server.delay(milliseconds);
  console.log(`ssh -F ${far.sshConfig} ${far.host}`);
  console.log(`http://${far.address}:${far.httpPort}  https://${far.address}:${far.httpsPort}  (Ctrl-C to end)`);
  // A timer, because waiting for a signal does not keep a process alive.
  const hold = setInterval(() => {}, 2 ** 30);
  await new Promise((resolve) => process.once("SIGINT", resolve));
  clearInterval(hold);
  await far.close();
}

type Action = (server: TestServer, amount: number) => Promise<unknown>;

const actions: Readonly<Record<string, Action>> = {
  reset: (server) => server.reset(),
  reboot: (server) => server.reboot(),
  crash: (server) => server.crash(),
  cut: (server) => server.cutNetwork(),
  heal: (server) => server.healNetwork(),
  fill: async (server, bytes) => console.log(`${await server.fillDisk(bytes || 0)} bytes left`),
  drain: (server) => server.freeDisk(),
  delay,
};

async function main([verb = "", ...args]: readonly string[]): Promise<number> {
  const numbers = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const [first, second = Number.NaN] = numbers;
  if (verb === "up") await up(first ?? 1, wishes(args));
  else if (verb === "list") await list();
  else if (verb === "down") await down(args.includes("--image"));
  else return act(actions[verb], first, second);
  return 0;
}

function wishes(args: readonly string[]): Pick<ServerOptions, "disk" | "system"> {
  const system = args.includes("--system") ? (args[args.indexOf("--system") + 1] ?? "") : systemToUse();
  if (!isSystemName(system)) throw new Error(`--system knows ${systemNames.join(", ")}`);
  return { system, ...(args.includes("--small") ? { disk: "small" } : {}) };
}

async function act(action: Action | undefined, n: number | undefined, amount: number): Promise<number> {
  if (action === undefined || n === undefined || (action === delay && Number.isNaN(amount))) {
    process.stderr.write(usage);
    return 2;
  }
  const server = await existingServer(n);
  if (server === undefined) throw new Error(`there is no server ${n}: npm run testbed -- up ${n}`);
  const owner = await ownerOf(n);
  if (typeof owner === "number") say(`note: ${server.name} is in use by process ${owner}`);
  await action(server, amount);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
