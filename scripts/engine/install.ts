import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aptInstall, aptUpdate, run, succeeds } from "./run.ts";

export const advice =
  "No usable Docker engine answers: install Docker with the compose (2.24 or later) and buildx plugins " +
  "(https://docs.docker.com/engine/install/), start it, and see that `docker version` works for this user.";

type Part = "daemon" | "command" | "compose" | "buildx";

/** Installs what is wanted from the packages of Debian or Ubuntu. Needs root. */
export async function installPrograms(
  say: (line: string) => void,
  wanted: Readonly<Record<Part, boolean>>,
): Promise<void> {
  if (!Object.values(wanted).includes(true)) return;
  const system = await systemName();
  if (system === undefined) throw new Error(advice);
  say("installing Docker (about a minute)");
  await aptUpdate();
  const packages = {
    daemon: ["docker.io", "iptables", "ca-certificates"],
    command: [(await isAvailable("docker-cli")) ? "docker-cli" : "docker.io"],
    compose: system === "ubuntu" ? ["docker-compose-v2"] : ["docker-compose"],
    buildx: ["docker-buildx"],
  };
  const parts = (Object.keys(packages) as Part[]).filter((part) => wanted[part]);
  // Debian 12 has neither plugin (its docker-compose is the old Python program).
  const fromSid = system === "debian" && !(await isAvailable("docker-buildx"));
  const unpacked = parts.filter((part) => fromSid && (part === "compose" || part === "buildx"));
  const installed = parts.filter((part) => !unpacked.includes(part));
  if (installed.length > 0) await aptInstall(installed.flatMap((part) => packages[part]));
  if (unpacked.length > 0) await unpackFromSid(unpacked.flatMap((part) => packages[part]));
}

async function systemName(): Promise<"debian" | "ubuntu" | undefined> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const id = /^ID=(.*)$/m.exec(text)?.[1];
  return id === "debian" || id === "ubuntu" ? id : undefined;
}

const isAvailable = (name: string): Promise<boolean> => succeeds(["apt-cache", "show", "--quiet=2", name]);

/**
 * Takes single programs out of Debian's development suite without mixing suites: own sources, own lists, and unpacked
 * instead of installed. The two are static Go programs.
 */
async function unpackFromSid(packages: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wherry-sid-"));
  try {
    for (const name of ["lists/partial", "archives/partial", "unpacked"])
      await mkdir(join(folder, name), { recursive: true });
    const source =
      "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n";
    await writeFile(join(folder, "sources.list"), source);
    const options = [
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${folder}/lists`,
      `Dir::Cache::archives=${folder}/archives`,
      // A mirror that is a little behind will do; signatures are checked all the same.
      "Acquire::Check-Valid-Until=false",
      // The folder is root's alone.
      "APT::Sandbox::User=root",
    ].flatMap((option) => ["-o", option]);
    await run(["apt-get", ...options, "update", "-q"]);
    await run(["apt-get", ...options, "download", "-q", ...packages], { cwd: folder });
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".deb"))) {
      await run(["dpkg", "-x", join(folder, file), join(folder, "unpacked")]);
    }
    const target = "/usr/local/lib/docker/cli-plugins";
    await mkdir(target, { recursive: true });
    await cp(join(folder, "unpacked/usr/libexec/docker/cli-plugins"), target, { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
