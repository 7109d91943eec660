import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { ensureEngine } from "../scripts/engine/index.ts";
import type { Result } from "../scripts/engine/run.ts";
import { openDistance } from "./delay.ts";
import { cutNetwork, fillDisk, freeDisk, healNetwork } from "./faults.ts";
import { ensureImage } from "./image.ts";
import { copySeed, ensureSeed } from "./seed.ts";
import * as machines from "./machine.ts";
import type { Machine } from "./machine.ts";
import { claim, ensureKey, folderOf, forget, keyFile, ownerOf, sshFilesIn, writeSshFiles } from "./state.ts";
import type { Owner } from "./state.ts";
import { systemToUse } from "./systems.ts";
import type { SystemName } from "./systems.ts";

export interface TestServer {
  /** 1 is 127.0.0.11, and so on. */
  readonly n: number;
  readonly name: string;
  readonly address: string;
  /** Of sshd: 22, unless something on this machine listens there on all addresses. The next two likewise. */
  readonly port: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly user: "root" | "deploy";
  /** For `ssh -F`: knows the server by alias and by address, with key and host keys. */
  readonly sshConfig: string;
  /** Alias in `sshConfig`. */
  readonly host: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** Not through ssh: works when the network is cut. As root, unless told otherwise. */
  exec(argv: readonly string[], options?: { input?: string | Uint8Array; user?: string }): Promise<Result>;
  /** A new server in its place: empty disk, new host keys. */
  reset(): Promise<void>;
  /** `systemctl reboot`, until ssh and Docker answer again. */
  reboot(): Promise<void>;
  /** Kills everything at once and boots, until ssh and Docker answer again. */
  crash(): Promise<void>;
  /** Packets disappear from now on, in both directions, without a reset. */
  cutNetwork(): Promise<void>;
  healNetwork(): Promise<void>;
  /** The same server, seen through a way with this round-trip time. Close it. */
  delay(milliseconds: number): Promise<DistantServer>;
  /** Needs `disk: "small"`. Gives the bytes that are really left. */
  fillDisk(leaveBytes?: number): Promise<number>;
  freeDisk(): Promise<void>;
  /** Copies an image of this machine's engine into the server's. For tests that are not about shipping. */
  preloadImage(tag: string): Promise<void>;
  remove(): Promise<void>;
}

export interface DistantServer extends TestServer {
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Left out: the first number that nobody uses. */
  readonly n?: number;
  /** "small": Docker and Wherry on a disk of 3 GB of their own, which can be filled. */
  readonly disk?: "small";
  /** Left out: what WHERRY_TESTBED_SYSTEM says, else Debian 13. `whyNot` says where another one cannot be. */
  readonly system?: SystemName;
  /** It has had apps before: the base images of the test apps are there. Only without `disk`. */
  readonly warm?: boolean;
  /** Whom `host` logs in as. Both exist; `deploy` may use Docker and sudo. */
  readonly user?: "root" | "deploy";
  /** Of a person, by `up`: stays when the process ends, and no test takes it unless it asks for its number. */
  readonly keep?: boolean;
  readonly say?: (line: string) => void;
}

/** A new server, booted. About 2 s; the first one on a machine takes minutes, as its image is made. */
export async function createServer(options: ServerOptions = {}): Promise<TestServer> {
  const say = options.say ?? (() => {});
  await ensureEngine(say);
  const kind = { disk: options.disk ?? ("plain" as const), system: options.system ?? systemToUse() };
  const [image, key] = [await ensureImage(kind.system, say), await ensureKey()];
  const makeIt = (volume: string, images: readonly string[]): Promise<void> =>
    makeSeed(volume, images, kind.system, image);
  const seed = options.warm === true ? await ensureSeed(kind.system, image, makeIt) : undefined;
  const n = await claimNumber(options);
  return describe(await boot(n, image, key, kind, seed), options.user ?? "deploy", seed);
}

/** A server that is already there, as it is. */
export async function existingServer(n: number): Promise<TestServer | undefined> {
  const machine = (await machines.findMachines()).find((machine) => machine.n === n);
  return machine && describe(machine, "deploy");
}

/** All servers, and who uses them. */
export async function listServers(): Promise<readonly (Machine & { readonly owner: Owner | undefined })[]> {
  const found = await machines.findMachines();
  return Promise.all(found.map(async (machine) => ({ ...machine, owner: await ownerOf(machine.n) })));
}

/** Removes every server of the testbed, whoever uses it. */
export async function removeAll(): Promise<readonly string[]> {
  const found = await machines.findMachines();
  await Promise.all(found.map(({ n }) => remove(n)));
  return found.map(({ name }) => name);
}

const taken = new Set<number>();

async function claimNumber(options: ServerOptions): Promise<number> {
  const owner = options.keep === true ? "kept" : process.pid;
  if (options.n !== undefined) {
    taken.add(options.n);
    if (await claim(options.n, owner)) return options.n;
    const other = await ownerOf(options.n);
    throw new Error(
      `${machines.nameOf(options.n)} is in use by process ${other}: wait for it, or take another number.`,
    );
  }
  for (let n = 1; n < 200; n += 1) {
    // Not awaited in between: two calls at the same time must not take the same one.
    if (taken.has(n)) continue;
    taken.add(n);
    if ((await ownerOf(n)) === undefined && (await claim(n, owner))) return n;
    taken.delete(n);
  }
  throw new Error("all numbers of the testbed are in use: `npm run testbed -- down` removes all servers.");
}

async function remove(n: number): Promise<void> {
  await machines.removeMachine(n);
  await forget(n);
  taken.delete(n);
}

async function boot(
  n: number,
  image: string,
  publicKey: string,
  kind: Pick<Machine, "disk" | "system">,
  seed: string | undefined,
): Promise<Machine> {
  const fill = seed === undefined ? undefined : (volume: string) => copySeed(image, seed, volume);
  const machine = await machines.createMachine(n, image, publicKey, kind, fill);
  await machines.waitForBoot(n);
  await writeSshFiles(folderOf(n), { ...machine, hostKeys: await hostKeys(n) });
  return machine;
}

/** Fills a volume with the disk of a server that got these images and was ended in order. */
async function makeSeed(volume: string, images: readonly string[], system: SystemName, image: string): Promise<void> {
  const one = await createServer({ system });
  for (const tag of images) await one.preloadImage(tag);
  // Without its identity: no two engines are the same.
  await one.exec(["sh", "-c", "systemctl stop docker.socket docker containerd; rm -f /var/lib/docker/engine-id"]);
  await copySeed(image, machines.volumeOf(one.n), volume);
  await one.remove();
}

function describe(machine: Machine, user: TestServer["user"], seed?: string): TestServer {
  const { n, name, address, port, httpPort, httpsPort } = machine;
  const server: TestServer = {
    n,
    name,
    address,
    port,
    httpPort,
    httpsPort,
    user,
    keyFile,
    ...sshFilesIn(folderOf(n)),
    host: user === "root" ? `${name}-root` : name,
    exec: (argv, options) => machines.execIn(n, argv, options),
    async reset() {
      await boot(
        n,
        await ensureImage(machine.system, () => {}),
        await ensureKey(),
        { disk: machine.disk, system: machine.system },
        seed,
      );
    },
    reboot: () => machines.rebootMachine(n),
    crash: () => machines.crashMachine(n),
    cutNetwork: () => cutNetwork(n),
    healNetwork: () => healNetwork(n),
    async delay(milliseconds) {
      return { ...server, ...(await openDistance(machine, milliseconds, await hostKeys(n))) };
    },
    fillDisk: (leaveBytes = 0) => fillDisk(machine, leaveBytes),
    freeDisk: () => freeDisk(n),
    preloadImage: (tag) => preloadImage(name, tag),
    remove: () => remove(n),
  };
  return server;
}

/** Read inside the server, not asked over the network: this is what a person would have noted at the provider's console. */
async function hostKeys(n: number): Promise<readonly string[]> {
  const text = await machines.mustExecIn(n, ["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" ").slice(0, 2).join(" "));
}

async function preloadImage(name: string, tag: string): Promise<void> {
  const save = spawn("docker", ["save", tag], { stdio: ["ignore", "pipe", "inherit"] });
  const load = spawn("docker", ["exec", "--interactive", name, "docker", "load", "--quiet"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const [[saved], [loaded]] = (await Promise.all([
    once(save, "close"),
    once(load, "close"),
    pipeline(save.stdout, load.stdin),
  ])) as unknown as [[number], [number]];
  if (saved !== 0 || loaded !== 0) throw new Error(`${name}: could not copy the image ${tag} into it`);
}
