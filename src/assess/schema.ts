import * as z from "zod";

/** The shape of an assessment: what --json writes, and what reports and baselines are made of. */

export const areaIds = [
  "version-control",
  "ci",
  "packaging",
  "environments",
  "deployment",
  "secrets",
  "infrastructure",
  "monitoring",
  "security",
  "backup",
  "documentation",
  "feedback",
] as const;

export type AreaId = (typeof areaIds)[number];

const level = z.int().min(0).max(4);
const area = z.enum(areaIds);

export const Evidence = z.strictObject({
  kind: z
    .enum(["file", "commit", "search", "command", "request"])
    .describe(
      "file: a place in a file. commit: one of the history. search: files that were looked through. command: a program that was asked. request: a question to GitHub.",
    ),
  where: z.string().describe("path:line, a commit's hash, the search, the command line or the request."),
  what: z.string().describe("What was seen there; never the value of a secret."),
});
export type Evidence = z.infer<typeof Evidence>;

const effort = z.enum(["minutes", "an hour", "a day", "days"]);
export type Effort = z.infer<typeof effort>;

const Statement = z.strictObject({
  check: z.string(),
  area,
  question: z.string(),
  level: level.nullable().describe("Null: not known, and `says` is the reason."),
  best: level.describe("The highest level that this check can find."),
  weight: z.int().min(1).max(5),
  says: z.string(),
  evidence: z.array(Evidence),
});
export type Statement = z.infer<typeof Statement>;

const AreaResult = z.strictObject({
  area,
  title: z.string(),
  level: level.nullable().describe("Null: nothing is known of this area."),
  mean: z.number().nullable().describe("Weighted mean of the levels that are known."),
  unknownShare: z.number().min(0).max(1).describe("Share of the area's weight that is not known."),
  heldBackBy: z.string().nullable().describe("The check that keeps the level below the mean."),
});
export type AreaResult = z.infer<typeof AreaResult>;

const Gap = z.strictObject({
  check: z.string(),
  area,
  question: z.string(),
  level: level.nullable(),
  best: level,
  says: z.string(),
  closes: z.string().describe("The command or edit that closes it."),
  weight: z.int().min(1).max(5).describe("Effect: how much depends on it."),
  effort,
  urgent: z.boolean().describe("Does harm now: comes first."),
  score: z.number().describe("Effect for effort; the list is ordered by it, after what is urgent."),
});
export type Gap = z.infer<typeof Gap>;

const Tool = z.strictObject({ name: z.string(), evidence: z.array(Evidence).min(1) });
export type ToolInUse = z.infer<typeof Tool>;

const ToolRow = z.strictObject({
  subject: z.string(),
  inUse: z.array(Tool),
  lookedFor: Evidence.describe("What was looked through for tools."),
  verdict: z.enum(["fits", "consider", "replace", "none found"]),
  gap: z.string(),
  recommended: z.string(),
  alternatives: z.array(z.strictObject({ name: z.string(), when: z.string() })),
  rationale: z.string(),
  sources: z.array(z.string()).min(1),
  date: z.iso.date().describe("When the advice was last looked at."),
  old: z.boolean().describe("The advice is older than six months."),
});
export type ToolRow = z.infer<typeof ToolRow>;

const Change = z.strictObject({
  check: z.string(),
  before: level.nullable(),
  now: level.nullable(),
  kind: z.enum(["improved", "worse", "now known", "no longer known", "new check"]),
  says: z.string(),
});
export type Change = z.infer<typeof Change>;

export const Assessment = z.strictObject({
  version: z.literal(1),
  name: z.string().describe("The repository: its remote without credentials, or its folder."),
  date: z.string().describe("ISO 8601."),
  commit: z.string().nullable(),
  environment: z.string().nullable().describe("The environment whose server was looked at."),
  lookedAt: z.array(
    z.strictObject({
      what: z.string(),
      found: z.string(),
      known: z.boolean(),
    }),
  ),
  asked: z.array(z.string()).describe("Every command and request, as it was asked."),
  areas: z.array(AreaResult),
  statements: z.array(Statement),
  gaps: z.array(Gap).describe("What is known to be missing; the most effect for the least effort first."),
  unknown: z.array(Gap).describe("What is not known, with what makes it known or done."),
  tools: z.array(ToolRow),
  since: z
    .strictObject({ date: z.string(), commit: z.string().nullable(), changes: z.array(Change) })
    .nullable()
    .describe("What changed since the baseline; null where there is none."),
});
export type Assessment = z.infer<typeof Assessment>;

/** What `wherry assess` gives back: the assessment, and what it wrote. */
export const AssessOutcome = z.strictObject({
  ...Assessment.shape,
  written: z.array(z.string()).describe("Files that were written."),
});
export type AssessOutcome = z.infer<typeof AssessOutcome>;
