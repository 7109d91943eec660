import type { Check } from "./check.ts";
import type { AreaId, AreaResult, Statement } from "./schema.ts";

/** What each level means, whatever the area. */
export const levels = [
  { word: "missing", means: "was looked for and is not there, or is there and does harm" },
  { word: "begun", means: "there in part; it works as long as one person does the right thing" },
  { word: "repeatable", means: "written down in files: anybody in the team can do it again" },
  { word: "automatic", means: "happens by itself, every time" },
  { word: "proven", means: "automatic, and something checks or enforces that it stays so" },
] as const;

export function wordOf(level: number | null): string {
  return level === null ? "not known" : (levels[level]?.word ?? "");
}

/** From this weight on, a check holds its area back: the area is at most one level better. */
const vital = 5;

/**
 * The grade of one area, from what is known of it alone. A level counts as reached when the weighted mean has reached it;
 * the share that is not known stands beside it and never inside it.
 */
export function gradeArea(area: AreaId, title: string, statements: readonly Statement[]): AreaResult {
  const total = sum(statements.map(({ weight }) => weight));
  const known = statements.filter((statement) => statement.level !== null);
  const weight = sum(known.map((statement) => statement.weight));
  const unknownShare = total === 0 ? 1 : round((total - weight) / total, 2);
  if (weight === 0) return { area, title, level: null, mean: null, unknownShare, heldBackBy: null };
  const mean = sum(known.map((statement) => (statement.level ?? 0) * statement.weight)) / weight;
  const worst = known
    .filter((statement) => statement.weight >= vital)
    .toSorted((a, b) => (a.level ?? 0) - (b.level ?? 0))
    .at(0);
  const reached = Math.floor(round(mean, 6));
  const limit = worst === undefined ? 4 : (worst.level ?? 0) + 1;
  return {
    area,
    title,
    level: Math.min(reached, limit),
    mean: round(mean, 1),
    unknownShare,
    heldBackBy: limit < reached && worst !== undefined ? worst.check : null,
  };
}

/** Effort in steps that feel alike: twice the step is not twice the hours. */
const effortSteps: Readonly<Record<Check["effort"], number>> = { minutes: 1, "an hour": 2, "a day": 4, days: 6 };

/** What closing a gap brings for what it costs. Of what is not known, the whole way is counted, at half its effect. */
export function scoreOf(
  { weight, effort, best }: Pick<Check, "weight" | "effort" | "best">,
  level: number | null,
): number {
  const way = level === null ? best / 2 : best - level;
  return round((weight * way) / effortSteps[effort], 2);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
