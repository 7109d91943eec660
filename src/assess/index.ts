/**
 * The state of a team's way of working, from evidence alone: what the repository, its history, its host and a server show, in
 * twelve areas. What was not looked at is not known, and is never good or bad.
 */
export { assess } from "./assess.ts";
export { areas } from "./areas/index.ts";
export type { Area } from "./areas/index.ts";
export { baselineFile, saveBaseline } from "./baseline.ts";
export { levels, wordOf } from "./levels.ts";
export { openQuestions } from "./open-questions.ts";
export type { OpenQuestions } from "./open-questions.ts";
export { reportPage } from "./report/page.ts";
export { replaceReport, reportFormat, writeReport } from "./report/write.ts";
export { AssessOutcome, Assessment } from "./schema.ts";
export type { AreaResult, Evidence, Gap, Statement, ToolRow } from "./schema.ts";
export { toolSubjects } from "./toolchain/table.ts";
