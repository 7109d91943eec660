import type { Gap } from "./schema.ts";

/** Questions that the same step answers. */
export interface OpenQuestions {
  readonly closes: string;
  readonly effort: Gap["effort"];
  readonly gaps: readonly [Gap, ...Gap[]];
}

/** What is not known, by what makes it known: eight questions that one look at the server answers are one step. */
export function openQuestions(unknown: readonly Gap[]): readonly OpenQuestions[] {
  const groups = new Map<string, [Gap, ...Gap[]]>();
  for (const gap of unknown) {
    const group = groups.get(gap.closes);
    if (group === undefined) groups.set(gap.closes, [gap]);
    else group.push(gap);
  }
  const worth = ({ gaps }: OpenQuestions): number => gaps.reduce((sum, { score }) => sum + score, 0);
  return [...groups]
    .map(([closes, gaps]) => ({ closes, effort: gaps[0].effort, gaps }))
    .toSorted((a, b) => worth(b) - worth(a));
}
