import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run } from "../scripts/engine/run.ts";
import { baseRecipe, build, ensureBase, isPresent, obstacle, removeBases } from "./base.ts";
import { systemOf } from "./systems.ts";
import type { SystemName } from "./systems.ts";

const recipe = join(import.meta.dirname, "image");
const repository = "wherry-testbed";

/** Makes sure that the image of a server is there, and gives its name. Built again only when its recipe has changed. */
export async function ensureImage(name: SystemName, say: (line: string) => void): Promise<string> {
  const tag = await tagOf(name);
  if (await isPresent(tag)) return tag;
  const base = await ensureBase(name, say);
  say(`building the image of a test server, ${name} (about a minute)`);
  const { docker, unpacked, more } = systemOf(name);
  await build(tag, recipe, { BASE: base, DOCKER: docker, UNPACKED: unpacked, MORE: more });
  for (const old of await images()) if (old !== tag && old.startsWith(`${repository}:${name}-`)) await removeImage(old);
  return tag;
}

/** Why there can be no server of this system here; undefined where there can. */
export const whyNot = async (name: SystemName): Promise<string | undefined> => obstacle(name, await tagOf(name));

/** Removes the images of the testbed. Those that a server is made of stay. */
export async function removeImages(): Promise<void> {
  for (const tag of await images()) await removeImage(tag);
  await removeBases();
}

async function tagOf(name: SystemName): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(systemOf(name)));
  for (const folder of [baseRecipe, recipe])
    for (const file of (await readdir(folder)).toSorted()) hash.update(file).update(await readFile(join(folder, file)));
  return `${repository}:${name}-${hash.digest("hex").slice(0, 12)}`;
}

async function images(): Promise<readonly string[]> {
  const list = await run(["docker", "image", "ls", repository, "--format", "{{.Repository}}:{{.Tag}}"]);
  return list.split("\n").filter((line) => line !== "");
}

const removeImage = (tag: string): Promise<unknown> => attempt(["docker", "image", "rm", tag]);
