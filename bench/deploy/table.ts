import { markdownTable } from "../../scripts/generated-part.ts";
import { spread, sum } from "../numbers.ts";
import type { Measured } from "./measure.ts";

/** All that was measured of one contender at one distance. */
export interface Result {
  readonly contender: string;
  /** Milliseconds of a round trip between the deployer and the server. */
  readonly distance: number;
  readonly first: Measured;
  readonly changes: readonly Measured[];
  readonly rollbacks: readonly Measured[];
  /** Bytes of the proxy, idle; `null` where there is none. */
  readonly proxyMemory: number | null;
}

type Row = readonly [title: string, cell: (result: Result) => string];

/** One column per contender and distance. */
export function resultTable(results: readonly Result[]): string {
  const head = ["", ...results.map(({ contender, distance }) => `${contender}, ${distance} ms`)];
  return markdownTable(
    head,
    rows.map(([title, cell]) => [title, ...results.map(cell)]),
  );
}

const rows: readonly Row[] = [
  ["first deployment, seconds", ({ first }) => first.seconds.toFixed(1)],
  ["a one-line change, seconds", ({ changes }) => spread(changes.map(({ seconds }) => seconds))],
  ["rollback, seconds", ({ rollbacks }) => spread(rollbacks.map(({ seconds }) => seconds))],
  ["requests not answered as they should, changes", ({ changes }) => losses(changes)],
  ["requests not answered as they should, rollbacks", ({ rollbacks }) => losses(rollbacks)],
  ["longest time from the first to the last of them, seconds", (result) => longestOutage(allOf(result))],
  ["latency during changes, median / 99 % / highest, ms", ({ changes }) => latency(changes)],
  ["SSH connections / commands per change", ({ changes }) => calls(changes)],
  ["SSH connections / commands per rollback", ({ rollbacks }) => calls(rollbacks)],
  ["MB to the server, first deployment", ({ first }) => megabytes([first])],
  ["MB to the server, change", ({ changes }) => megabytes(changes)],
  ["MB to the server, rollback", ({ rollbacks }) => megabytes(rollbacks)],
  [
    "memory of the proxy, MB",
    ({ proxyMemory }) => (proxyMemory === null ? "no proxy" : (proxyMemory / 1e6).toFixed(1)),
  ],
];

const allOf = ({ changes, rollbacks }: Result): readonly Measured[] => [...changes, ...rollbacks];

const reportsOf = (runs: readonly Measured[]) =>
  runs.flatMap(({ traffic }) => (traffic === undefined ? [] : [traffic]));

function losses(runs: readonly Measured[]): string {
  const reports = reportsOf(runs);
  const lost = sum(reports.map(({ lost, failed }) => lost + failed));
  return `${lost} of ${sum(reports.map(({ sent }) => sent))}`;
}

function longestOutage(runs: readonly Measured[]): string {
  const outages = reportsOf(runs).map(({ errors }) => {
    const first = Math.min(...errors.map((error) => Date.parse(error.first)));
    const last = Math.max(...errors.map((error) => Date.parse(error.last)));
    return errors.length === 0 ? 0 : (last - first) / 1000;
  });
  return Math.max(...outages).toFixed(1);
}

function latency(runs: readonly Measured[]): string {
  const reports = reportsOf(runs);
  // Of the worst run: the percentiles of several runs have no percentile of their own.
  const worst = (which: "p50" | "p99" | "max"): string =>
    Math.max(...reports.map(({ latency }) => latency[which] ?? Number.NaN)).toFixed(0);
  return `${worst("p50")} / ${worst("p99")} / ${worst("max")}`;
}

const calls = (runs: readonly Measured[]): string =>
  `${spread(
    runs.map(({ connections }) => connections),
    0,
  )} / ${spread(
    runs.map(({ sessions }) => sessions),
    0,
  )}`;

const megabytes = (runs: readonly Measured[]): string =>
  spread(
    runs.map(({ bytesToServer }) => bytesToServer / 1e6),
    2,
  );
