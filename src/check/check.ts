import { nearest } from "../core/index.ts";
import { Places } from "./finding.ts";
import type { Finding, SuppressedFinding } from "./finding.ts";
import { severities } from "./model.ts";
import type { Problem, Rule, Severity, Spot } from "./model.ts";
import { createProject } from "./project.ts";
import type { Project, ProjectInput } from "./project.ts";
import { ownRules } from "./rules/check.ts";
import { rules } from "./rules/index.ts";
import { secretSpots } from "./secrets.ts";
import { commentsOf } from "./suppress.ts";
import type { Ignore, IgnoreComment } from "./suppress.ts";
import { readProblems } from "./readable.ts";

export interface CheckResult {
  /** By file and place. */
  readonly findings: readonly Finding[];
  /** Accepted by a comment or by wherry.yaml, with the reason given. */
  readonly suppressed: readonly SuppressedFinding[];
  /** What could not be looked at, and why: never to be taken for good. */
  readonly notChecked: readonly NotChecked[];
}

export interface NotChecked {
  readonly what: string;
  readonly reason: string;
}

/** A problem that something else than our own rules has found: docker compose, hadolint. */
export interface ForeignProblem extends Problem {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly remedy: string;
}

/**
 * Looks at compose files with all rules. Pure: the same input gives the same findings, and nothing is read or written.
 * Never throws, whatever the files hold.
 * @param foreign what other programs have found, to be suppressed and sorted like our own
 */
export function checkProject(
  input: ProjectInput,
  foreign: readonly ForeignProblem[] = [],
  notChecked: readonly NotChecked[] = [],
): CheckResult {
  const project = createProject(input);
  const places = new Places();
  const hidden = secretSpots(project);
  const unreadable = readProblems(project);
  const own =
    unreadable.length > 0 ? [] : rules.flatMap((rule) => rule.check(project).map((one) => findingOf(rule, one)));
  const all = [...unreadable.map((one) => findingOf(ownRules.unreadable, one)), ...own, ...foreign.map(fromForeign)];

  const comments = commentsOf(project);
  const ignores = input.ignore ?? [];
  const used = new Set<IgnoreComment | Ignore>();
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const one of all) {
    const by = suppressorOf(one, comments, ignores, project, used);
    if (by === undefined) findings.push(one.finding);
    else suppressed.push({ ...one.finding, ...by });
  }
  const gaps = unreadable.length === 0 ? [] : [{ what: "rules", reason: "a file cannot be read" }];
  const about = unreadable.length === 0 ? aboutSuppressions(comments, ignores, used) : [];
  return {
    findings: sorted([...together(findings), ...about.map(({ rule, problem }) => findingOf(rule, problem).finding)]),
    suppressed: sorted(together(suppressed)),
    notChecked: [...notChecked, ...gaps],
  };

  function findingOf(rule: Pick<Rule, "id" | "severity" | "title" | "remedy">, problem: Problem): Placed {
    const { at, message, service, edits = [] } = problem;
    const start = places.position(at.source, at.start);
    const { line, column } = places.position(at.source, Math.max(at.end, at.start));
    const finding: Finding = {
      rule: rule.id,
      severity: problem.severity ?? rule.severity,
      title: rule.title,
      message,
      remedy: problem.remedy ?? rule.remedy,
      at: start,
      end: { line, column },
      services: service === undefined ? [] : [service],
      line: places.line(at.source, at.start, hidden),
      edits,
    };
    return { finding, at };
  }

  function fromForeign(problem: ForeignProblem): Placed {
    return findingOf({ ...problem, id: problem.rule }, problem);
  }
}

interface Placed {
  readonly finding: Finding;
  readonly at: Spot;
}

/** The reason why a finding is accepted; undefined where it is not. One without a reason accepts nothing. */
function suppressorOf(
  { finding, at }: Placed,
  comments: readonly IgnoreComment[],
  ignores: readonly Ignore[],
  project: Project,
  used: Set<IgnoreComment | Ignore>,
): Pick<SuppressedFinding, "reason" | "where"> | undefined {
  const inSource = comments.filter(
    ({ rules: names, spot, start, end }) =>
      names.includes(finding.rule) && spot.source.file === at.source.file && start <= at.start && at.start <= end,
  );
  const inSettings = ignores.filter(
    ({ rule, service }) =>
      rule === finding.rule &&
      (service === undefined || finding.services.includes(service) || builtFrom(project, service, at)),
  );
  for (const one of [...inSource, ...inSettings]) used.add(one);
  const said = ({ reason }: IgnoreComment | Ignore): boolean => reason !== undefined && reason.trim() !== "";
  const [comment, setting] = [inSource.find(said)?.reason, inSettings.find(said)?.reason];
  if (comment !== undefined) return { reason: comment, where: "comment" };
  return setting === undefined ? undefined : { reason: setting, where: "wherry.yaml" };
}

/** A finding in a Dockerfile is one of every service that is built from it. */
function builtFrom(project: Project, service: string, at: Spot): boolean {
  return project.byName.get(service)?.built?.dockerfile?.source.file === at.source.file;
}

function aboutSuppressions(
  comments: readonly IgnoreComment[],
  ignores: readonly Ignore[],
  used: ReadonlySet<IgnoreComment | Ignore>,
): readonly { readonly rule: Rule; readonly problem: Problem }[] {
  const known = new Set(rules.map(({ id }) => id));
  const isKnown = (rule: string): boolean => known.has(rule) || !rule.startsWith("WHY");
  const all = [
    ...comments.map((one) => ({ one, names: one.rules, reason: one.reason, at: one.spot })),
    ...ignores.map((one) => ({ one, names: [one.rule], reason: one.reason, at: one.at })),
  ];
  return all.flatMap(({ one, names, reason, at }) => {
    const strangers = names.filter((name) => !isKnown(name));
    if (names.length === 0)
      return [{ rule: ownRules.strange, problem: { at, message: "this suppression names no rule" } }];
    if (strangers.length > 0) {
      return strangers.map((name) => {
        const near = nearest(name, known);
        const message = `there is no rule ${name}${near === undefined ? "" : `; is ${near} meant?`}`;
        return { rule: ownRules.strange, problem: { at, message } };
      });
    }
    const found: { readonly rule: Rule; readonly problem: Problem }[] = [];
    if (reason === undefined || reason.trim() === "")
      found.push({
        rule: ownRules.reasonless,
        problem: { at, message: `${names.join(", ")} is suppressed without a reason, so it is not` },
      });
    // Other programs' rules may not have been looked at in this run.
    if (!used.has(one) && names.every((name) => known.has(name)))
      found.push({
        rule: ownRules.unused,
        problem: { at, message: `nothing here breaks ${names.join(", ")} any more` },
      });
    return found;
  });
}

/** Services that share a part through an anchor have one finding there, not several. */
function together<F extends Finding>(findings: readonly F[]): readonly F[] {
  const found = new Map<string, F>();
  for (const one of findings) {
    const place = `${one.rule} ${one.at.file}:${one.at.line}:${one.at.column}`;
    // The same service twice at one place: two things are wrong there.
    const twice = found.get(place)?.services.some((service) => one.services.includes(service)) === true;
    const key = twice ? `${place} ${one.message}` : place;
    const known = found.get(key);
    if (known === undefined) found.set(key, one);
    else {
      const services = [...new Set([...known.services, ...one.services])];
      const edits = known.edits.length === 0 ? one.edits : known.edits;
      found.set(key, { ...known, services, edits });
    }
  }
  return [...found.values()];
}

function sorted<F extends Finding>(findings: readonly F[]): readonly F[] {
  return findings.toSorted(
    (a, b) =>
      compare(a.at.file, b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      compare(a.rule, b.rule),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Is there anything at this severity or above? `never` is above all. */
export function reaches(findings: readonly Finding[], gate: Severity | "never"): boolean {
  return gate !== "never" && findings.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(gate));
}
