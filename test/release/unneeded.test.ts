import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import prune from "../../src/release/scripts/prune.sh?raw";
import unneeded from "../../src/release/scripts/unneeded.sh?raw";
import { temporaryFolder } from "../helpers/temporary.ts";

const record = (image: string): string => JSON.stringify({ services: { web: { image } } });

/** The engine has these images, 2 of the app "shop"; `find` ends with what a disk that cannot be read makes of it. */
function pruned({ readable }: { readonly readable: boolean }): string {
  const state = temporaryFolder({
    "apps/shop/uat/releases/1/release.json": record("wherry/shop/web:1"),
    "apps/shop/uat/releases/2/release.json": record("wherry/shop/web:12"),
    "apps/shop/uat/data/release.json": record("wherry/shop/web:3"),
    "apps/blog/production/releases/1/release.json": record("redis:8"),
    removed: "",
  });
  const text = `${unneeded}
    docker() { case $2 in ls) echo wherry/shop/web:1; echo wherry/shop/web:2; echo wherry/shop/web:3 ;; rm) echo "$3" >> "$state/removed" ;; esac; }
    ${readable ? "" : 'find() { command find "$@"; return 1; }'}
    app=shop state=$1 home=$1/apps/shop/uat; set -e -- 2 'redis:8 redis:7'
    ${prune}`;
  const { stderr, status } = spawnSync("sh", ["-c", text, "sh", state], { encoding: "utf8" });
  expect(`${status}${stderr}`).toBe("0");
  return readFileSync(join(state, "removed"), "utf8");
}

describe("old images", () => {
  test("go where no release needs them, whoever's it is", () => {
    expect(pruned({ readable: true })).toBe("wherry/shop/web:2\nwherry/shop/web:3\nredis:7\n");
  });

  test("all stay where a record cannot be read: it may need any of them", () => {
    expect(pruned({ readable: false })).toBe("");
  });
});
