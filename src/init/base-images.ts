/**
 * The images that Dockerfiles and compose files start from: a supported line of each, never `latest`. State: November
 * 2026. A repository that asks for an older line which is past its end of life gets the default, and is told.
 */
interface Line {
  /** Versions that still get security fixes, oldest first. */
  readonly supported: readonly string[];
  readonly default: string;
}

export const lines = {
  // Even majors from their October on are long-term support: https://github.com/nodejs/release#release-schedule
  node: { supported: ["22", "24", "26"], default: "24" },
  // https://devguide.python.org/versions/
  python: { supported: ["3.11", "3.12", "3.13", "3.14"], default: "3.13" },
  // The two newest: https://go.dev/doc/devel/release#policy
  go: { supported: ["1.26", "1.27"], default: "1.26" },
  // Long-term support: https://adoptium.net/support
  java: { supported: ["17", "21", "25"], default: "21" },
} satisfies Readonly<Record<string, Line>>;

/** Rust supports its newest version alone, and new versions build old code: this one, unless the repository asks for a newer. */
export const rustVersion = "1.92";

export const imageNames = {
  node: (version: string) => `node:${version}-slim`,
  nginx: "nginx:1.28",
  python: (version: string) => `python:${version}-slim`,
  go: (version: string) => `golang:${version}-trixie`,
  rust: (version: string) => `rust:${version}-slim-trixie`,
  debian: "debian:trixie-slim",
  maven: (version: string) => `maven:3.9-eclipse-temurin-${version}`,
  gradle: (version: string) => `gradle:9-jdk${version}`,
  jre: (version: string) => `eclipse-temurin:${version}-jre`,
} as const;

export interface ChosenVersion {
  readonly version: string;
  /** Said where the repository asks for something that gets no fixes any more. */
  readonly note?: string;
}

/**
 * The line to use for what a repository asks for (`>=20`, `v18.12.1`, `^22`, `3.12.4`, `lts/*`): the same line where it is
 * supported, else the default.
 */
export function chooseVersion(program: keyof typeof lines, name: string, asked: string | undefined): ChosenVersion {
  const { supported, default: usual }: Line = lines[program];
  if (asked === undefined) return { version: usual };
  const parts = program === "python" || program === "go" ? 2 : 1;
  const found = [...asked.matchAll(/\d+(?:\.\d+)*/g)].map(([text]) => text.split(".").slice(0, parts).join("."));
  // `1.8` is how Java 8 was called.
  const version = program === "java" && /^1\.\d/.test(asked) ? asked.slice(2) : found[0];
  if (version === undefined) return { version: usual };
  const open = />=|^\^?\*|\|\|/.test(asked);
  if (open && compareVersions(version, usual) <= 0) return { version: usual };
  if (supported.includes(version)) return { version };
  // Go builds what was written for older versions.
  if (program === "go" && compareVersions(version, usual) < 0) return { version: usual };
  if (compareVersions(version, supported.at(-1) ?? usual) > 0) return { version };
  return {
    version: usual,
    note: `${name} ${version} gets no security fixes any more (or is no long-term version): the Dockerfile uses ${usual}`,
  };
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
