import { join } from "node:path";
import { listProjectFiles, trackedFiles } from "../../git/index.ts";
import type { Context } from "../../system/index.ts";

/** One file of the repository. */
export interface SeenFile {
  /** Relative to the top, with forward slashes. */
  readonly path: string;
  /** Known to git; undefined where there is no git. */
  readonly tracked: boolean | undefined;
  readonly size: number;
  /**
   * Only `text` was read. `left-out`: too large, or beyond what is read of a huge repository. `unreadable`: the user who runs
   * this may not read it. `gone`: git knows it, the folder does not.
   */
  readonly content: "text" | "binary" | "left-out" | "unreadable" | "link" | "gone";
  readonly lines: readonly string[];
}

/** All files of the repository, and what could be read of them. */
export interface SeenFiles {
  readonly all: readonly SeenFile[];
  /** How they were found, with their number, as evidence says it. */
  readonly search: string;
  /** More files than are listed: that a name is not among them proves nothing. */
  readonly cut: boolean;
  /** Files of the project itself whose path matches: not of tests, examples and other people's code. */
  find(pattern: RegExp): readonly SeenFile[];
  get(path: string): SeenFile | undefined;
}

/** More than a team of nine writes; a bound for what is listed. */
const fileLimit = 100_000;
/** What is read: the first ones, those near the top before those deep down. */
const readLimit = { files: 10_000, bytes: 96 * 1024 * 1024, each: 1024 * 1024 } as const;

/** Folders whose files are not what the project is made and run with: their compose files are not those of production. */
const aside =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e|fixtures?|__fixtures__|testdata|testbed|golden|examples?|samples?|demos?|bench|benchmarks?|node_modules|vendor|third_party|\.venv|venv|dist|build|target)\//i;

function isAside(path: string): boolean {
  return aside.test(path);
}

interface ReadOptions {
  /** Does git know the folder? */
  readonly tracked: boolean;
  /** The folder that was asked for, below `directory`: who is in `examples/shop` means it, example or not. */
  readonly focus: string;
}

export async function readFiles(ctx: Context, directory: string, { tracked, focus }: ReadOptions): Promise<SeenFiles> {
  const { paths, known, search } = await listFiles(ctx, directory, tracked);
  const isOther = (path: string): boolean =>
    isAside(focus !== "" && path.startsWith(`${focus}/`) ? path.slice(focus.length + 1) : path);
  const cut = paths.length > fileLimit;
  const kept = nearFirst(paths, isOther).slice(0, fileLimit);
  const all: SeenFile[] = [];
  let files = 0;
  let bytes = 0;
  const batch = 64;
  for (let start = 0; start < kept.length; start += batch) {
    const read = await Promise.all(
      kept.slice(start, start + batch).map(async (path) => {
        const room = files < readLimit.files && bytes < readLimit.bytes && !/(?:^|\/)node_modules\//.test(path);
        const file = await readFile(ctx, directory, path, room);
        return { ...file, tracked: known === undefined ? undefined : known.has(path) };
      }),
    );
    for (const file of read) {
      all.push(file);
      if (file.content === "text") {
        files += 1;
        bytes += file.size;
      }
    }
  }
  const own = all.filter(({ path, content }) => !isOther(path) && content !== "gone");
  const byPath = new Map(all.map((file) => [file.path, file]));
  return {
    all,
    search: `${search} (${all.length === 1 ? "1 file" : `${cut ? "first " : ""}${all.length} files`})`,
    cut,
    find: (pattern) => own.filter(({ path }) => pattern.test(path)),
    get: (path) => byPath.get(path),
  };
}

interface Listed {
  readonly paths: readonly string[];
  readonly known: ReadonlySet<string> | undefined;
  readonly search: string;
}

async function listFiles(ctx: Context, directory: string, tracked: boolean): Promise<Listed> {
  if (tracked) {
    const paths = await listProjectFiles(ctx, directory, [directory]);
    if (paths !== undefined) {
      const known = new Set(await trackedFiles(ctx, directory, [directory]));
      return { paths, known, search: "git ls-files" };
    }
  }
  return { paths: await walk(ctx, directory), known: undefined, search: "the folder's files" };
}

/** Without git: everything but what is plainly not the project's own. Links are not followed. */
async function walk(ctx: Context, directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [""];
  for (let folder = folders.shift(); folder !== undefined && found.length <= fileLimit; folder = folders.shift()) {
    let names: readonly string[];
    try {
      names = await ctx.files.list(join(directory, folder));
    } catch {
      // What is in it is not known, and has to be said.
      found.push(`${folder}/`);
      continue;
    }
    for (const name of names) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const stat = await ctx.files.stat(join(directory, path)).catch(() => undefined);
      if (stat?.kind === "folder") {
        if (![".git", "node_modules", ".venv"].includes(name)) folders.push(path);
      } else if (stat !== undefined) found.push(path);
    }
  }
  return found;
}

async function readFile(ctx: Context, directory: string, path: string, room: boolean): Promise<SeenFile> {
  const none = { path, tracked: undefined, size: 0, lines: [] };
  if (path.endsWith("/")) return { ...none, content: "unreadable" };
  const absolute = join(directory, path);
  try {
    const stat = await ctx.files.stat(absolute);
    if (stat === undefined) return { ...none, content: "gone" };
    // A link may lead out of the repository; a folder here is a submodule or a repository within.
    if (stat.kind !== "file") return { ...none, content: "link" };
    const { size } = stat;
    if (!room || size > readLimit.each) return { ...none, size, content: "left-out" };
    const bytes = await ctx.files.read(absolute);
    if (bytes === undefined) return { ...none, content: "gone" };
    if (bytes.subarray(0, 8000).includes(0)) return { ...none, size, content: "binary" };
    return { ...none, size, content: "text", lines: new TextDecoder().decode(bytes).split(/\r?\n/) };
  } catch {
    return { ...none, content: "unreadable" };
  }
}

function nearFirst(paths: readonly string[], isOther: (path: string) => boolean): readonly string[] {
  const depth = (path: string): number => path.split("/").length + (isOther(path) ? 100 : 0);
  return paths.toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}
