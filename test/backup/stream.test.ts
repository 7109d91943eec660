import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { giveScript, takeScript } from "../../src/backup/index.ts";
import { prelude } from "../../src/server/index.ts";
import type { Script } from "../../src/server/index.ts";
import { quote, quoteAll } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

/**
 * A way of copying that needs no database: the parts of the service `store` are the files of a folder, and it is counted by
 * their checksums. Everything between the two sides is the real thing.
 */
const plain = (folder: string): string => `
folder_of_test=${quote(folder)}
docker() { case $1 in ps) echo container ;; inspect) echo true ;; esac; }
find_services() { printf 'store\\tplain\\tcontainer\\tpause\\timage\\n' > "$work/services"; }
count() { (cd "$folder_of_test/$1" && sha256sum *) | sed "s/^/files\\t/"; }
dump_plain() {
  for part in $(ls "$folder_of_test/source"); do
    dump_part "$1" "$part" sh -c 'cat "$1" && [ ! -e "$2" ]' cat "$folder_of_test/source/$part" "$folder_of_test/broken" || return 1
  done
  count source | while IFS= read -r line; do printf 'fact\\t%s\\t%s\\n' "$1" "$line" >> "$work/manifest"; done
}
in_plain() { :; }
into_plain() { load_parts "$1" plain "$2"; }
load_plain() { cat > "$folder_of_test/target/$2"; }
figures_plain() { count target; }
`;

/** One side as a program of its own: the text, with that way of copying behind the functions that it knows. */
function side({ text, args }: Script, folder: string, first: string): string {
  const at = text.lastIndexOf(first);
  if (at < 0) throw new Error("the script begins in another way");
  const whole = text.slice(0, at) + plain(folder) + text.slice(at);
  const home = join(folder, "home");
  return `set -- app production -\n${prelude}\nhome=${quote(home)} state=${quote(home)} proxy=${quote(home)}\nset -- ${quoteAll(args)}\n${whole}`;
}

const give = (folder: string): string => side(giveScript(undefined, []), folder, "# Gives the data");
const take = (folder: string): string => side(takeScript, folder, "# Takes what give.sh gives");

function run(script: string, input: Uint8Array | string) {
  // By an argument, not by standard input: that is the stream.
  return spawnSync("sh", ["-c", script], { input, maxBuffer: 1e8 });
}

function between(files: Readonly<Record<string, Uint8Array>>) {
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`source/${name}`, content])),
  );
  mkdirSync(join(folder, "target"));
  mkdirSync(join(folder, "home"));
  const mark = join(folder, "home", "moving");
  spawnSync("touch", [mark]);
  return folder;
}

const files = {
  empty: new Uint8Array(),
  large: randomBytes(300_000),
  lines: Buffer.from("end\nparts-end\ngood\n\t\0\n"),
};

describe("data on its way from one server to another", () => {
  test("arrives as it was, whatever its bytes, and is counted equal", () => {
    const folder = between(files);
    const given = run(give(folder), "");
    expect([given.status, given.stderr.toString()]).toEqual([0, ""]);
    const taken = run(take(folder), given.stdout);
    expect(taken.stdout.toString()).toContain("compared store equal");
    expect(taken.status).toBe(0);
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(folder, "target", name)).equals(Buffer.from(content)), `${name} as it was`).toBe(true);
  });

  test("is refused wherever the stream is cut off", () => {
    const folder = between(files);
    const { stdout } = run(give(folder), "");
    const script = take(folder);
    for (const length of [
      0,
      5,
      40,
      1000,
      65_600,
      200_000,
      stdout.length - 400,
      stdout.length - 60,
      stdout.length - 5,
    ]) {
      const { status, stdout: told } = run(script, stdout.subarray(0, length));
      expect(told.toString(), `after ${length}`).toMatch(/^problem move-failed .*(broke off|cannot be taken in)/m);
      expect(status, `after ${length}`).not.toBe(0);
    }
  });

  test("that could not be read to its end is refused on both sides", () => {
    const folder = between({ ...files });
    spawnSync("touch", [join(folder, "broken")]);
    const given = run(give(folder), "");
    expect(given.status).not.toBe(0);
    expect(given.stderr.toString()).toContain("problem move-failed store, empty");
    const taken = run(take(folder), given.stdout);
    expect(taken.status).not.toBe(0);
    expect(taken.stdout.toString()).toContain("problem move-failed store, empty");
  });

  test("is refused where it is not what was counted", () => {
    const folder = between({ one: Buffer.from("one"), two: Buffer.from("two") });
    const { stdout } = run(give(folder), "");
    const changed = Buffer.from(stdout.toString("latin1").replace("two", "tow"), "latin1");
    const taken = run(take(folder), changed);
    expect(taken.status).not.toBe(0);
    expect(taken.stdout.toString()).toContain("difference store");
    expect(taken.stdout.toString()).toContain("problem move-failed what arrived of store is not what was sent");
  });

  test("is no longer given once the move was given up", () => {
    const folder = between(files);
    spawnSync("rm", [join(folder, "home", "moving")]);
    const given = run(give(folder), "");
    expect(given.status).not.toBe(0);
    expect(given.stderr.toString()).toContain("problem move-failed the move was given up");
  });
});
