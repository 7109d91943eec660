import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../scripts/engine/run.ts";

/** Keys, known hosts and who uses which server. Nothing of it is worth keeping: it is made again when missing. */
export const stateFolder = join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local/state"), "wherry-testbed");

/** The private key that opens every server of the testbed. */
export const keyFile = join(stateFolder, "key");

/** One ssh_config that knows all servers. */
export const sshConfigOfAll = join(stateFolder, "ssh_config");

export const folderOf = (n: number): string => join(stateFolder, "servers", String(n));

/** Makes the key pair if there is none, and gives the public half. */
export async function ensureKey(): Promise<string> {
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  if (!(await exists(sshConfigOfAll))) {
    await writeFile(sshConfigOfAll, `Include ${word(join(stateFolder, "servers/*/ssh_config"))}\n`, { mode: 0o600 });
  }
  if (!(await exists(keyFile))) {
    // Two processes may be first at the same time: the file appears whole, and both read the same one.
    const made = `${keyFile}.${randomUUID()}`;
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "wherry-testbed", "-f", made]);
    await rm(`${made}.pub`);
    await rename(made, keyFile);
  }
  return (await run(["ssh-keygen", "-y", "-f", keyFile])).trim();
}

export interface SshFiles {
  readonly sshConfig: string;
  readonly knownHostsFile: string;
}

/** Where the files are that `writeSshFiles` writes. */
export const sshFilesIn = (folder: string): SshFiles => ({
  sshConfig: join(folder, "ssh_config"),
  knownHostsFile: join(folder, "known_hosts"),
});

/** How ssh reaches a server: its address, its port, and the host keys that it really has. */
export async function writeSshFiles(
  folder: string,
  reach: { name: string; address: string; port: number; hostKeys: readonly string[] },
): Promise<SshFiles> {
  const files = sshFilesIn(folder);
  const known = reach.port === 22 ? reach.address : `[${reach.address}]:${reach.port}`;
  const common = [
    `  HostName ${reach.address}`,
    `  Port ${reach.port}`,
    `  IdentityFile ${word(keyFile)}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${word(files.knownHostsFile)}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
  ];
  const config = [
    // By address too: what a wherry.yaml says is `deploy@127.0.0.11`.
    `Host ${reach.name} ${reach.address}`,
    "  User deploy",
    ...common,
    `Host ${reach.name}-root`,
    "  User root",
    ...common,
  ];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(files.knownHostsFile, reach.hostKeys.map((key) => `${known} ${key}\n`).join(""), { mode: 0o600 });
  await writeFile(files.sshConfig, `${config.join("\n")}\n`, { mode: 0o600 });
  return files;
}

/** A word of ssh_config. */
const word = (path: string): string => `"${path}"`;

/** Process that uses a server; "kept" when a person started it with `up`. */
export type Owner = number | "kept";

export async function ownerOf(n: number): Promise<Owner | undefined> {
  const text = await readFile(ownerFile(n), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  if (text === "kept") return "kept";
  return isAlive(Number(text)) ? Number(text) : undefined;
}

/** Takes a number for this process, or for a person. False if another process that still runs has it. */
export async function claim(n: number, owner: Owner): Promise<boolean> {
  await mkdir(folderOf(n), { recursive: true, mode: 0o700 });
  const present = await ownerOf(n);
  if (typeof present === "number" && present !== process.pid) return false;
  if (present === undefined) await rm(ownerFile(n), { force: true });
  try {
    await writeFile(ownerFile(n), String(owner), { mode: 0o600, flag: present === undefined ? "wx" : "w" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export async function forget(n: number): Promise<void> {
  await rm(folderOf(n), { recursive: true, force: true });
}

const ownerFile = (n: number): string => join(folderOf(n), "owner");

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
