import type { Report } from "../core/index.ts";
import type { Context } from "../system/index.ts";
import { areas } from "./areas/index.ts";
import type { Area } from "./areas/index.ts";
import { changesSince, readBaseline } from "./baseline.ts";
import type { Baseline } from "./baseline.ts";
import type { Answer, Check } from "./check.ts";
import { gradeArea, scoreOf } from "./levels.ts";
import { lookedAt } from "./looked-at.ts";
import type { AreaId, Assessment, Gap, Statement } from "./schema.ts";
import { collect } from "./seen/index.ts";
import type { CollectOptions, Seen } from "./seen/index.ts";
import { evaluateTools } from "./toolchain/evaluate.ts";

/**
 * Looks at the repository, its host and, where asked for, a server; says what it found. Changes nothing.
 * @returns also the folder that was looked at: the top of the repository
 */
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
  const answered = table.flatMap(({ id, checks }) =>
    checks.map((check): Answered => ({ area: id, check, answer: check.answer(seen) })),
  );
  const statements = answered.map((one) => statementOf(one));
  const gaps = gapsOf(answered);
  return {
    version: 1,
    name: seen.name,
    date: seen.now.toISOString(),
    commit: seen.commit ?? null,
    environment: seen.server.asked ? seen.server.environment : null,
    lookedAt: lookedAt(seen),
    asked: [...seen.asked],
    areas: table.map(({ id, title }) => {
      const own = statements.filter(({ area }) => area === id);
      return gradeArea(id, title, own);
    }),
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

interface Answered {
  readonly area: AreaId;
  readonly check: Check;
  readonly answer: Answer;
}

function statementOf({ area, check, answer }: Answered): Statement {
  const { id, question, best, weight } = check;
  const { level, says, evidence } = answer;
  return { check: id, area, question, level, best, weight, says, evidence: [...evidence] };
}

/** What does harm now, then what is missing, most effect for the least effort first; equal ones in the order of the table. */
function gapsOf(answered: readonly Answered[]): readonly Gap[] {
  const levels = new Map(answered.map(({ check, answer }) => [check.id, answer.level]));
  return answered
    .filter(({ check, answer }) => {
      if (answer.level === check.best) return false;
      // One step at a time: without a pipeline, what it should do is not yet a task of its own.
      const before = check.after === undefined ? undefined : levels.get(check.after);
      return before !== 0 && !(before === null && answer.level === null);
    })
    .map((one) => gapOf(one))
    .toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || b.score - a.score);
}

function gapOf({ area, check, answer }: Answered): Gap {
  const { id, question, best, weight } = check;
  const { level, says } = answer;
  const find = answer.level === null ? answer.find : undefined;
  const effort = find === undefined ? check.effort : "minutes";
  return {
    check: id,
    area,
    question,
    level,
    best,
    says,
    closes: find ?? check.closes,
    weight,
    effort,
    urgent: check.urgent === true && level === 0,
    score: scoreOf({ weight, effort, best }, level),
  };
}
