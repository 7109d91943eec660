import type { ImageReference } from "../image.ts";
import { isOfficial, isOlder, versionOf } from "../image.ts";

/**
 * When the makers end security fixes, by version; everything older than the first line has ended before. As published by
 * the projects, and by endoflife.date.
 */
const ends: Readonly<Record<string, readonly (readonly [version: string, end: string])[]>> = {
  node: [
    ["18", "2025-04-30"],
    ["19", "2023-06-01"],
    ["20", "2026-04-30"],
    ["21", "2024-06-01"],
    ["22", "2027-04-30"],
    ["23", "2025-06-01"],
    ["24", "2028-04-30"],
  ],
  python: [
    ["2", "2020-01-01"],
    ["3.6", "2021-12-23"],
    ["3.7", "2023-06-27"],
    ["3.8", "2024-10-07"],
    ["3.9", "2025-10-31"],
    ["3.10", "2026-10-31"],
    ["3.11", "2027-10-31"],
    ["3.12", "2028-10-31"],
    ["3.13", "2029-10-31"],
  ],
  ruby: [
    ["3.0", "2024-04-23"],
    ["3.1", "2025-03-26"],
    ["3.2", "2026-03-31"],
    ["3.3", "2027-03-31"],
    ["3.4", "2028-03-31"],
  ],
  php: [
    ["8.0", "2023-11-26"],
    ["8.1", "2025-12-31"],
    ["8.2", "2026-12-31"],
    ["8.3", "2027-12-31"],
    ["8.4", "2028-12-31"],
  ],
  postgres: [
    ["12", "2024-11-21"],
    ["13", "2025-11-13"],
    ["14", "2026-11-12"],
    ["15", "2027-11-11"],
    ["16", "2028-11-09"],
    ["17", "2029-11-08"],
  ],
  mysql: [
    ["5.7", "2023-10-31"],
    ["8.0", "2026-04-30"],
    ["8.4", "2032-04-30"],
  ],
  mariadb: [
    ["10.4", "2024-06-18"],
    ["10.5", "2025-06-24"],
    ["10.6", "2026-07-06"],
    ["10.11", "2028-02-16"],
    ["11.4", "2029-05-29"],
  ],
  mongo: [
    ["4.4", "2024-02-29"],
    ["5.0", "2024-10-31"],
    ["6.0", "2025-07-31"],
    ["7.0", "2027-08-31"],
    ["8.0", "2029-10-31"],
  ],
  redis: [
    ["6.0", "2023-08-31"],
    ["6.2", "2026-02-28"],
  ],
  elasticsearch: [
    ["7", "2026-01-15"],
    ["8", "2027-07-15"],
  ],
  debian: [
    ["10", "2024-06-30"],
    ["11", "2026-08-31"],
    ["12", "2028-06-30"],
  ],
  ubuntu: [
    ["18.04", "2023-05-31"],
    ["20.04", "2025-05-31"],
    ["22.04", "2027-04-01"],
    ["24.04", "2029-05-31"],
  ],
  alpine: [
    ["3.18", "2025-05-09"],
    ["3.19", "2025-11-01"],
    ["3.20", "2026-04-01"],
    ["3.21", "2026-11-01"],
    ["3.22", "2027-05-01"],
  ],
};

/** Names of Debian and Ubuntu releases, also as part of the tags of others: `node:20-buster`. */
const codeNames: Readonly<Record<string, readonly [string, string]>> = {
  jessie: ["debian", "8"],
  stretch: ["debian", "9"],
  buster: ["debian", "10"],
  bullseye: ["debian", "11"],
  bookworm: ["debian", "12"],
  bionic: ["ubuntu", "18.04"],
  focal: ["ubuntu", "20.04"],
};

export interface EndOfLife {
  /** `node 18`. */
  readonly what: string;
  /** Day, or undefined where it is older than everything that is listed. */
  readonly day: string | undefined;
}

/** Undefined where fixes still come, or where nothing is known. */
export function endOfLife(image: ImageReference, now: Date): EndOfLife | undefined {
  if (!isOfficial(image) || image.unknown || image.tag === undefined) return undefined;
  const own = endOf(image.name, /^v?([\d.]+)/.exec(image.tag)?.[1] ?? "", now);
  if (own !== undefined) return own;
  for (const [word, [name, version]] of Object.entries(codeNames)) {
    if (new RegExp(`(^|-)${word}(-|$)`).test(image.tag)) return endOf(name, version, now);
  }
  return undefined;
}

function endOf(name: string, text: string, now: Date): EndOfLife | undefined {
  const lines = Object.hasOwn(ends, name) ? (ends[name] ?? []) : [];
  const [first] = lines;
  const version = versionOf(text);
  if (first === undefined || version.length === 0) return undefined;
  const what = `${name} ${text}`;
  const line = lines.findLast(([one]) => isOf(version, versionOf(one), lines));
  if (line !== undefined) return now.toISOString().slice(0, 10) > line[1] ? { what, day: line[1] } : undefined;
  return isOlder(version, versionOf(first[0])) ? { what, day: undefined } : undefined;
}

/** `5.0.3` is of `5.0`; so is `5`, where that is the only 5 there is. */
function isOf(
  version: readonly number[],
  line: readonly number[],
  lines: readonly (readonly [string, string])[],
): boolean {
  if (version.length >= line.length) return line.every((part, index) => version[index] === part);
  return version[0] === line[0] && lines.filter(([other]) => versionOf(other)[0] === line[0]).length === 1;
}
