import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run, succeeds } from "../scripts/engine/run.ts";
import { ensureDebianBase, registryAnswers } from "../scripts/standins/debian.ts";
import { systemOf, usualSystem } from "./systems.ts";
import type { SystemName } from "./systems.ts";

export const baseRecipe = join(import.meta.dirname, "base");

/** Images of systems that are made here, one tag for each. */
const repository = "wherry-testbed-base";

/** Makes sure that there is a plain image of a system, and gives its name: pulled, else made of the system's packages. */
export async function ensureBase(name: SystemName, say: (line: string) => void): Promise<string> {
  const standin = await ensureDebianBase(say);
  if (name === usualSystem) return standin;
  const system = systemOf(name);
  if (await isPresent(system.image)) return system.image;
  if ((await registryAnswers()) && (await succeeds(["docker", "pull", "--quiet", system.image]))) return system.image;
  const tag = `${repository}:${name}`;
  if (await isPresent(tag)) return tag;
  say(`no image registry answers: making ${tag} of its packages (about a minute)`);
  const { suite, components, mirror, security, keyring } = system;
  const values = { SUITE: suite, COMPONENTS: components, MIRROR: mirror, SECURITY: security, KEYRING: keyring };
  await build(tag, baseRecipe, values);
  return tag;
}

export async function removeBases(): Promise<void> {
  const list = await run(["docker", "image", "ls", repository, "--format", "{{.Repository}}:{{.Tag}}"]);
  for (const tag of list.split("\n").filter((line) => line !== "")) await attempt(["docker", "image", "rm", tag]);
}

/**
 * Why there can be no server of this system here: undefined where there can be one. An answer for those who skip a test;
 * `image` is that of the server, which needs no archive any more.
 */
export async function obstacle(name: SystemName, image: string): Promise<string | undefined> {
  const { onlyCgroup2 = false, mirror, suite } = systemOf(name);
  if (onlyCgroup2 && !(await hasCgroup2())) {
    return `${name}: its systemd needs cgroup v2, and this machine has cgroup v1 alone`;
  }
  if ((await isPresent(image)) || (await archiveAnswers(`${mirror}/dists/${suite}/InRelease`))) return undefined;
  return `${name}: ${mirror} does not answer`;
}

export const isPresent = (image: string): Promise<boolean> => succeeds(["docker", "image", "inspect", image]);

export async function build(
  tag: string,
  recipe: string,
  values: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const args = Object.entries(values).flatMap(([key, value]) => ["--build-arg", `${key}=${value ?? ""}`]);
  await run(["docker", "build", "--quiet", "--tag", tag, ...args, recipe]);
}

/** An engine with cgroup v1 may have v2 beside it, without controllers. That is enough. */
async function hasCgroup2(): Promise<boolean> {
  const { stdout } = await attempt(["docker", "info", "--format", "{{.CgroupVersion}}"]);
  return stdout.trim() === "2" || / cgroup2 /.test(await readFile("/proc/self/mounts", "utf8").catch(() => ""));
}

async function archiveAnswers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}
