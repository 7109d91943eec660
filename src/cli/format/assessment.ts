import { openQuestions, wordOf } from "../../assess/index.ts";
import type { AreaResult, AssessOutcome, Gap, OpenQuestions, Statement, ToolRow } from "../../assess/index.ts";
import type { Screen } from "../definition.ts";
import type { Style } from "../style.ts";
import { table } from "./table.ts";

/** How many steps one can think about at a time; the rest is in the report and in --json. */
const shownSteps = { gaps: 10, questions: 6 } as const;

/** The assessment for people at a terminal: areas, what was found, what to do next. */
export function printAssessment(result: AssessOutcome, { style }: Screen): readonly string[] {
  const { name, commit, lookedAt, areas, statements, gaps, unknown, tools, since, written } = result;
  const known = statements.filter(({ level }) => level !== null).length;
  return [
    `${style.bold(name)}${commit === null ? "" : ` at ${commit.slice(0, 12)}`}`,
    ...table(lookedAt.map(({ what, found, known: seen }) => [`  ${what}`, seen ? found : style.dim(found)])),
    "",
    ...table(areas.map((area) => areaRow(area, style))),
    style.dim(`${known} of ${statements.length} questions could be answered; a grade of the whole would hide the rest`),
    ...areas.flatMap(({ area, title }) =>
      section(
        style.bold(title),
        statements.filter((one) => one.area === area).flatMap((one) => statementLines(one, style)),
      ),
    ),
    ...sinceLines(since, style),
    ...section(
      style.bold("What to do next: what does harm now, then most effect for least effort"),
      first(gaps, shownSteps.gaps, style, gapLines),
    ),
    ...section(
      style.bold("Not known, and what makes it known or done"),
      first(openQuestions(unknown), shownSteps.questions, style, questionLines),
    ),
    ...section(
      style.bold("Tools"),
      tools.flatMap((row) => toolLines(row, style)),
    ),
    ...section(
      "",
      written.map((path) => `${style.good("written")} ${path}`),
    ),
  ];
}

/** Nothing at all where there is nothing below the title. */
function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return title === "" ? ["", ...lines] : ["", title, ...lines];
}

function first<T>(
  all: readonly T[],
  shown: number,
  style: Style,
  lines: (one: T, index: number, style: Style) => readonly string[],
): readonly string[] {
  const more = all.length - shown;
  return [
    ...all.slice(0, shown).flatMap((one, index) => lines(one, index, style)),
    ...(more > 0 ? [style.dim(`  and ${more} more: --output report.html`)] : []),
  ];
}

/** Tools that fit are in the report; here is what asks for a thought. */
function toolLines({ subject, verdict, gap, recommended, date, old }: ToolRow, style: Style): readonly string[] {
  if (verdict === "none found" || (verdict === "fits" && !old)) return [];
  const advice = old ? style.warning(`(advice of ${date}: look at its sources)`) : style.dim(`(${date})`);
  return [`  ${subject}: ${verdict === "fits" ? "fits" : `${gap}. Advice: ${recommended}`} ${advice}`];
}

function areaRow({ title, level, mean, unknownShare }: AreaResult, style: Style): readonly string[] {
  const share = unknownShare === 0 ? "" : style.dim(`${Math.round(unknownShare * 100)} % not known`);
  const bar =
    level === null ? style.dim("....") : paint(level, style)("#".repeat(level)) + style.dim("-".repeat(4 - level));
  return [`  ${title}`, bar, levelWords(level, style), mean === null ? "" : style.dim(mean.toFixed(1)), share];
}

function statementLines({ level, question, says, evidence }: Statement, style: Style): readonly string[] {
  if (level === null) return [`  ${style.dim(`? ${question} Not known: ${says}`)}`];
  const [place, ...more] = evidence;
  const proof = place === undefined ? "" : `${place.where}${more.length > 0 ? ` and ${more.length} more` : ""}`;
  return [`  ${paint(level, style)(String(level))} ${says}  ${style.dim(`(${proof})`)}`];
}

function gapLines({ says, closes, effort, check, urgent }: Gap, index: number, style: Style): readonly string[] {
  const what = urgent ? style.bad(says) : says;
  return [`  ${String(index + 1).padStart(2)}. ${what} ${style.dim(`(${effort}, ${check})`)}`, `      ${closes}`];
}

function questionLines({ gaps, closes, effort }: OpenQuestions, index: number, style: Style): readonly string[] {
  const [question, ...more] = gaps;
  const rest = more.length === 0 ? "" : ` and ${more.length} more`;
  return [
    `  ${String(index + 1).padStart(2)}. ${question.question}${rest} ${style.dim(`(${effort}; ${question.says})`)}`,
    `      ${closes}`,
  ];
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
