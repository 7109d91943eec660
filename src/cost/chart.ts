import { escapeMarkup } from "../core/index.ts";
import type { CostDocument } from "./document.ts";
import { needInWords } from "./need.ts";

const width = 960;
const left = 190;
const right = 250;
const rowHeight = 30;
const barHeight = 16;
const scale = width - left - right;

type Comparison = CostDocument["comparisons"][number];
type Row = Comparison["providers"][number];

/** The comparison as one SVG file: bars from 0, nothing loaded from anywhere, light and dark, no script. */
export function chartOf(document: CostDocument): string {
  let y = 76;
  const parts = document.comparisons.map((comparison) => {
    const block = blockOf(comparison, y);
    y += 54 + comparison.providers.length * rowHeight + 26;
    return block;
  });
  const notes = notesOf(document);
  const height = y + notes.length * 18 + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="What servers cost">
<style>
  svg { color-scheme: light dark; font: 13px/1.4 system-ui, sans-serif; background: #fff; --ink: #1d2530; --soft: #5b6673; --line: #d9dfe6; --known: #1f6f8b; --least: #b9d5de; }
  @media (prefers-color-scheme: dark) { svg { background: #14181d; --ink: #e8ecf1; --soft: #9aa5b1; --line: #313944; --known: #4fb0cf; --least: #2c4f5c; } }
  text { fill: var(--ink); } .soft { fill: var(--soft); } .title { font-size: 18px; font-weight: 600; } .need { font-weight: 600; }
  .end { text-anchor: end; } .axis { stroke: var(--line); } .known { fill: var(--known); } .least { fill: var(--least); stroke: var(--known); stroke-dasharray: 3 3; }
</style>
<text x="24" y="36" class="title">What servers cost in a month</text>
<text x="24" y="56" class="soft">${escapeMarkup(`${document.currency}, as compared on ${document.date.slice(0, 10)}; filled: all parts are known, dashed: at least`)}</text>
${parts.join("\n")}
${notes.map((note, index) => `<text x="24" y="${y + index * 18}" class="soft">${escapeMarkup(note)}</text>`).join("\n")}
</svg>
`;
}

function blockOf({ servers, need, providers }: Comparison, top: number): string {
  const most = Math.max(...providers.map(({ compared }) => Number(compared?.atLeast ?? 0)), 1);
  const first = top + 40;
  const bottom = first + providers.length * rowHeight;
  const title = servers.length === 0 ? needInWords(need) : `${servers.join(", ")}: ${needInWords(need)}`;
  return [
    `<text x="24" y="${top + 14}" class="need">${escapeMarkup(short(title, 130))}</text>`,
    `<line x1="${left}" y1="${first - 6}" x2="${left}" y2="${bottom}" class="axis"/>`,
    ...providers.map((row, index) => rowOf(row, first + index * rowHeight, most)),
  ].join("\n");
}

function rowOf(row: Row, y: number, most: number): string {
  const middle = y + barHeight / 2 + 5;
  const name = `<text x="${left - 12}" y="${middle}" class="end">${escapeMarkup(row.title)}</text>`;
  if (row.compared === null) {
    return `${name}<text x="${left + 8}" y="${middle}" class="soft">${escapeMarkup(`unknown: ${short(row.reason ?? "", 90)}`)}</text>`;
  }
  const { atLeast, total, currency } = row.compared;
  const length = Math.max(2, (Number(atLeast) / most) * scale);
  const label = `${total === null ? "at least " : ""}${cents(atLeast)} ${currency}, ${row.size ?? ""}`;
  return [
    name,
    `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" class="${total === null ? "least" : "known"}"/>`,
    `<text x="${(left + length + 8).toFixed(1)}" y="${middle}">${escapeMarkup(label)}</text>`,
  ].join("");
}

function notesOf({ vat, old }: CostDocument): readonly string[] {
  return [
    `Prices as the providers list them; VAT is ${vat === null ? "not shown apart" : `shown at ${vat} % in the table and the JSON`}. Sources and dates of all figures: wherry cost --json.`,
    ...(old.length === 0
      ? []
      : [`Older than 60 days: ${old.map(({ title, asOf }) => `${title} (${asOf})`).join(", ")}.`]),
  ].flatMap((note) => wrapped(note, 125));
}

function wrapped(note: string, most: number): readonly string[] {
  return note.split(" ").reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= most) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

function cents(full: string): string {
  return Number(full).toFixed(2);
}

function short(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}
