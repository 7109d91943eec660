/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** `4.2 (3.9 to 4.4)`: the median, and how far apart the runs were. */
export function spread(values: readonly number[], digits = 1): string {
  const [lowest, middle, highest] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return lowest === highest ? `${middle}` : `${middle} (${lowest} to ${highest})`;
}
