import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary.ts";
import { largest, smallest, userData } from "./first-boot.ts";

const there = spawnSync("cloud-init", ["--version"]).status === 0;
if (!there) console.log("skipped: cloud-init is not installed (apt-get download cloud-init; see .ci/run)");

/** What the program that reads it on a server says of it. */
function check(text: string, ...more: readonly string[]): { readonly status: number | null; readonly said: string } {
  const folder = temporaryFolder({ "user-data": text });
  const args = ["schema", ...more, "--config-file", join(folder, "user-data")];
  const { status, stdout, stderr } = spawnSync("cloud-init", args, { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

test.skipIf(!there).each([
  ["debian-13", "everything", largest],
  ["debian-12", "little", smallest],
] as const)("cloud-init takes the user data of %s with %s, and calls nothing old", (image, _, values) => {
  const { status, said } = check(userData(image, values));
  expect(said).not.toMatch(/deprecat/i);
  expect(said).toMatch(/^Valid /m);
  expect(status).toBe(0);
});

test.skipIf(!there)("cloud-init finds what is wrong, so that its silence means something", () => {
  const good = userData("debian-13", largest);
  const bad = good
    .replace("ssh_pwauth: false", "ssh_pwauth: [never]")
    .replace("runcmd:\n", "runcmd: all of it\nbootcmd:\n");
  expect(bad).not.toBe(good);
  expect(check(bad).status).toBe(1);
  // With notes in the text, older ones end with 0.
  const { said } = check(bad, "--annotate");
  expect(said).toContain("# E1");
  expect(said).toContain("# E2");
});
