import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/engine/run.ts";

/** A developer's folder with the app, under version control. */
export interface Workspace {
  readonly folder: string;
  /** The version that the app says when what is here now is live. */
  version(): string;
  /** A one-line change, committed. */
  edit(version: string): Promise<void>;
  remove(): Promise<void>;
}

const settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];

export async function openWorkspace(address: string): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "wherry-bench-"));
  const git = (...args: readonly string[]): Promise<string> => run(["git", "-C", folder, ...settings, ...args]);
  await cp(join(import.meta.dirname, "app"), folder, { recursive: true });
  const config = join(folder, "wherry.yaml");
  await writeFile(config, (await readFile(config, "utf8")).replace("SERVER", address));
  await git("init", "--quiet");
  let current = "";
  const edit = async (version: string): Promise<void> => {
    await writeFile(join(folder, "version.js"), `export const version = "${version}";\n`);
    await git("add", "--all");
    await git("commit", "--quiet", "--message", version);
    current = version;
  };
  return { folder, edit, version: () => current, remove: () => rm(folder, { recursive: true }) };
}
