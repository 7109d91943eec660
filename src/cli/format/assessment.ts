import { wordOf } from "../../assess/index.ts";
import type { AreaResult, AssessOutcome, Gap, Statement } from "../../assess/index.ts";
import type { Screen } from "../definition.ts";
import type { Style } from "../style.ts";
import { table } from "./table.ts";

/** How many steps one can think about at a time; the rest is in the report and in --json. */
const shownGaps = 10;

/** The assessment for people at a terminal: areas, what was found, what to do next. */
export function printAssessment(result: AssessOutcome, { style }: Screen): readonly string[] {
  const { name, commit, lookedAt, areas, statements, gaps, unknown, tools, since, written } = result;
  const known = statements.filter(({ level }) => level !== null).length;
  const replace = tools.filter(({ verdict, old }) => verdict === "replace" || verdict === "consider" || old);
  return [
    `${style.bold(name)}${commit === null ? "" : ` at ${commit.slice(0, 12)}`}`,
    ...table(lookedAt.map(({ what, found, known: seen }) => [`  ${what}`, seen ? found : style.dim(found)])),
    "",
    ...table(areas.map((area) => areaRow(area, style))),
    style.dim(
      `${known} of ${statements.length} questions could be answered; there is no grade of the whole, it would hide the rest`,
    ),
    ...areas.flatMap(({ area, title }) => [
      "",
      style.bold(title),
      ...statements.filter((one) => one.area === area).flatMap((one) => statementLines(one, style)),
    ]),
    ...sinceLines(since, style),
    ...(gaps.length === 0
      ? []
      : [
          "",
          style.bold("What to do next: what does harm now, then most effect for least effort"),
          ...gaps.slice(0, shownGaps).flatMap((gap, index) => gapLines(gap, index, style)),
        ]),
    ...(gaps.length > shownGaps ? [style.dim(`  and ${gaps.length - shownGaps} more: --output report.html`)] : []),
    ...(unknown.length === 0
      ? []
      : ["", style.bold("Not known"), ...unknown.slice(0, 5).flatMap((gap, index) => gapLines(gap, index, style))]),
    ...(unknown.length > 5 ? [style.dim(`  and ${unknown.length - 5} more: --output report.html`)] : []),
    ...(replace.length === 0 ? [] : ["", style.bold("Tools")]),
    ...replace.map(
      ({ subject, gap, recommended, date, old }) =>
        `  ${subject}: ${gap === "none" ? recommended : gap}${old ? style.warning(` (advice of ${date}: look at its sources)`) : style.dim(` (advice: ${recommended}, ${date})`)}`,
    ),
    ...(written.length === 0 ? [] : ["", ...written.map((path) => `${style.good("written")} ${path}`)]),
  ];
}

function areaRow({ title, level, mean, unknownShare }: AreaResult, style: Style): readonly string[] {
  const share = unknownShare === 0 ? "" : style.dim(`${Math.round(unknownShare * 100)} % not known`);
  const bar =
    level === null ? style.dim("....") : paint(level, style)("#".repeat(level)) + style.dim("-".repeat(4 - level));
  return [`  ${title}`, bar, levelWords(level, style), mean === null ? "" : style.dim(mean.toFixed(1)), share];
}

function statementLines({ level, says, evidence }: Statement, style: Style): readonly string[] {
  const sign = level === null ? style.dim("?") : paint(level, style)(String(level));
  const [first] = evidence;
  const proof =
    first === undefined
      ? ""
      : style.dim(`  (${first.where}${evidence.length > 1 ? ` and ${evidence.length - 1} more` : ""})`);
  return [`  ${sign} ${level === null ? style.dim(`not known: ${says}`) : says}${proof}`];
}

function gapLines(gap: Gap, index: number, style: Style): readonly string[] {
  const { question, says, closes, effort, check, level, urgent } = gap;
  const what = level === null ? `${question} ${style.dim(`Not known: ${says}`)}` : urgent ? style.bad(says) : says;
  return [`  ${String(index + 1).padStart(2)}. ${what} ${style.dim(`(${effort}, ${check})`)}`, `      ${closes}`];
}

function sinceLines(since: AssessOutcome["since"], style: Style): readonly string[] {
  if (since === null) return [];
  const head = ["", style.bold(`Since ${since.date.slice(0, 10)}`)];
  if (since.changes.length === 0) return [...head, "  no level is another one"];
  return [
    ...head,
    ...since.changes.map(({ kind, check, before, now, says }) => {
      const colour = kind === "worse" ? style.bad : kind === "improved" ? style.good : style.dim;
      return `  ${colour(kind)} ${check}: ${before ?? "?"} -> ${now ?? "?"}  ${says}`;
    }),
  ];
}

function levelWords(level: number | null, style: Style): string {
  return level === null ? style.dim("not known") : paint(level, style)(`${level} ${wordOf(level)}`);
}

function paint(level: number, style: Style): (text: string) => string {
  return level <= 1 ? style.bad : level === 2 ? style.warning : style.good;
}
