import { randomBytes } from "node:crypto";
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "../engine/run.ts";

export const root = resolve(import.meta.dirname, "../..");

/** Everything that the quickstart writes outside of the engine; git ignores it. */
const quickstartFolder = join(root, ".quickstart");
export const shopFolder = join(quickstartFolder, "shop");
export const host = "shop.localhost";
export const environment = "local";
/** As Wherry names what keeps the shop's data. */
export const volume = "shop-local_mongo-data";

const secretsFile = join(shopFolder, ".wherry", `secrets.${environment}.env`);
const versionFiles = ["frontend/src/version.ts", "backend/version.js"];
/** What a developer may have left in the example. */
const leftOut = /\/(node_modules|dist|\.env)$/;

/** The shop as a repository of its own, at version 1.0.0. One from an earlier quickstart keeps its history and its password. */
export async function prepareShop(): Promise<void> {
  const known = await exists(join(shopFolder, ".git"));
  // Somebody may have tried something in it, as the quickstart invites to.
  if (known) await commit("Not committed before this quickstart");
  await cp(join(root, "examples", "shop"), shopFolder, {
    recursive: true,
    filter: (source) => !leftOut.test(source),
  });
  await setVersion("1.0.0");
  if (!known) {
    await git("init", "--quiet", "--initial-branch=main");
    // The same commit each time: by the first one Wherry tells apps of the same name apart, and this is the same app.
    await git("commit", "--quiet", "--allow-empty", "--message", "The quickstart's shop");
  }
  await commit("Harbour shop 1.0.0");
}

/** As a developer would change it. */
export async function setVersion(version: string): Promise<void> {
  for (const file of versionFiles) {
    const path = join(shopFolder, file);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/"\d+\.\d+\.\d+"/, `"${version}"`));
  }
}

/** Commits what changed, if anything did. */
export async function commit(message: string): Promise<void> {
  await git("add", "--all");
  if ((await git("status", "--porcelain")) === "") return;
  await git("commit", "--quiet", "--message", message);
}

/** The database's password: made once, and known to nobody but this machine. */
export async function ensurePassword(): Promise<void> {
  if (await exists(secretsFile)) return;
  await mkdir(join(shopFolder, ".wherry"), { recursive: true });
  await writeFile(secretsFile, `DB_PASSWORD=${randomBytes(18).toString("base64url")}\n`, { mode: 0o600 });
}

/** `../wherry status`, whatever Node.js the machine has. */
export async function writeLauncher(): Promise<void> {
  const program = `exec "${root}/node_modules/.bin/node" "${root}/dist/wherry.cjs" "$@"`;
  await writeFile(join(quickstartFolder, "wherry"), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
}

export const hasPassword = (): Promise<boolean> => exists(secretsFile);

export async function removeFolder(): Promise<void> {
  await rm(quickstartFolder, { recursive: true, force: true });
}

/** Whatever the settings of the machine are: no signatures, no hooks, a name and a date that are always the same. */
async function git(...args: readonly string[]): Promise<string> {
  const settings = { "user.name": "Quickstart", "user.email": "quickstart@localhost", "commit.gpgsign": "false" };
  const date = "2026-01-01T00:00:00Z";
  return run(["git", ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]), ...args], {
    cwd: shopFolder,
    env: {
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      // Inside of another repository's hook git would take that one.
      GIT_DIR: join(shopFolder, ".git"),
      GIT_WORK_TREE: shopFolder,
    },
  });
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
