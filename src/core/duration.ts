/** Seconds as written in configuration: `500ms`, `90s`, `5m`, `2h`, `1m30s`. */
export type Seconds = number;

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** Parses a duration; undefined when it is not one. A bare number has no unit and is not a duration. */
export function parseDuration(text: string): Seconds | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) return undefined;
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (unitSeconds[unit ?? ""] ?? 0), 0);
}

/** For people: `0.4 s`, `12 s`, `3 m 20 s`. */
export function formatSeconds(seconds: Seconds): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} m ${Math.round(seconds % 60)} s`;
}
