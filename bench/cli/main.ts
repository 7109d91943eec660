/**
 * `npm run bench:cli`: how long the program takes to start, compared with Node.js doing nothing. The ratio is what counts: it
 * is nearly the same on a fast machine and on a slow one.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { markdownTable } from "../../scripts/generated-part.ts";
import { describeMachine } from "../machine.ts";
import { median, spread } from "../numbers.ts";
import { publish } from "../page.ts";

const runs = 25;

const program = resolve(import.meta.dirname, "../../dist/wherry.cjs");

const commands: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "wherry --version": [program, "--version"],
  "wherry --help": [program, "--help"],
};

const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
// The first turn fills the disk cache. In turn, so that whatever else the machine does slows all of them down.
for (let turn = 0; turn <= runs; turn += 1) {
  for (const [name, args] of Object.entries(commands)) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
    if (status !== 0) throw new Error(`${name} failed (exit ${status}): npm run build`);
    if (turn > 0) times.get(name)?.push(performance.now() - start);
  }
}

const nothing = median(times.get("node -e 0") ?? []);
const rows = [...times].map(([name, measured]) => [
  `\`${name}\``,
  `${spread(measured, 0)} ms`,
  (median(measured) / nothing).toFixed(2),
]);
const table = markdownTable(["command", `median of ${runs} (lowest to highest)`, "ratio"], rows);
publish("bench:cli", `${table}\n\n${await describeMachine()}`);
