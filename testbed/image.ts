import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run, succeeds } from "../scripts/engine/run.ts";
import { ensureDebianBase } from "../scripts/standins/debian.ts";

const recipe = join(import.meta.dirname, "image");
const repository = "wherry-testbed";

/** Makes sure that the image of a server is there, and gives its name. Built again only when its recipe has changed. */
export async function ensureImage(say: (line: string) => void): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(recipe)).toSorted()) hash.update(name).update(await readFile(join(recipe, name)));
  const tag = `${repository}:${hash.digest("hex").slice(0, 12)}`;
  if (await succeeds(["docker", "image", "inspect", tag])) return tag;
  await ensureDebianBase(say);
  say("building the image of a test server (about a minute)");
  await run(["docker", "build", "--quiet", "--tag", tag, recipe]);
  await removeImages(tag);
  return tag;
}

/** Removes the images of the testbed except one. Those that a server is made of stay. */
export async function removeImages(except?: string): Promise<void> {
  const list = await run(["docker", "image", "ls", repository, "--format", "{{.Repository}}:{{.Tag}}"]);
  for (const tag of list.split("\n").filter((line) => line !== "" && line !== except)) {
    await attempt(["docker", "image", "rm", tag]);
  }
}
