import * as z from "zod";
import { compareVersions, parseVersion } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { WantedFile } from "../writer/index.ts";
import type { WherryPin } from "./model.ts";

/**
 * Wherry in a pipeline: a package.json with one exact version and a package-lock.json with the hash of its package, so that
 * `npm ci` takes this very package or none. Wherry has no dependencies, so the lockfile has one entry.
 */

/** On GitHub; relative to the top of the repository. Each host has one of its own. */
export const wherryFolder = ".github/wherry";

const name = "wherry-of-the-pipeline";
const registry = "https://registry.npmjs.org";

const Manifest = z.object({ dist: z.object({ integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/) }) });

/** Asks the registry for the hash of a version. Undefined where it does not tell: then no lockfile is written. */
export async function findPin(ctx: Context, version: string): Promise<WherryPin> {
  const answer = await ctx.https.get(`${registry}/wherry/${version}`);
  if (answer.status !== 200) return { version, integrity: undefined };
  const read = Manifest.safeParse(parse(answer.body));
  return { version, integrity: read.success ? read.data.dist.integrity : undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const Lock = z.object({
  packages: z.object({
    "node_modules/wherry": z.object({
      version: z.string(),
      integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
    }),
  }),
});

/** What the repository has pinned already, where that is this version or a later one, as Dependabot moves it. */
export async function pinIn(
  ctx: Context,
  root: string,
  version: string,
  folder = wherryFolder,
): Promise<WherryPin | undefined> {
  const text = await ctx.files.readText(`${root}/${folder}/package-lock.json`);
  const read = Lock.safeParse(parse(text ?? ""));
  if (!read.success) return undefined;
  const there = read.data.packages["node_modules/wherry"];
  const [found, own] = [parseVersion(there.version), parseVersion(version)];
  return found.ok && own.ok && compareVersions(found.version, own.version) >= 0 ? there : undefined;
}

/** JSON has no place for the writer's mark: what names itself ours is ours, and may be brought up to date. */
export function takenOver(ctx: Context, root: string, files: readonly WantedFile[]): Promise<readonly WantedFile[]> {
  return Promise.all(
    files.map(async (file) => {
      if (!/\/wherry\/package(?:-lock)?\.json$/.test(file.path)) return file;
      const there = z
        .object({ name: z.literal(name) })
        .safeParse(parse((await ctx.files.readText(`${root}/${file.path}`)) ?? ""));
      return there.success ? { ...file, from: "current" } : file;
    }),
  );
}

/** The folder that jobs install Wherry in. Without a known hash there is no lockfile, and `npm ci` refuses. */
export function wherryFiles({ version, integrity }: WherryPin, folder = wherryFolder): readonly WantedFile[] {
  const manifest = { name, private: true, devDependencies: { wherry: version } };
  const lock = {
    name,
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name, devDependencies: { wherry: version } },
      "node_modules/wherry": {
        version,
        resolved: `${registry}/wherry/-/wherry-${version}.tgz`,
        integrity,
        dev: true,
        license: "Apache-2.0",
        bin: { wherry: "dist/wherry.cjs" },
        engines: { node: ">=22" },
      },
    },
  };
  const json = (file: string, value: unknown): WantedFile => ({
    path: `${folder}/${file}`,
    content: `${JSON.stringify(value, null, 2)}\n`,
  });
  return [
    json("package.json", manifest),
    ...(integrity === undefined ? [] : [json("package-lock.json", lock)]),
    { path: `${folder}/.gitignore`, content: "node_modules\n" },
  ];
}
