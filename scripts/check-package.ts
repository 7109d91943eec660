/** The package as a user gets it: packed, installed into an empty folder, run there. Throws at the first thing that is wrong. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "wherry-package-"));

try {
  run("npm", ["pack", "--pack-destination", folder], root);
  const [tarball] = readdirSync(folder);
  run("npm", ["install", "--prefix", folder, join(folder, tarball ?? "")], folder);

  const program = join(folder, "node_modules", ".bin", "wherry");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
  assert.equal(run(program, ["--version"], folder), `${version}\n`);
  assert.match(run(program, ["--help"], folder), /^Usage: wherry/m);
  const packages = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(packages, ["wherry"], "the package needs no other");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program: string, args: readonly string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
