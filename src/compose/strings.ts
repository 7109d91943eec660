/** The same data with every text in it changed; keys stay. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((part: unknown) => mapStrings(part, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapStrings(part, change)])) as T;
}

export interface FoundText {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Every text in the data, keys included, with its place. */
export function allStrings(value: unknown, path: readonly (string | number)[] = []): readonly FoundText[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((part, index) => allStrings(part, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    { path: [...path, key], text: key },
    ...allStrings(part, [...path, key]),
  ]);
}
