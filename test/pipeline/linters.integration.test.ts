import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { git, repository } from "../helpers/git.ts";
import { writeFiles } from "../helpers/temporary.ts";
import { filesOf, fixtures } from "./fixtures.ts";

/** What other people's linters say of workflows that we write: nothing. Both read files alone and ask nobody. */
const linters = {
  actionlint: { version: ["-version"], check: [] },
  zizmor: { version: ["--version"], check: ["--offline", "--no-progress", "--persona", "auditor", "."] },
} as const;

function installed(name: keyof typeof linters): boolean {
  const there = spawnSync(name, linters[name].version).status === 0;
  if (!there) console.log(`skipped: ${name} is not installed`);
  return there;
}

describe.each(Object.keys(linters) as (keyof typeof linters)[])("%s", (name) => {
  const there = installed(name);

  test.skipIf(!there).each(Object.keys(fixtures))("has nothing to say of the pipeline of %s", async (fixture) => {
    const folder = repository({ "README.md": "" });
    writeFiles(folder, await filesOf(fixtures[fixture] ?? {}));
    git(folder, "add", "--all");
    const { status, stdout, stderr } = spawnSync(name, linters[name].check, { cwd: folder, encoding: "utf8" });
    expect(`${stdout}${status === 0 ? "" : stderr}`.replace("No findings to report. Good job!", "").trim()).toBe("");
    expect(status).toBe(0);
  });

  test.skipIf(!there)("finds what is wrong with a workflow, so that its silence means something", () => {
    const bad =
      "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.head_ref }}\n";
    const folder = repository({ ".github/workflows/bad.yml": bad });
    expect(spawnSync(name, linters[name].check, { cwd: folder }).status).not.toBe(0);
  });
});
