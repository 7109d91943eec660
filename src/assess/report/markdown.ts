import { levels } from "../levels.ts";
import { openQuestions } from "../open-questions.ts";
import type { Assessment, Evidence, Gap } from "../schema.ts";
import { generator } from "./generator.ts";
import { changeText, dayText, heldBack, levelText, partsOf, summary, unknownText } from "./words.ts";

/** The report as Markdown that GitHub and others show. Text of files stays text: no line of code becomes a heading or a link. */
export function markdownReport(assessment: Assessment): string {
  const { name, date, commit, environment, areas, statements, gaps, unknown, tools, since, lookedAt, asked } =
    assessment;
  const about = [
    dayText(date),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
    ...(environment === null ? [] : [`server of ${environment}`]),
  ];
  const old = tools.filter((row) => row.old).map(({ subject }) => subject);
  const blocks = [
    `<!-- written by ${generator} -->`,
    `# ${text(name)}: how it is built and run`,
    text(about.join(" · ")),
    `${summary(assessment)} Every statement has its evidence. What was not looked at is called not known; it is neither good nor bad.`,
    "## Areas",
    table(
      ["Area", "Level", "Mean", "Not known", ""],
      areas.map((area) => [
        text(area.title),
        levelText(area.level),
        area.mean === null ? "" : area.mean.toFixed(1),
        unknownText(area),
        text(heldBack(area, statements) ?? ""),
      ]),
    ),
    "There is no grade of the whole on purpose: it would hide what is not known.",
    ...(since === null
      ? []
      : [
          `## Since ${dayText(since.date)}`,
          since.changes.length === 0
            ? "No level is another one than in the assessment that was kept."
            : table(
                ["Check", "Change", ""],
                since.changes.map((change) => [code(change.check), changeText(change), text(change.says)]),
              ),
        ]),
    "## What to do next",
    gapTable(gaps),
    "## What is not known",
    unknownTable(unknown),
    "## Tools",
    ...(old.length === 0
      ? []
      : [
          `> The advice on ${text(old.join(", "))} is older than six months: look at its sources before you follow it.`,
        ]),
    ...tools.flatMap((row) => [
      `### ${text(row.subject)}`,
      [
        `- In use: ${row.inUse.length === 0 ? `none found (${evidence(row.lookedFor)})` : row.inUse.map((tool) => `${text(tool.name)} (${tool.evidence.slice(0, 1).map(evidence).join("")})`).join("; ")}`,
        `- Gap: ${text(row.gap)}`,
        `- Advice: ${text(row.recommended)}. ${text(row.rationale)}`,
        ...row.alternatives.map(({ name: tool, when }) => `- Else: ${text(tool)}, when ${text(when)}`),
        `- Sources, looked at on ${row.date}: ${row.sources.map((source) => `<${source}>`).join(", ")}`,
      ].join("\n"),
    ]),
    "## Everything that was asked",
    ...areas.flatMap((area) => [
      `### ${text(area.title)}: ${levelText(area.level)}`,
      statements
        .filter((statement) => statement.area === area.area)
        .map(({ question, level, says, evidence: list }) =>
          [
            `- ${text(question)} **${levelText(level)}**: ${text(says)}`,
            ...list.map((one) => `  - ${evidence(one)}`),
          ].join("\n"),
        )
        .join("\n"),
    ]),
    "## What the levels mean",
    table(
      ["Level", ""],
      levels.map(({ word, means }, level) => [`${level} ${word}`, means]),
    ),
    "## What was looked at",
    table(
      ["", ""],
      lookedAt.map(({ what, found }) => [text(what), text(found)]),
    ),
    asked.map((line) => `- ${code(line)}`).join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function gapTable(gaps: readonly Gap[]): string {
  if (gaps.length === 0) return "Nothing.";
  return table(
    ["", "What", "How it is closed", "Effort", "Level", "Check"],
    gaps.map(({ says, closes, effort, level, best, check, urgent }, index) => [
      String(index + 1),
      urgent ? `**${text(says)}**` : text(says),
      words(closes),
      effort,
      `${level ?? 0} of ${best}`,
      code(check),
    ]),
  );
}

function unknownTable(unknown: readonly Gap[]): string {
  if (unknown.length === 0) return "Nothing.";
  return table(
    ["", "What is not known, and why", "What makes it known, or done", "Effort"],
    openQuestions(unknown).map(({ gaps, closes, effort }, index) => [
      String(index + 1),
      gaps.map(({ question, says }) => `${text(question)} ${text(says)}.`).join(" "),
      words(closes),
      effort,
    ]),
  );
}

function words(closes: string): string {
  return partsOf(closes)
    .map((part) => (part.code ? code(part.text) : text(part.text)))
    .join("");
}

function evidence({ where, what }: Evidence): string {
  return `${code(where)} ${text(what)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Plain words, whatever signs are in them. */
function text(words: string): string {
  return words.replaceAll(/[\\`*_[\]<>#|~!&]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, " ");
}

/** In a code span nothing is markup but the fence itself; in a table also the bar. */
function code(words: string): string {
  const longest = Math.max(0, ...[...words.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = words.startsWith("`") || words.endsWith("`") ? " " : "";
  return `${fence}${space}${words.replaceAll("|", "\\|").replaceAll(/\s+/g, " ")}${space}${fence}`;
}
