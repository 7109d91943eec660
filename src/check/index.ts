/**
 * The linter for production: compose files and Dockerfiles as one environment gets them, looked at with a table of rules.
 *
 * `checkProject` is pure: `checkProject({ files: [{ file: "compose.yaml", text }], now })`. What is left out of its input
 * is not judged. `check` and `fix` read the files of an app first.
 */
export { checkProject, reaches } from "./check.ts";
export type { CheckResult, ForeignProblem, NotChecked } from "./check.ts";
export type { Finding } from "./finding.ts";
export type { CheckOptions } from "./load.ts";
export { severities } from "./model.ts";
export type { Rule, Severity, SourceText } from "./model.ts";
export type { ProjectInput } from "./project.ts";
export { ruleGroups, rules } from "./rules/index.ts";
export type { RuleGroup } from "./rules/index.ts";
export { check, fix } from "./run.ts";
export type { CheckReport } from "./run.ts";
export { sarifLog } from "./sarif.ts";
