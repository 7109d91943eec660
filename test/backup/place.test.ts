import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary.ts";

const place = readFileSync(join(import.meta.dirname, "../../src/backup/scripts/place.sh"), "utf8");

/** Nothing can be made below /proc with mkdir, as nothing can by a user in a folder of root's. */
const settings = "repository\t/proc/nowhere/data\n";

test("the folders above a repository can be passed by the user, whichever install makes them", () => {
  const script = `umask 077; home=$1; shift; set -- program "$1" password ''
    put() { cat > "$1"; }; restic() { :; }; as_root() { "$@"; }
    install() { echo "$(umask) $*"; }
    ${place}`;
  const { stdout, stderr } = spawnSync("sh", ["-c", script, "sh", temporaryFolder(), settings], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^0022 -d -m 0700 -o \S+ -g \S+ \/proc\/nowhere\/data$/m);
});
