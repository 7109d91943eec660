import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../engine/run.ts";
import type { Recipe } from "./recipes.ts";

const folderOf = (recipe: Recipe): string => join(import.meta.dirname, "recipes", recipe.folder ?? "");

/** Changes when anything changes that a stand-in is made from, apart from newer versions of the packages. */
export async function fingerprint(recipe: Recipe): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(recipe));
  if (recipe.folder !== undefined) {
    for (const file of (await readdir(folderOf(recipe))).toSorted()) {
      hash.update(`\0${file}\0`).update(await readFile(join(folderOf(recipe), file)));
    }
  }
  return hash.digest("hex").slice(0, 12);
}

/** Builds a stand-in and gives it the name of the image that it stands in for. */
export async function build(name: string, recipe: Recipe, base: string, labels: readonly string[]): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "wherry-standin-"));
  try {
    await cp(folderOf(recipe), context, { recursive: true });
    for (const [file, spec] of Object.entries(recipe.packages ?? {}))
      await download(spec, join(context, `${file}.tgz`));
    const args = [`BASE=${base}`, ...fromHere.filter((variable) => process.env[variable] !== undefined)];
    await run(
      [
        "docker",
        "build",
        "--tag",
        name,
        ...args.flatMap((arg) => ["--build-arg", arg]),
        ...labels.flatMap((label) => ["--label", label]),
        context,
      ],
      { env: { DOCKER_BUILDKIT: "1" } },
    );
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** What a build needs to know of the way to the package registries. Docker reads the values itself. */
const fromHere = "http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY GOPROXY GOSUMDB GONOSUMDB".split(" ");

/** Through npm, and so with its registry, proxy and checksums. */
async function download(spec: string, to: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wherry-npm-"));
  try {
    await run(["npm", "pack", spec, "--silent", "--pack-destination", folder]);
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error(`npm pack ${spec} wrote no file`);
    await rename(join(folder, file), to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
