import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImages } from "../scripts/standins/index.ts";
import type { BaseImage } from "../scripts/standins/index.ts";
import { attempt, run, succeeds } from "../scripts/engine/run.ts";
import { stateFolder } from "./state.ts";
import { systemNames } from "./systems.ts";
import type { SystemName } from "./systems.ts";

/** What a server has that has had apps before. */
const seedImages: readonly BaseImage[] = ["haproxy:3.2", "node:24-slim", "postgres:17", "redis:8"];

/** Label of the volumes that are copied. */
const label = "wherry.testbed.seed";

/**
 * Gives a volume whose content is the `/var/lib/docker` of a server with the base images of the test apps; makes it once.
 * @param fill makes a server's disk of an empty volume: boots one on it, loads the images, ends it
 */
export async function ensureSeed(
  system: SystemName,
  image: string,
  fill: (volume: string, images: readonly string[]) => Promise<void>,
): Promise<string> {
  await ensureBaseImages(seedImages, () => {});
  const ids = (await run(["docker", "image", "inspect", "--format", "{{.Id}}", ...seedImages])).trim().split("\n");
  const wanted = [image, ...ids].join(" ");
  const file = join(stateFolder, `seed-${system}`);
  const present = await readSeed(file, wanted);
  if (present !== undefined) return present;
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const volume = `wherry-testbed-seed-${randomUUID().slice(0, 8)}`;
  await run(["docker", "volume", "create", "--label", label, volume]);
  await fill(volume, seedImages);
  // Two processes may make one at the same time: the first to name it wins, and the other takes that one.
  const made = `${file}.${volume}`;
  await writeFile(made, JSON.stringify({ wanted, volume }));
  const isFirst = await link(made, file).then(
    () => true,
    () => false,
  );
  await rm(made);
  if (isFirst) return volume;
  await attempt(["docker", "volume", "rm", volume]);
  return (await readSeed(file, wanted)) ?? ensureSeed(system, image, fill);
}

/** Copies the volume, with all that only root may copy: an engine's layers have device files and attributes. */
export async function copySeed(image: string, from: string, to: string): Promise<void> {
  const mounts = ["--volume", `${from}:/from:ro`, "--volume", `${to}:/to`];
  const rights = ["--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined", "--network", "none"];
  await run(["docker", "run", "--rm", ...rights, ...mounts, image, "cp", "-a", "/from/.", "/to/"]);
}

/** Removes what `ensureSeed` made, except where it is in use. */
export async function removeSeeds(): Promise<void> {
  for (const system of systemNames) await rm(join(stateFolder, `seed-${system}`), { force: true });
  const found = (await run(["docker", "volume", "ls", "--quiet", "--filter", `label=${label}`])).split("\n");
  for (const volume of found.filter((name) => name !== "")) await attempt(["docker", "volume", "rm", volume]);
}

async function readSeed(file: string, wanted: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const seed = JSON.parse(text) as { readonly wanted: string; readonly volume: string };
  if (seed.wanted === wanted && (await succeeds(["docker", "volume", "inspect", seed.volume]))) return seed.volume;
  await rm(file, { force: true });
  await attempt(["docker", "volume", "rm", seed.volume]);
  return undefined;
}
