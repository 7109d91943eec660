import { severities } from "../../check/index.ts";
import type { CheckReport, Finding, Severity } from "../../check/index.ts";
import { formatPosition } from "../../core/index.ts";
import type { Screen } from "../definition.ts";
import type { Style } from "../style.ts";
import { excerpt, printable } from "./excerpt.ts";

/** Of what many services lack, only so many are named. */
const mostNamed = 10;

/**
 * Errors and warnings each with their line, what it means and what to do; what could be better in one line per rule, so
 * that it does not bury the rest.
 */
export function formatCheck(
  report: CheckReport,
  screen: Screen,
  how: { readonly verbose: boolean; readonly planned: boolean },
): readonly string[] {
  const { style } = screen;
  const isFull = ({ severity }: Finding): boolean => how.verbose || severity !== "info";
  // The worst first: nobody reads to the end of a long list.
  const full = severities.flatMap((severity) =>
    report.findings.filter((one) => one.severity === severity && isFull(one)),
  );
  const brief = report.findings.filter((finding) => !isFull(finding));
  return [
    ...formatFixes(report, style, how.planned),
    ...entriesOf(full).flatMap(([finding, others]) => [...formatFinding(finding, others, screen), ""]),
    ...(brief.length === 0
      ? []
      : [style.bold("could be better:"), ...byRule(brief).flatMap((group) => formatGroup(group, style)), ""]),
    ...summary(report, style),
  ];
}

/** What a service lacks, every service lacks: shown once, with the others named. */
function entriesOf(findings: readonly Finding[]): readonly (readonly [Finding, readonly Finding[]])[] {
  const entries: [Finding, Finding[]][] = [];
  for (const finding of findings) {
    const known = entries.find(([first]) => first.rule === finding.rule && isOfService(first) && isOfService(finding));
    if (known === undefined) entries.push([finding, []]);
    else known[1].push(finding);
  }
  return entries;
}

/** The place is the service's name: what is meant is not there to be pointed at. */
function isOfService({ services: [service = ""], line, at }: Finding): boolean {
  return (
    service !== "" &&
    line
      .slice(at.column - 1)
      .replace(/^["']/, "")
      .startsWith(service)
  );
}

function formatFinding(finding: Finding, same: readonly Finding[], screen: Screen): readonly string[] {
  const { style } = screen;
  const { rule, severity, at, title, message, remedy, edits, services } = finding;
  const colour = { error: style.bad, warning: style.warning, info: style.bold }[severity];
  const others = services.length > 1 ? ` (the same for ${services.slice(1).join(", ")})` : "";
  const also = same
    .slice(0, mostNamed)
    .map(({ services: names, at: place }) => `${names.join(", ")} (${formatPosition(place)})`);
  const more = same.length > mostNamed ? ` and ${same.length - mostNamed} more` : "";
  const source = excerpt(finding, screen.columns).map((line) => `  ${style.dim(line)}`);
  return [
    `${formatPosition(at)}  ${colour(severity)} ${style.bold(rule)}  ${title}`,
    ...source,
    `  ${printable(message)}${others}`,
    ...(also.length === 0 ? [] : [`  ${style.bold("also:")} ${also.join(", ")}${more}`]),
    `  ${style.bold("do:")} ${printable(remedy)}${edits.length > 0 ? style.dim("  (--fix does it)") : ""}`,
  ];
}

function byRule(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  return [...Map.groupBy(findings, ({ rule }) => rule).values()];
}

function formatGroup(group: readonly Finding[], style: Style): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const places = group.slice(0, mostNamed).map(({ services, at }) => `${services.join(", ") || at.file}:${at.line}`);
  const more = group.length > mostNamed ? ` and ${group.length - mostNamed} more` : "";
  const fixable = group.some(({ edits }) => edits.length > 0);
  return [
    `  ${style.bold(first.rule)}  ${first.title}: ${places.join(", ")}${more}`,
    `          ${style.dim(`${first.remedy}${fixable ? "  (--fix does it)" : ""}`)}`,
  ];
}

function formatFixes({ fixed, diffs }: CheckReport, style: Style, planned: boolean): readonly string[] {
  if (fixed.length === 0) return [];
  const title = planned ? "would be repaired:" : "repaired:";
  const lines = byRule(fixed).map(
    (group) =>
      `  ${group[0]?.rule}  ${group[0]?.title}: ${group.map(({ services, at }) => services.join(", ") || at.file).join(", ")}`,
  );
  const diff = diffs.flatMap((one) => one.diff.trimEnd().split("\n"));
  return [style.good(title), ...lines, "", ...(planned ? [...diff.map((line) => colourOf(line, style)), ""] : [])];
}

function colourOf(line: string, style: Style): string {
  if (line.startsWith("+")) return style.good(printable(line));
  return line.startsWith("-") ? style.bad(printable(line)) : printable(line);
}

function summary(
  { findings, suppressed, notChecked, files, environment }: CheckReport,
  style: Style,
): readonly string[] {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const word = severity === "info" ? "could be better" : `${severity}${count === 1 ? "" : "s"}`;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const where = `${files.join(", ")}${environment === null ? "" : ` for ${environment}`}`;
  const fixable = findings.filter(({ edits }) => edits.length > 0).length;
  const accepted = suppressed.length === 0 ? "" : `, ${suppressed.length} accepted`;
  return [
    counts.length === 0
      ? `${style.good("nothing found")} in ${where}${accepted}`
      : `${style.bold(counts.join(", "))}${accepted} in ${where}`,
    ...notChecked.map(({ what, reason }) => style.warning(`not checked: ${what} (${printable(reason)})`)),
    ...(fixable === 0 ? [] : [style.dim(`wherry check --fix repairs ${fixable} of them; with --plan it says how`)]),
  ];
}

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function githubAnnotations({ findings, notChecked }: CheckReport): readonly string[] {
  const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };
  return [
    ...findings.map(({ rule, severity, title, message, remedy, at, end }) => {
      const place = [`file=${property(at.file)}`, `line=${at.line}`, `endLine=${end.line}`];
      // Columns mean nothing to GitHub where more than one line is meant.
      const columns = end.line === at.line ? [`col=${at.column}`, `endColumn=${end.column}`] : [];
      return `::${commands[severity]} ${[...place, ...columns, `title=${property(`${rule} ${title}`)}`].join(",")}::${data(`${message}\n${remedy}`)}`;
    }),
    ...notChecked.map(({ what, reason }) => `::notice title=not checked::${data(`${what}: ${reason}`)}`),
  ];
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
