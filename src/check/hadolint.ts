import type { Context } from "../system/index.ts";
import type { ForeignProblem, NotChecked } from "./check.ts";
import { lineAround, spotAt } from "./finding.ts";
import type { Severity, SourceText } from "./model.ts";

/** One entry of `hadolint --format json`. */
interface HadolintEntry {
  readonly code: string;
  readonly column: number;
  readonly line: number;
  readonly level: "error" | "warning" | "info" | "style" | "ignore";
  readonly message: string;
}

export interface HadolintResult {
  readonly problems: readonly ForeignProblem[];
  readonly notChecked: readonly NotChecked[];
}

/** Ours say the same of what touches a deployment, and know the compose file. */
const ours: Readonly<Record<string, string>> = {
  DL3006: "WHY604",
  DL3007: "WHY604",
  DL3025: "WHY602",
  DL3002: "WHY603",
};

/** Dockerfiles as hadolint sees them, where it is installed; a .hadolint.yaml of `directory` counts. */
export async function runHadolint(
  ctx: Context,
  directory: string,
  files: readonly SourceText[],
): Promise<HadolintResult> {
  const results = await Promise.all(files.map((file) => lintOne(ctx, directory, file)));
  const gaps = new Map(
    results.flatMap(({ notChecked }) => notChecked).map((one) => [`${one.what} ${one.reason}`, one]),
  );
  return { problems: results.flatMap(({ problems }) => problems), notChecked: [...gaps.values()] };
}

async function lintOne(ctx: Context, directory: string, source: SourceText): Promise<HadolintResult> {
  const result = await ctx.processes.run(["hadolint", "--format", "json", "--no-fail", "--no-color", "-"], {
    cwd: directory,
    input: source.text,
    timeout: 30_000,
  });
  if (result.exitCode === 127) {
    const reason = "hadolint is not installed; only the rules of this program were applied";
    return { problems: [], notChecked: [{ what: "the style of Dockerfiles", reason }] };
  }
  const entries = result.exitCode === 0 ? entriesOf(result.stdout) : undefined;
  if (entries === undefined) {
    const why = firstLine(result.stderr) || `exit code ${result.exitCode}`;
    return { problems: [], notChecked: [{ what: `the style of ${source.file}`, reason: `hadolint failed: ${why}` }] };
  }
  return { problems: entries.flatMap((entry) => problemOf(source, entry)), notChecked: [] };
}

function entriesOf(json: string): readonly HadolintEntry[] | undefined {
  try {
    const found: unknown = JSON.parse(json);
    return Array.isArray(found) ? (found as readonly HadolintEntry[]) : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(
  source: SourceText,
  { code, line, column, level, message }: HadolintEntry,
): readonly ForeignProblem[] {
  if (level === "ignore" || Object.hasOwn(ours, code)) return [];
  const at = spotAt(source, { line, column });
  const severity: Severity = level === "style" ? "info" : level;
  return [
    {
      rule: code,
      title: "hadolint",
      severity,
      message,
      remedy: code.startsWith("SC")
        ? `https://www.shellcheck.net/wiki/${code}`
        : `https://github.com/hadolint/hadolint/wiki/${code}`,
      at: { ...at, end: lineAround(source.text, at.start)[1] },
    },
  ];
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
