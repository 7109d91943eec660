import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Files } from "./context.ts";

export function createFiles(): Files {
  return {
    read: (path) => unlessMissing(readFile(path)),
    readText: (path) => unlessMissing(readFile(path, "utf8")),
    async write(path, content, mode = 0o644) {
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${randomUUID()}.tmp`;
      const file = await open(temporary, "wx", mode);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path, { recursive: true, force: true }),
    async makeFolder(path, mode = 0o755) {
      await mkdir(path, { recursive: true, mode });
    },
    async stat(path) {
      const stat = await unlessMissing(lstat(path));
      if (stat === undefined) return undefined;
      return {
        kind: stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other",
        size: stat.size,
        mode: stat.mode & 0o7777,
        modified: stat.mtime,
      };
    },
    list: async (path) => (await readdir(path)).toSorted(),
    async withTemporaryFolder(use) {
      const path = await mkdtemp(join(tmpdir(), "wherry-"));
      try {
        return await use(path);
      } finally {
        await rm(path, { recursive: true, force: true });
      }
    },
    openRead: (path, range) => createReadStream(path, range),
    openWrite: (path) => createWriteStream(path, { flags: "wx", mode: 0o600 }),
  };
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
}
