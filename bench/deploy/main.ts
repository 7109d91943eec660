/**
 * `npm run bench:deploy`: the same app deployed by Wherry and by plain Docker Compose over SSH, in turn, to servers of the testbed,
 * near and 40 ms away, with visitors. Takes about ten minutes.
 *
 *     npm run bench:deploy -- [--write] [--runs N] [--only wherry|compose]
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine } from "../../scripts/engine/index.ts";
import { ensureBaseImages } from "../../scripts/standins/index.ts";
import { describeMachine } from "../machine.ts";
import { publish } from "../page.ts";
import { plainCompose } from "./compose.ts";
import type { Contender } from "./contender.ts";
import { openLane } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { resultTable } from "./table.ts";
import type { Result } from "./table.ts";
import { wherry } from "./wherry.ts";

/** Milliseconds of a round trip: the same room, and another country. */
const distances = [0, 40];

const { values } = parseArgs({
  options: { write: { type: "boolean" }, runs: { type: "string", default: "5" }, only: { type: "string" } },
});
const runs = Number(values.runs);
const say = (line: string): void => console.error(line);

/** One after the other: side by side they would only slow each other down. */
async function eachInTurn(lanes: readonly Lane[], act: (lane: Lane) => Promise<void>): Promise<void> {
  for (const lane of lanes) await act(lane);
}

async function compare(contenders: readonly Contender[], distance: number): Promise<readonly Result[]> {
  const lanes: Lane[] = [];
  try {
    for (const contender of contenders) lanes.push(await openLane(contender, distance, say));
    await eachInTurn(lanes, (lane) => lane.first());
    for (let turn = 1; turn <= runs; turn += 1) await eachInTurn(lanes, (lane) => lane.changeAndRollback(turn));
    const results: Result[] = [];
    await eachInTurn(lanes, async (lane) => void results.push(await lane.result()));
    return results;
  } finally {
    await eachInTurn(lanes, (lane) => lane.close());
  }
}

const contenders = [wherry(), plainCompose()].filter(
  ({ name }) => values.only === undefined || name.includes(values.only),
);
if (contenders.length === 0 || !(runs >= 1)) throw new Error("--runs N, at least 1; --only wherry or compose");
const results: Result[] = [];
try {
  await ensureEngine(say);
  await ensureBaseImages(["node:24-slim", "haproxy:3.2"], say);
  for (const distance of distances) results.push(...(await compare(contenders, distance)));
} finally {
  for (const contender of contenders) await contender.clean();
}
const machine = await describeMachine();
const file = join(mkdtempSync(join(tmpdir(), "wherry-bench-")), "results.json");
writeFileSync(file, JSON.stringify({ machine, runs, results }, null, 2));
say(`all that was measured: ${file}`);
publish("bench:deploy", `${resultTable(results)}\n\n${runs} changes and ${runs} rollbacks per column. ${machine}`);
