import * as z from "zod";
import { check as checkApp, fix as fixApp, reaches, sarifLog } from "../../check/index.ts";
import type { CheckReport, Finding } from "../../check/index.ts";
import { usageError } from "../../core/index.ts";
import { command } from "../definition.ts";
import { formatCheck, githubAnnotations } from "../format/check.ts";
import { optional, toggle } from "../parameters.ts";
import { version } from "../version.ts";

const formats = ["text", "sarif", "github"] as const;
const gates = ["error", "warning", "info", "never"] as const;

function oneOf<W extends string>(words: readonly W[]): (text: string) => W {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`expected ${words.join(", ")}`);
    return found;
  };
}

const place = z.strictObject({ file: z.string(), line: z.int(), column: z.int() });

const finding = z.strictObject({
  rule: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  title: z.string(),
  message: z.string(),
  remedy: z.string(),
  at: place,
  end: z.strictObject({ line: z.int(), column: z.int() }),
  services: z.array(z.string()),
  line: z.string(),
  fixable: z.boolean(),
  page: z.string().nullable(),
});

/** How it is shown is no part of the result: a key that JSON does not know. */
const shown = Symbol("shown");

interface Shown {
  readonly [shown]: {
    readonly report: CheckReport;
    readonly format: (typeof formats)[number];
    readonly planned: boolean;
    readonly verbose: boolean;
  };
}

export const check = command({
  description: [
    "Looks at the compose files and Dockerfiles of one environment as production gets them, with a table of rules: mistakes, ways in, ways to lose data, what stands in the way of a deployment without lost requests, what wakes people up at night. Without wherry.yaml it looks at compose.yaml alone. compose.override.yaml is for development, and is not looked at.",
    "Neither Docker nor a server is needed. Where docker compose, git or hadolint are there, they are asked as well; what could not be checked is said, and never counts as good.",
    "A finding that is meant gets a comment on its line or above: # wherry-ignore WHY206: the p2p port of the node; or an entry under check: ignore: in wherry.yaml. Without a reason it does nothing.",
  ],
  flags: {
    fix: toggle("repair what can be repaired without changing what the app does; comments and layout stay"),
    failOn: optional("exit with 8 where something is at least this bad: error, warning, info or never", {
      parse: oneOf(gates),
      default: "error",
      placeholder: "SEVERITY",
    }),
    format: optional("text, sarif (2.1.0, for code scanning) or github (annotations of a workflow)", {
      parse: oneOf(formats),
      default: "text",
      placeholder: "FORMAT",
    }),
    since: optional("commit with which volumes are compared: the last one, or in CI the branch it goes to", {
      placeholder: "REVISION",
    }),
    all: toggle("show also what could be better with line and remedy, and not in one line per rule"),
  },
  needs: ["environment", "plan"],
  examples: [
    { line: "check -e production", what: "look at what production would get" },
    { line: "check --fix --plan", what: "show what --fix would change" },
    { line: "check --format sarif > wherry.sarif", what: "for code scanning of GitHub" },
    { line: "check --format github --fail-on warning --since origin/main", what: "in a pull request" },
  ],
  schema: z.strictObject({
    environment: z.string().nullable(),
    files: z.array(z.string()),
    failOn: z.enum(gates),
    passed: z.boolean(),
    findings: z.array(finding),
    suppressed: z.array(finding.extend({ reason: z.string(), where: z.enum(["comment", "wherry.yaml"]) })),
    notChecked: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
    fixed: z.array(finding),
    diffs: z.array(z.strictObject({ file: z.string(), diff: z.string() })),
    written: z.boolean(),
  }),
  async run({ fix, plan, failOn, format, since, all, environment, directory, stack }, ctx) {
    if (plan && !fix)
      throw usageError("plan-without-fix", "--plan says what --fix would do; without it nothing is changed anyway");
    const options = { environment, directory, stack, since };
    const report = fix ? await fixApp(ctx, options, plan ? "plan" : "write") : await checkApp(ctx, options);
    return {
      environment: report.environment,
      files: report.files,
      failOn,
      passed: !reaches(report.findings, failOn),
      findings: report.findings.map(documentOf),
      suppressed: report.suppressed.map((one) => ({ ...documentOf(one), reason: one.reason, where: one.where })),
      notChecked: report.notChecked,
      fixed: report.fixed.map(documentOf),
      diffs: report.diffs,
      written: fix && !plan && report.fixed.length > 0,
      [shown]: { report, format, planned: plan, verbose: all },
    };
  },
  print(result, screen) {
    const { report, format, planned, verbose } = (result as Shown)[shown];
    if (format === "sarif") return [JSON.stringify(sarifLog(report, version), null, 2)];
    if (format === "github") return githubAnnotations(report);
    return formatCheck(report, screen, { verbose, planned });
  },
  exitCode: ({ passed }) => (passed ? "done" : "findings"),
});

function documentOf({
  edits,
  rule,
  ...rest
}: Finding): Omit<Finding, "edits"> & { readonly fixable: boolean; readonly page: string | null } {
  const page = rule.startsWith("WHY") ? `check.md#${rule.toLowerCase()}` : null;
  const { severity, title, message, remedy, at, end, services, line } = rest;
  return { rule, severity, title, message, remedy, at, end, services, line, fixable: edits.length > 0, page };
}
