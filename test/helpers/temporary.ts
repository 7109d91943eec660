import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { onTestFinished } from "vitest";

export type FilesByPath = Readonly<Record<string, string | Uint8Array>>;

/** A new folder with these files for the time of one test. */
export function temporaryFolder(files: FilesByPath = {}): string {
  // Real path: macOS has /tmp behind a link, and programs report where they really are.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")));
  onTestFinished(() => rmSync(inTemporary(folder), { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

/** Writes files below a temporary folder, and refuses to write anywhere else. */
export function writeFiles(folder: string, files: FilesByPath): void {
  for (const [path, content] of Object.entries(files)) {
    const whole = inTemporary(resolve(folder, path));
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
  }
}

function inTemporary(path: string): string {
  const top = realpathSync(tmpdir());
  if (!path.startsWith(top + sep)) throw new Error(`a test wanted to change ${path}, which is outside of ${top}`);
  return path;
}
