import { checkProject } from "../../src/check/index.ts";
import type { CheckResult, Finding, ProjectInput } from "../../src/check/index.ts";
import { loadSettings } from "../../src/config/index.ts";
import type { ServiceSettings } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";
import type { Context } from "../../src/system/index.ts";

export const today = new Date("2026-11-25T12:00:00Z");

/** Checks one compose file. */
export function checkText(text: string, input: Partial<ProjectInput> = {}): CheckResult {
  return checkProject({ files: [{ file: "compose.yaml", text }], now: today, ...input });
}

/** Findings of one rule. */
export function of(rule: string, { findings }: CheckResult): readonly Finding[] {
  return findings.filter((finding) => finding.rule === rule);
}

/** What the files hold at the place of a finding. */
export function written(finding: Finding, text: string): string {
  const lines = text.replace(/^\ufeff/, "").split("\n");
  const { line, column } = finding.at;
  if (finding.end.line === line) return (lines[line - 1] ?? "").slice(column - 1, finding.end.column - 1);
  return (lines[line - 1] ?? "").slice(column - 1).replace(/\r$/, "");
}

/** The services of a wherry.yaml, as a check gets them. */
export async function servicesOf(wherry: string): Promise<Readonly<Record<string, ServiceSettings>>> {
  const cwd = temporaryFolder({
    "compose.yaml": "",
    "wherry.yaml": `app: shop\n${wherry}environments: { production: { server: local } }\n`,
  });
  return (await loadSettings(createContext({ cwd }), {})).services;
}

/** Programs that are not there, as on a machine without them; git is. */
export function contextIn(
  cwd: string,
  programs: Readonly<Record<string, { stdout?: string; stderr?: string; exitCode: number }>> = {},
): Context {
  const real = createContext({ cwd });
  return {
    ...real,
    processes: {
      ...real.processes,
      async run(argv, options) {
        const name = argv[0] ?? "";
        if (name === "git" && programs["git"] === undefined) return real.processes.run(argv, options);
        return { stdout: "", stderr: "", exitCode: 127, signal: undefined, timedOut: false, ...programs[name] };
      },
    },
  };
}
