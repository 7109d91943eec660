import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { CheckResult } from "./check.ts";
import type { Finding, SuppressedFinding } from "./finding.ts";
import type { Edit, Severity } from "./model.ts";
import { ruleGroups, rules } from "./rules/index.ts";

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  info: "note",
};
/** GitHub sorts security findings by this number; ours have three steps. */
const scores: Readonly<Record<Severity, string>> = { error: "8.0", warning: "5.0", info: "2.0" };

/**
 * The result as SARIF 2.1.0, for code scanning of GitHub and others. Places are relative to the current folder, which
 * should be the top of the repository.
 * @param version of this program
 */
export function sarifLog(result: CheckResult, version: string): Readonly<Record<string, unknown>> {
  const all = [...result.findings, ...result.suppressed];
  const foreign = [
    ...new Map(all.filter(({ rule }) => !rules.some(({ id }) => id === rule)).map((one) => [one.rule, one])).values(),
  ];
  const descriptors = [...rules.map(descriptorOf), ...foreign.map(foreignDescriptor)];
  const indexes = new Map(descriptors.map(({ id }, index) => [id, index]));
  const fingerprint = createFingerprints();
  const unreadable = result.findings.some(({ rule }) => rule === "WHY001");
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "wherry", version, semanticVersion: version, rules: descriptors } },
        automationDetails: { id: "wherry/check/" },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The folder in which the check was made." } } },
        invocations: [
          {
            executionSuccessful: !unreadable,
            toolExecutionNotifications: result.notChecked.map(({ what, reason }) => ({
              level: "warning",
              message: { text: `not checked: ${what} (${reason})` },
            })),
          },
        ],
        results: [
          ...result.findings.map((finding) => resultOf(finding, indexes, fingerprint)),
          ...result.suppressed.map((finding) => ({
            ...resultOf(finding, indexes, fingerprint),
            suppressions: [suppressionOf(finding)],
          })),
        ],
      },
    ],
  };
}

function descriptorOf(rule: (typeof rules)[number]): { readonly id: string } & Readonly<Record<string, unknown>> {
  const group = ruleGroups.find((one) => one.rules.includes(rule));
  const security = group?.title === "Security";
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: {
      text: `${rule.why}\n\nWhat to do: ${rule.remedy}`,
      markdown: `${rule.why}\n\n**What to do:** ${rule.remedy}`,
    },
    defaultConfiguration: { level: levels[rule.severity] },
    properties: {
      tags: [group?.title ?? "", ...(security ? ["security"] : [])],
      ...(security ? { "security-severity": scores[rule.severity] } : {}),
    },
  };
}

function foreignDescriptor({
  rule,
  title,
  severity,
  remedy,
}: Finding): { readonly id: string } & Readonly<Record<string, unknown>> {
  return {
    id: rule,
    shortDescription: { text: `${title} ${rule}` },
    help: { text: remedy },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [title] },
  };
}

function resultOf(
  finding: Finding,
  indexes: ReadonlyMap<string, number>,
  fingerprint: (finding: Finding) => string,
): Readonly<Record<string, unknown>> {
  const { rule, severity, message, remedy, at, end, line, edits } = finding;
  return {
    ruleId: rule,
    ruleIndex: indexes.get(rule) ?? -1,
    level: levels[severity],
    message: { text: `${message}. What to do: ${remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(at.file),
          region: {
            startLine: at.line,
            startColumn: at.column,
            endLine: end.line,
            endColumn: end.column,
            ...(line === "" ? {} : { snippet: { text: line } }),
          },
        },
      },
    ],
    partialFingerprints: { "wherry/v1": fingerprint(finding) },
    ...(edits.length === 0 ? {} : { fixes: [fixOf(edits, remedy)] }),
  };
}

function suppressionOf({ reason, where }: SuppressedFinding): Readonly<Record<string, unknown>> {
  return { kind: where === "comment" ? "inSource" : "external", status: "accepted", justification: reason };
}

function fixOf(edits: readonly Edit[], remedy: string): Readonly<Record<string, unknown>> {
  const files = [...new Set(edits.map(({ source }) => source.file))];
  return {
    description: { text: remedy },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(file),
      replacements: edits
        .filter(({ source }) => source.file === file)
        .map(({ start, end, by }) => ({
          deletedRegion: { charOffset: start, charLength: end - start },
          insertedContent: { text: by },
        })),
    })),
  };
}

function artifact(file: string): Readonly<Record<string, unknown>> {
  if (isAbsolute(file)) return { uri: pathToFileURL(file).href };
  return { uri: file.split(/[\\/]/).map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

/** Stays the same when lines move: rule, file, what stands there, and the how-manieth of these it is. */
function createFingerprints(): (finding: Finding) => string {
  const seen = new Map<string, number>();
  return ({ rule, at, line, services }) => {
    const key = JSON.stringify([rule, at.file, line.trim(), services]);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}:${count}`;
  };
}
