/** A version by Semantic Versioning 2.0.0, read strictly: what is not exactly one is refused, with the reason. */
export interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** `rc.1` as `["rc", "1"]`; empty for a full version. */
  readonly prerelease: readonly string[];
}

export type ReadVersion =
  | { readonly ok: true; readonly version: Version }
  | { readonly ok: false; readonly reason: string };

/** So that every number is exact as a number. */
const longestNumber = 15;

/** Reads `1.2.3` or `1.2.3-rc.1`. A reason is a clause for people: `1.0 has two numbers, a version has three: 1.2.3`. */
export function parseVersion(text: string): ReadVersion {
  const refuse = (reason: string): ReadVersion => ({ ok: false, reason });
  const shown = JSON.stringify(text);
  // No regular expression gets to see a line break: `$` would let one pass at the end.
  if (/[^\x21-\x7e]/.test(text)) return refuse(`${shown} has a character that no version has, such as a line break`);
  if (text.includes("+")) return refuse(`${shown} has a + in it: two builds of one version could not be put in order`);
  const dash = text.indexOf("-");
  const core = dash === -1 ? text : text.slice(0, dash);
  const numbers = core.split(".");
  if (!numbers.every((part) => /^[0-9]+$/.test(part))) return refuse(`${shown} is no version such as 1.2.3`);
  if (numbers.length !== 3)
    return refuse(
      `${shown} has ${numbers.length} ${numbers.length === 1 ? "number" : "numbers"}, and a version has three: 1.2.3`,
    );
  const padded = numbers.find((part) => part.length > 1 && part.startsWith("0"));
  if (padded !== undefined) return refuse(`${shown} has a leading zero: ${padded} is written ${Number(padded)}`);
  if (numbers.some((part) => part.length > longestNumber)) return refuse(`${shown} has a number that is too large`);
  const prerelease = dash === -1 ? [] : text.slice(dash + 1).split(".");
  for (const part of prerelease) {
    if (!/^[0-9A-Za-z-]+$/.test(part)) return refuse(`${shown} has an empty or odd part behind the dash`);
    if (/^0[0-9]+$/.test(part)) return refuse(`${shown} has a leading zero: ${part} is written ${Number(part)}`);
    if (/^[0-9]+$/.test(part) && part.length > longestNumber) return refuse(`${shown} has a number that is too large`);
  }
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  return { ok: true, version: { text, major, minor, patch, prerelease } };
}

/** Which comes first: below 0 for `a`, above 0 for `b`, 0 for the same version. Pre-releases come before their version. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left = "", right = ""] = [a[index], b[index]];
    if (left === right) continue;
    const numeric = [left, right].map((part) => /^[0-9]+$/.test(part));
    if (numeric[0] === true && numeric[1] === true) return Number(left) - Number(right);
    if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
