import { checkProject } from "../../src/check/index.ts";
import type { CheckResult, Finding, ProjectInput } from "../../src/check/index.ts";
import { loadSettings } from "../../src/config/index.ts";
import type { ServiceSettings } from "../../src/config/index.ts";
import { createContext } from "../../src/system/index.ts";
import { temporaryFolder } from "../helpers/temporary.ts";

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
