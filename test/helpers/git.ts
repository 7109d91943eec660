import { execFileSync } from "node:child_process";
import { temporaryFolder } from "./temporary.ts";
import type { FilesByPath } from "./temporary.ts";

const settings = {
  "user.name": "Ada",
  "user.email": "ada@example.com",
  "commit.gpgsign": "false",
  "init.defaultBranch": "main",
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

/** A repository in a temporary folder with these files in its first commit. */
export function repository(files: FilesByPath): string {
  const folder = temporaryFolder(files);
  git(folder, "init", "--quiet");
  commitAll(folder, "first");
  return folder;
}

function commitAll(folder: string, message: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
  return git(folder, "rev-parse", "HEAD");
}
