import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { areas } from "./areas/index.ts";
import type { Area } from "./areas/index.ts";
import { changesSince, readBaseline } from "./baseline.ts";
import type { Baseline } from "./baseline.ts";
import { gradeArea, scoreOf } from "./levels.ts";
import type { Assessment, Gap, Statement } from "./schema.ts";
import { collect } from "./seen/index.ts";
import type { CollectOptions, Seen } from "./seen/index.ts";
import { evaluateTools } from "./toolchain/evaluate.ts";

/** Looks at the repository, its host and, where asked for, a server; says what it found. Changes nothing. */
export async function assess(
  ctx: Context,
  options: CollectOptions,
  report: Report,
): Promise<{ readonly assessment: Assessment; readonly directory: string }> {
  const seen = await collect(ctx, options, report);
  const baseline = await readBaseline(ctx, seen.directory);
  return { assessment: judge(seen, baseline), directory: seen.directory };
}

/** The judgement alone: a function of what was seen. */
export function judge(seen: Seen, baseline: Baseline | undefined, table: readonly Area[] = areas): Assessment {
  const statements = table.flatMap((area) => area.checks.map((check) => stateOf(area, check, seen)));
  const gaps = gapsOf(table, statements);
  return {
    version: 1,
    name: seen.name,
    date: seen.now.toISOString(),
    commit: seen.commit ?? null,
    environment: seen.server.asked ? seen.server.environment : null,
    lookedAt: lookedAt(seen),
    asked: [...seen.asked],
    areas: table.map(({ id, title }) =>
      gradeArea(
        id,
        title,
        statements.filter(({ area }) => area === id),
      ),
    ),
    statements,
    gaps: gaps.filter(({ level }) => level !== null),
    unknown: gaps.filter(({ level }) => level === null),
    tools: [...evaluateTools(seen)],
    since:
      baseline === undefined
        ? null
        : { date: baseline.date, commit: baseline.commit, changes: [...changesSince(baseline, statements)] },
  };
}

function stateOf(area: Area, check: Area["checks"][number], seen: Seen): Statement {
  const { level, says, evidence } = check.answer(seen);
  return {
    check: check.id,
    area: area.id,
    question: check.question,
    level,
    best: check.best,
    weight: check.weight,
    says,
    evidence: [...evidence],
  };
}

/** What does harm now, then what is missing, most effect for the least effort first; equal ones in the order of the table. */
function gapsOf(table: readonly Area[], statements: readonly Statement[]): readonly Gap[] {
  const levelOf = new Map(statements.map(({ check, level }) => [check, level]));
  return table
    .flatMap(({ id, checks }) => checks.map((check) => ({ area: id, check })))
    .flatMap(({ area, check }): Gap[] => {
      const statement = statements.find((one) => one.check === check.id);
      if (statement === undefined || statement.level === check.best) return [];
      // One step at a time: without a pipeline, what it should do is not yet a task of its own.
      if (check.after !== undefined && levelOf.get(check.after) === 0) return [];
      const { level, says } = statement;
      const { weight, effort, best, closes } = check;
      return [
        {
          check: check.id,
          urgent: check.urgent === true && level === 0,
          area,
          question: check.question,
          level,
          best,
          says,
          closes,
          weight,
          effort,
          score: scoreOf(check, level),
        },
      ];
    })
    .toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || b.score - a.score);
}

function lookedAt(seen: Seen): Assessment["lookedAt"] {
  const { files, history, hosting, server } = seen;
  const text = files.all.filter(({ content }) => content === "text").length;
  const closed = files.all.filter(({ content }) => content === "unreadable").length;
  const left = files.all.filter(({ content }) => content === "left-out").length;
  const parts = [
    `${text} read as text`,
    ...(closed === 0 ? [] : [`${closed} could not be read`]),
    ...(left === 0 ? [] : [`${left} left out for their size or number`]),
  ];
  const found = typeof history === "string" ? undefined : history;
  const facts = hosting.kind === "github" ? Object.values(hosting.facts) : [];
  const answered = facts.filter(({ known }) => known).length;
  return [
    { what: "Files", found: `${files.search}: ${parts.join(", ")}`, known: true },
    {
      what: "History",
      found:
        found === undefined
          ? noHistory[history as keyof typeof noHistory]
          : `${found.commits.length}${found.commits.length === 500 ? " newest" : ""} commits${found.shallow ? ", a shallow clone" : ""}`,
      known: found !== undefined,
    },
    {
      what: "Hosting",
      found:
        hosting.kind === "github"
          ? `${hosting.repository} on GitHub: ${answered} of ${facts.length} questions answered`
          : hosting.reason,
      known: hosting.kind === "github" && answered > 0,
    },
    {
      what: "Server",
      found: server.asked ? serverFound(server) : "not looked at: name an environment with -e",
      known: server.asked && server.machine.known,
    },
  ];
}

function serverFound(server: Extract<Seen["server"], { readonly asked: true }>): string {
  const { machine, environment } = server;
  return machine.known ? `${machine.value.server}, of ${environment}` : `${environment}: ${machine.reason}`;
}

const noHistory = {
  "no-git": "git is not on this machine",
  "no-repository": "no git repository",
  "no-commits": "no commit yet",
  refused: "git refuses to read the folder of another user",
} as const;
