import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary.ts";
import type { FilesByPath } from "./temporary.ts";

const settings = {
  "user.name": "Ada",
  "user.email": "ada@example.com",
  "commit.gpgsign": "false",
  "init.defaultBranch": "main",
  // No test is about power cuts.
  "core.fsync": "none",
};

/** Runs git in a folder, whatever the settings of the machine are; gives what it prints. */
export function git(folder: string, ...args: readonly string[]): string {
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", ["-C", folder, ...options, ...args], {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

const made = new Map<string, FilesByPath>();

/** A repository in a temporary folder with these files in its first commit. */
export function repository(files: FilesByPath): string {
  return remembered(JSON.stringify(files), () => {
    const folder = temporaryFolder(files);
    // Without the samples of hooks.
    git(folder, "init", "--quiet", "--template=");
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "first");
    return folder;
  });
}

/** The folder that `make` makes; from the second time on, a copy of what it was. It must not be changed before it is given back. */
export function remembered(name: string, make: () => string): string {
  const known = made.get(name);
  if (known !== undefined) return temporaryFolder(known);
  const folder = make();
  made.set(name, filesIn(folder));
  return folder;
}

/** Needs no empty folder, no link and no file that can be run. */
function filesIn(folder: string): FilesByPath {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}
