import { relative, resolve } from "node:path";
import type { Context } from "../system/index.ts";

/** The entries of gitleaks' JSON report that are read here. */
interface GitleaksEntry {
  readonly RuleID: string;
  readonly StartLine: number;
  readonly File: string;
  /** Decoded, where it stands in base64 or in a URL's form: then it is not in the line. */
  readonly Secret: string;
}

export interface GitleaksResult {
  readonly found: readonly {
    readonly path: string;
    readonly line: number;
    readonly what: string;
    readonly secret: string;
  }[];
  /** Why it was not asked, or did not answer. */
  readonly reason: string | undefined;
}

/**
 * What gitleaks finds in a folder, where it is installed; its .gitleaks.toml and .gitleaksignore count.
 * It looks at files that git does not have as well: the caller leaves them out.
 */
export async function runGitleaks(ctx: Context, directory: string): Promise<GitleaksResult> {
  return ctx.files.withTemporaryFolder(async (folder) => {
    const report = `${folder}/report.json`;
    const told = ["--no-banner", "--no-color", "--exit-code", "0", "--report-format", "json", "--report-path", report];
    const result = await ctx.processes.run(["gitleaks", "dir", ...told, "."], { cwd: directory, timeout: 120_000 });
    if (result.exitCode === 127) return { found: [], reason: "gitleaks is not installed" };
    const text = result.exitCode === 0 ? await ctx.files.readText(report) : undefined;
    const entries = text === undefined ? undefined : entriesOf(text);
    if (entries === undefined) {
      const said = result.stderr.trim().split("\n").at(-1) ?? "";
      return { found: [], reason: `gitleaks failed: ${said === "" ? `exit code ${result.exitCode}` : said}` };
    }
    const found = entries.map(({ File, StartLine, RuleID, Secret }) => ({
      path: relative(directory, resolve(directory, File)),
      line: StartLine,
      what: `what gitleaks takes for ${RuleID}`,
      secret: Secret,
    }));
    return { found, reason: undefined };
  });
}

function entriesOf(json: string): readonly GitleaksEntry[] | undefined {
  try {
    const found: unknown = JSON.parse(json);
    return Array.isArray(found) ? (found as readonly GitleaksEntry[]) : undefined;
  } catch {
    return undefined;
  }
}
