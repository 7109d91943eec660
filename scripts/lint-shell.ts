/** shellcheck over every shell script of the repository; where it is not installed (it is no npm package), says so. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const groups = [
  // Parts of one script, put together before they are sent: what one assigns (SC2034), another uses (SC2154). Every /bin/sh
  // of Debian, Ubuntu and Alpine knows `local` (SC3043). Without arrays, lists of container ids are split words (SC2046).
  { files: globSync("src/**/*.sh"), options: ["--shell=sh", "--exclude=SC2034,SC2046,SC2154,SC3043"] },
  {
    files: globSync(["{scripts,testbed,bench,examples}/**/*.sh", ".ci/run"], { exclude: ["**/node_modules/**"] }),
    options: [],
  },
];

for (const { files, options } of groups) {
  if (files.length === 0) continue;
  const { status, error } = spawnSync("shellcheck", ["--severity=warning", ...options, ...files], { stdio: "inherit" });
  if (error !== undefined) {
    console.log("shellcheck is not installed: shell scripts were not checked (apt-get install shellcheck)");
    break;
  }
  if (status !== 0) process.exitCode = 1;
}
