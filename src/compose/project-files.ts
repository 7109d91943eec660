import { basename, isAbsolute, join, posix, relative } from "node:path";
import { isMapping } from "../config/index.ts";
import type { YamlSource } from "../config/index.ts";
import { invalidError, Secret } from "../core/index.ts";
import type { Position } from "../core/index.ts";
import { listProjectFiles } from "../git/index.ts";
import type { Context } from "../system/index.ts";
import { compareText } from "./addresses.ts";
import type { BindSource, ResolvedDocument, ResolvedFile, ShippedFile } from "./project.ts";
import { contentOf } from "./sources.ts";

/** What bind mounts may ship in one release. More than this is data or source code, not configuration. */
const shippedLimit = 20 * 1024 * 1024;

export interface ProjectFolders {
  /** Folder of the first compose file: relative paths start here. */
  readonly folder: string;
  /** Everything below belongs to the project: the git repository, else the folder of wherry.yaml. */
  readonly root: string;
}

/** Looks at the source of every bind mount, and reads those that the project holds. */
export async function readBinds(
  ctx: Context,
  document: ResolvedDocument,
  sources: readonly YamlSource[],
  folders: ProjectFolders,
): Promise<ReadonlyMap<string, BindSource>> {
  const paths = [...new Set(Object.values(document.services).flatMap(bindSourcesOf))].toSorted(compareText);
  const inside = paths.filter((path) => isInside(path, folders.root));
  const listed = inside.length === 0 ? undefined : await listProjectFiles(ctx, folders.folder, inside);
  const known = listed === undefined ? undefined : new Set(listed.map((file) => join(folders.folder, file)));
  const binds = new Map<string, BindSource>();
  let left = shippedLimit;
  for (const path of paths) {
    const bind = inside.includes(path)
      ? await readBind(ctx, path, known, folders, left)
      : outsideBind(path, sources, folders);
    if (bind.kind === "file" || bind.kind === "folder")
      left -= bind.files.reduce((size, file) => size + file.content.byteLength, 0);
    binds.set(path, bind);
  }
  return binds;
}

function bindSourcesOf(service: ResolvedDocument["services"][string]): readonly string[] {
  return (service.volumes ?? []).flatMap((mount) =>
    mount.type === "bind" && mount.source !== undefined ? mount.source : [],
  );
}

async function readBind(
  ctx: Context,
  path: string,
  known: ReadonlySet<string> | undefined,
  folders: ProjectFolders,
  left: number,
): Promise<BindSource> {
  const short = dataPath(relative(folders.folder, path));
  const stat = await ctx.files.stat(path);
  if (stat === undefined) return { kind: "data", path: short, ignored: false };
  if (stat.kind === "other") return { kind: "refused", message: "is neither a file nor a folder (a symbolic link?)" };
  if (stat.kind === "file") {
    const ignored = known !== undefined && !known.has(path);
    const reader = fileReader(ctx, left, path);
    return { kind: "file", path: short, ignored, files: [await reader(path, "")] };
  }
  const listed =
    known === undefined ? await walk(ctx, path) : [...known].filter((file) => isInside(file, path) && file !== path);
  const files = listed.filter((file) => !/^\.git(keep|ignore)$/.test(basename(file))).toSorted(compareText);
  // A folder that git ignores is what containers wrote on this machine (a database, uploads): never sent to a server.
  if (files.length === 0) return { kind: "data", path: short, ignored: known !== undefined };
  const reader = fileReader(ctx, left, path);
  const shipped: ShippedFile[] = [];
  for (const file of files) {
    const kind = (await ctx.files.stat(file))?.kind;
    if (kind === undefined) continue;
    if (kind !== "file")
      return {
        kind: "refused",
        message: `holds ${relative(path, file)}, which is not a file (a symbolic link or a submodule)`,
      };
    shipped.push(await reader(file, relative(path, file)));
  }
  return { kind: "folder", path: short, ignored: false, files: shipped };
}

/** Reads file after file until the limit; past it there is one clear error instead of a full disk. */
function fileReader(ctx: Context, limit: number, mount: string): (file: string, path: string) => Promise<ShippedFile> {
  let left = limit;
  return async (file, path) => {
    const stat = await ctx.files.stat(file);
    left -= stat?.size ?? 0;
    if (left < 0) {
      throw invalidError(
        "bind-too-large",
        `bind mounts of project files are shipped with each release, and together they are larger than 20 MB (${mount})`,
        {
          hint: "copy source code into the image; keep data in a named volume; mounts for development belong into compose.override.yaml",
        },
      );
    }
    return {
      path: path.replaceAll("\\", "/"),
      content: (await ctx.files.read(file)) ?? new Uint8Array(),
      executable: ((stat?.mode ?? 0) & 0o111) !== 0,
    };
  };
}

async function walk(ctx: Context, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await ctx.files.list(folder)) {
    const path = join(folder, name);
    found.push(...((await ctx.files.stat(path))?.kind === "folder" ? await walk(ctx, path) : [path]));
  }
  return found;
}

/** Compose made every path absolute; whether somebody wrote `~/x` or `../../x` only the files themselves tell. */
function outsideBind(path: string, sources: readonly YamlSource[], folders: ProjectFolders): BindSource {
  for (const written of writtenSources(sources)) {
    if (written.startsWith("~") && path.endsWith(written.slice(1)))
      return {
        kind: "refused",
        message: `${written} is in your home folder on this machine; write an absolute path of the server, or use a named volume`,
      };
    if (written.startsWith("..") && join(folders.folder, written) === path)
      return { kind: "refused", message: `${written} lies outside of the project` };
  }
  return { kind: "server" };
}

function writtenSources(sources: readonly YamlSource[]): readonly string[] {
  return sources.flatMap((source) => {
    const services = contentOf(source)["services"];
    return Object.values(isMapping(services) ? services : {}).flatMap((service) => {
      const volumes = isMapping(service) ? service["volumes"] : undefined;
      return (Array.isArray(volumes) ? volumes : []).flatMap((mount: unknown) => {
        const text = isMapping(mount) ? mount["source"] : typeof mount === "string" ? mount.split(":")[0] : undefined;
        return typeof text === "string" ? [text.replace(/(?<=.)\/+$/, "")] : [];
      });
    });
  });
}

function isInside(path: string, folder: string): boolean {
  const short = relative(folder, path);
  return short === "" || (!short.startsWith("..") && !isAbsolute(short));
}

/** Below the data folder on the server; what climbs out of the compose file's folder gets a place of its own. */
function dataPath(path: string): string {
  const parts = path
    .replaceAll("\\", "/")
    .split("/")
    .map((part) => (part === ".." ? "_up" : part));
  return posix.join(...parts) || "project";
}

/** Compose secrets that are files, by name, in base64: they may hold any bytes. */
export async function readFileSecrets(
  ctx: Context,
  document: ResolvedDocument,
  positionOf: (name: string) => Position | undefined,
): Promise<ReadonlyMap<string, Secret>> {
  const read = await readNamed(ctx, document.secrets, "secret", positionOf);
  for (const content of read.values()) ctx.mask.add(new Secret(Buffer.from(content).toString()));
  return new Map([...read].map(([name, content]) => [name, new Secret(Buffer.from(content).toString("base64"))]));
}

export function readConfigFiles(
  ctx: Context,
  document: ResolvedDocument,
  positionOf: (name: string) => Position | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return readNamed(ctx, document.configs, "config", positionOf);
}

async function readNamed(
  ctx: Context,
  entries: Readonly<Record<string, ResolvedFile>>,
  what: string,
  positionOf: (name: string) => Position | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const [name, { file }] of Object.entries(entries)) {
    if (file === undefined) continue;
    const isFile = (await ctx.files.stat(file))?.kind !== "folder";
    const content = isFile ? await ctx.files.read(file) : undefined;
    const at = positionOf(name);
    if (content === undefined)
      throw invalidError(
        "no-such-file",
        `the file of ${what} ${name} is not there: ${file}`,
        at === undefined ? {} : { at },
      );
    contents.set(name, content);
  }
  return contents;
}
