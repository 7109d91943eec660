/**
 * `npm test`: everything, on a fresh checkout. Prepares what the tests need (Docker engine, base images, test servers), builds,
 * runs the unit tests, then the integration tests side by side, then those that must be alone. The last line is `N passed, N failed, N skipped`.
 * Arguments are handed to vitest: `npm test -- test/cli -t help`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The parts of vitest's JSON report that are counted here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const root = resolve(import.meta.dirname, "..");
const filters = process.argv.slice(2);

const preparations = [
  { title: "Docker engine", script: "scripts/engine/main.ts" },
  { title: "base images", script: "scripts/standins/main.ts" },
  { title: "test servers", script: "testbed/prepare.ts" },
  { title: "program", script: "scripts/build.ts" },
];

const counts = [...preparations.map(prepare), ...["unit", "integration", "alone"].map(vitest)];
const total = counts.reduce((sum, next) => ({
  passed: sum.passed + next.passed,
  failed: sum.failed + next.failed,
  skipped: sum.skipped + next.skipped,
}));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Only what goes wrong counts: it is no test. */
function prepare({ title, script }: { readonly title: string; readonly script: string }): Counts {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? "prepared" : "FAILED to prepare"}: ${title} (${seconds} s)`);
  return { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

function vitest(project: string): Counts {
  const folder = mkdtempSync(join(tmpdir(), "wherry-vitest-"));
  const file = join(folder, "report.json");
  const program = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  const { status } = spawnSync(
    process.execPath,
    [program, "run", "--project", project, "--passWithNoTests", ...reporters, ...filters],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      // vitest takes CI for a terminal with colours.
      env: { ...process.env, CI: "true", ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }) },
    },
  );
  const found = existsSync(file)
    ? countsOf(JSON.parse(readFileSync(file, "utf8")) as VitestReport)
    : { passed: 0, failed: 0, skipped: 0 };
  rmSync(folder, { recursive: true, force: true });
  // An error outside of any test, or a crash: vitest says so by its exit code alone.
  return status !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}

function countsOf({ testResults }: VitestReport): Counts {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const broken = testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const passed = tests.filter((status) => status === "passed").length;
  const failed = tests.filter((status) => status === "failed").length;
  return { passed, failed: failed + broken.length, skipped: tests.length - passed - failed };
}
