import { dirname, join } from "node:path";
import { WherryError } from "../core/index.ts";
import type { Report } from "../core/index.ts";
import { apply, compare } from "../writer/index.ts";
import type { Context } from "../system/index.ts";
import { deployUser, folderOf } from "./machines.ts";
import newHostKey from "./scripts/new-host-key.sh?raw";
import ready from "./scripts/ready.sh?raw";
import takeHostKey from "./scripts/take-host-key.sh?raw";
import type { WantedMachines } from "./session.ts";
import { awaitKey, greeted, waitingServers } from "./waiting.ts";

/**
 * How a new server's host key becomes known without anybody in between.
 *
 * Providers have no channel that reads what a machine says at its first boot, so trust has to go in with the order: a key is
 * made here and given along as user data. User data can be read by every program on the machine for ever, so that key is
 * good for the first connection alone: over it, the server makes another one, its public half is written down here, and only
 * then it takes the place of the first. Killed in between, the next apply goes on: the first key is kept until nobody waits
 * to be greeted.
 */
export interface FirstKey {
  readonly private: string;
  /** `ssh-ed25519 AAAA...` */
  readonly public: string;
}

/** As long as every one of ed25519, for what is reckoned before one is made. */
export const sampleHostKey: FirstKey = {
  private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${"x".repeat(70)}\n`.repeat(4)}${"x".repeat(32)}\n-----END OPENSSH PRIVATE KEY-----\n`,
  public: `ssh-ed25519 ${"x".repeat(68)}`,
};

const fileName = "first_host_key";

/** The key for servers that are ordered now; the one of an apply that did not come to its end, where there is one. */
export async function firstKey(ctx: Context, folder: string): Promise<FirstKey> {
  const path = join(folder, fileName);
  const kept = await ctx.files.readText(path);
  const keptPublic = await ctx.files.readText(`${path}.pub`);
  if (kept !== undefined && keptPublic !== undefined) return { private: kept, public: keptPublic.trim() };
  return ctx.files.withTemporaryFolder(async (temporary) => {
    const made = join(temporary, "key");
    const result = await ctx.processes.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", made]);
    if (result.exitCode !== 0) throw new Error(`ssh-keygen: ${result.stderr}`);
    const key = {
      private: (await ctx.files.readText(made)) ?? "",
      public: ((await ctx.files.readText(`${made}.pub`)) ?? "").trim(),
    };
    await ctx.files.write(path, key.private, 0o600);
    await ctx.files.write(`${path}.pub`, `${key.public}\n`, 0o600);
    return key;
  });
}

export async function forgetFirstKey(ctx: Context, folder: string): Promise<void> {
  await ctx.files.remove(join(folder, fileName));
  await ctx.files.remove(join(folder, `${fileName}.pub`));
}

/** Lines of the environment's known_hosts: what the team, and its pipelines, may trust. */
export async function knownHosts(ctx: Context, folder: string): Promise<readonly string[]> {
  const text = (await ctx.files.readText(join(folder, "known_hosts"))) ?? "";
  return text.split("\n").filter((line) => line.trim() !== "");
}

export function isKnown(lines: readonly string[], address: string): boolean {
  return lines.some((line) => line.startsWith(`${address} `));
}

export interface NewServer {
  readonly name: string;
  readonly address: string;
}

/** Two answers in a row mean little on a machine that boots; a server of the provider is up within a minute or two. */
const patience = { connect: 180_000, boot: 900_000, pause: 3000 } as const;

/**
 * Waits for a new server's first boot, and writes down the host key that it has from then on.
 * @throws WherryError `first-boot-failed`, `unreachable`
 */
export async function welcome(
  ctx: Context,
  machines: WantedMachines,
  { name, address }: NewServer,
  first: FirstKey,
  report: Report,
): Promise<void> {
  const { folder, environment } = machines;
  const told = (await waitingServers(ctx, folder)).find((one) => one.name === name)?.keys ?? [];
  await ctx.files.withTemporaryFolder(async (temporary) => {
    const known = join(temporary, "known_hosts");
    await ctx.files.write(known, [first.public, ...told].map((key) => `${address} ${key}\n`).join(""), 0o600);
    const ssh = connection(ctx, known, address);
    await reach(ctx, ssh, { name, address }, environment);
    const [code = "", ...said] = (await must(ssh(ready, patience.boot), name)).split("\n");
    if (code === "2")
      report({ type: "note", text: `${name}: its first boot ended with warnings: ${said.join(" ").trim()}` });
    else if (code !== "0") {
      throw new WherryError("failed", "first-boot-failed", `the first boot of ${name} failed`, {
        context: said.filter((line) => line.trim() !== ""),
        hint: `ssh ${deployUser}@${address} sudo cat /var/log/cloud-init-output.log; then wherry infra apply again`,
      });
    }
    const key = hostKey(await must(ssh(newHostKey, 60_000), name));
    await awaitKey(ctx, folder, name, key);
    await writeDown(ctx, machines, address, key);
    await must(ssh(takeHostKey, 60_000), name);
  });
  await greeted(ctx, folder, name);
}

type Ssh = (
  script: string,
  timeout: number,
) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;

/** Nothing but the key that was sent along is believed, whatever the user's settings are. */
function connection(ctx: Context, known: string, address: string): Ssh {
  const config = ctx.env["WHERRY_SSH_CONFIG"];
  const options = {
    BatchMode: "yes",
    ConnectTimeout: "5",
    ServerAliveInterval: "5",
    ServerAliveCountMax: "3",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: known,
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlgorithms: "ssh-ed25519",
  };
  const argv = [
    "ssh",
    ...(config === undefined ? [] : ["-F", config]),
    ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
    "-l",
    deployUser,
    "--",
    address,
    "sh -s",
  ];
  return (script, timeout) => ctx.processes.run(argv, { input: script, timeout });
}

async function reach(ctx: Context, ssh: Ssh, { name, address }: NewServer, environment: string): Promise<void> {
  const start = ctx.clock.monotonic();
  for (;;) {
    const { exitCode, stderr } = await ssh("true", 15_000);
    if (exitCode === 0) return;
    if (ctx.signal.aborted) {
      throw new WherryError(
        "interrupted",
        "interrupted",
        `interrupted: ${name} (${address}) was made, and is not set up yet`,
        {
          hint: `it is paid for from now on. wherry infra apply -e ${environment} goes on from here, wherry infra destroy -e ${environment} removes it`,
        },
      );
    }
    const changed = stderr.includes("Host key verification failed");
    if (changed || ctx.clock.monotonic() - start > patience.connect) {
      throw new WherryError(
        "failed",
        changed ? "host-key-changed" : "unreachable",
        changed
          ? `${name} (${address}) shows another host key than the one that was sent along`
          : `${name} (${address}) was made, and cannot be reached by SSH`,
        {
          context: stderr.trim().split("\n").slice(-5),
          hint: changed
            ? "somebody may be in between; look at the server in the console of the provider"
            : `is your own address in infrastructure.ssh_from? wherry infra apply -e ${environment} again goes on from what is there`,
        },
      );
    }
    await ctx.clock.sleep(patience.pause);
  }
}

async function must(answer: ReturnType<Ssh>, name: string): Promise<string> {
  const { exitCode, stdout, stderr } = await answer;
  if (exitCode === 0) return stdout;
  throw new WherryError("failed", "setup-interrupted", `the set-up of ${name} was interrupted`, {
    context: stderr.trim().split("\n").slice(-5),
    hint: "wherry infra apply again: it goes on from what is there",
  });
}

/** Without its comment. */
function hostKey(said: string): string {
  const [type = "", body = ""] = said.trim().split(/\s+/);
  if (type !== "ssh-ed25519" || body === "") throw new Error(`no host key: ${said}`);
  return `${type} ${body}`;
}

/** For the team beside the files, and for this user where ssh looks. What was known of the address before is of another machine. */
async function writeDown(ctx: Context, machines: WantedMachines, address: string, key: string): Promise<void> {
  const { directory, environment, folder } = machines;
  const line = `${address} ${key}`;
  const others = (await knownHosts(ctx, folder)).filter((one) => !one.startsWith(`${address} `));
  const content = `${[...others, line].toSorted().join("\n")}\n`;
  const path = `${folderOf(environment)}/known_hosts`;
  await apply(ctx, directory, await compare(ctx, directory, [{ path, content, from: "current" }]));

  const own = await ownKnownHosts(ctx, address);
  if (own === undefined) return;
  // Knows hashed lines, too; where there is no such line or no file, nothing happens.
  await ctx.processes.run(["ssh-keygen", "-q", "-R", address, "-f", own]);
  const before = (await ctx.files.readText(own)) ?? "";
  const end = before === "" || before.endsWith("\n") ? "" : "\n";
  await ctx.files.makeFolder(dirname(own), 0o700);
  await ctx.files.write(own, `${before}${end}${line}\n`, 0o600);
}

/** The first file that ssh would write to; undefined where it is told to write to none. */
async function ownKnownHosts(ctx: Context, address: string): Promise<string | undefined> {
  const config = ctx.env["WHERRY_SSH_CONFIG"];
  const { stdout } = await ctx.processes.run([
    "ssh",
    ...(config === undefined ? [] : ["-F", config]),
    "-G",
    "--",
    address,
  ]);
  const path = /^userknownhostsfile (\S+)/m.exec(stdout)?.[1];
  if (path === undefined || path === "/dev/null" || path === "none") return undefined;
  return path.replace(/^~\//, `${ctx.env["HOME"] ?? ""}/`);
}
