/**
 * Base images for the examples and the tests: the real ones where an image registry answers, else stand-ins under the
 * same names, built from the registries of Debian, npm and Go. For development and tests; never part of a deployment.
 */
import { attempt } from "../engine/run.ts";
import { build, fingerprint } from "./build.ts";
import { ensureDebianBase } from "./debian.ts";
import { pull } from "./pull.ts";
import { recipeOf, type BaseImage } from "./recipes.ts";

export { baseImages, isBaseImage, type BaseImage } from "./recipes.ts";

export type Origin = "present" | "pulled" | "built";

/** Only stand-ins carry it, and so tells them from images that somebody pulled; the value is the recipe's fingerprint. */
const label = "wherry.standin";

/** Makes sure that the engine has these images. Idempotent: what is there stays, unless it is a stand-in of an older recipe. */
export async function ensureBaseImages(
  names: readonly BaseImage[],
  say: (line: string) => void,
): Promise<ReadonlyMap<BaseImage, Origin>> {
  const origins = new Map<BaseImage, Origin>();
  const missing: BaseImage[] = [];
  for (const name of new Set(names)) {
    if (await isPresent(name)) origins.set(name, "present");
    else missing.push(name);
  }
  const toBuild: BaseImage[] = [];
  for (const [i, name] of missing.entries()) {
    const outcome = await pull(name);
    if (outcome === "pulled") {
      say(`${name} is pulled`);
      origins.set(name, "pulled");
    } else if (outcome === "no-registry") {
      toBuild.push(...missing.slice(i));
      break;
    } else {
      say(`${name} cannot be pulled: ${outcome.failed}`);
      toBuild.push(name);
    }
  }
  if (toBuild.length > 0) await buildAll(toBuild, say);
  for (const name of toBuild) origins.set(name, "built");
  return origins;
}

async function buildAll(names: readonly BaseImage[], say: (line: string) => void): Promise<void> {
  say(`no image registry is reachable: building stand-ins for ${names.join(", ")}`);
  const base = await ensureDebianBase(say);
  const builds = names.map(async (name) => {
    const recipe = recipeOf(name);
    if (recipe.folder === undefined) return;
    const start = performance.now();
    await build(name, recipe, base, [`${label}=${await fingerprint(recipe)}`]);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    say(`${name} is a stand-in: ${recipe.of} (${seconds} s; "docker rmi ${name}" to pull the real one next time)`);
  });
  const failed = (await Promise.allSettled(builds)).filter((result) => result.status === "rejected");
  if (failed[0] !== undefined) throw failed[0].reason;
}

async function isPresent(name: BaseImage): Promise<boolean> {
  const format = `{{ index .Config.Labels "${label}" }}`;
  const { stdout, stderr, exitCode } = await attempt(["docker", "image", "inspect", "--format", format, name]);
  if (exitCode !== 0) {
    if (/no such image/i.test(stderr)) return false;
    throw new Error(`The Docker engine does not answer: ${stderr.trim()}`);
  }
  const made = stdout.trim();
  // "<no value>": an image without labels, pulled by somebody.
  return made === "" || made === "<no value>" || made === (await fingerprint(recipeOf(name)));
}
