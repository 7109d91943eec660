import { createHash } from "node:crypto";
import type { Severity } from "../../check/index.ts";
import type { Audit, ControlResult } from "./audit.ts";
import { controlGroups, controls } from "./controls/index.ts";

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };
const scores: Readonly<Record<Severity, string>> = { error: "8.0", warning: "5.0", info: "2.0" };

/**
 * An audit as SARIF 2.1.0. A server is no file: each result has the server as its logical place, and wherry.yaml, which
 * names it, as the physical one that code scanning asks for.
 * @param version of this program
 */
export function auditSarif(audit: Audit, version: string): Readonly<Record<string, unknown>> {
  const all = audit.servers.flatMap(({ server, results }) => results.map((result) => ({ server, result })));
  const unknown = all.filter(({ result }) => result.status === "unknown");
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "wherry", version, semanticVersion: version, rules: descriptors() } },
        automationDetails: { id: `wherry/server-audit/${audit.environment}/` },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: all.length > unknown.length,
            toolExecutionNotifications: unknown.map(({ server, result }) => ({
              level: "warning",
              message: { text: `${server}: ${result.id} is not known (${result.message})` },
            })),
          },
        ],
        results: all
          .filter(({ result }) => result.status === "fail")
          .map(({ server, result }) => resultOf(server, result)),
      },
    ],
  };
}

function descriptors(): readonly Readonly<Record<string, unknown>>[] {
  return controlGroups.flatMap(({ title: group, controls: own }) =>
    own.map(({ id, title, why, severity, fix, remedy, source }) => {
      const help = `${why}\n\nWhat to do: ${fix === undefined ? (remedy ?? "") : `wherry server harden --only ${id}`}\n\nSource: ${source.join("; ")}`;
      return {
        id,
        shortDescription: { text: title },
        fullDescription: { text: why },
        help: { text: help },
        defaultConfiguration: { level: levels[severity] },
        properties: { tags: [group, "security"], "security-severity": scores[severity] },
      };
    }),
  );
}

function resultOf(server: string, { id, severity, title, message, remedy }: ControlResult) {
  return {
    ruleId: id,
    ruleIndex: controls.findIndex((control) => control.id === id),
    level: levels[severity],
    message: { text: `${server}: ${title}: ${message}${remedy === null ? "" : `. What to do: ${remedy}`}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: "wherry.yaml" }, region: { startLine: 1 } },
        logicalLocations: [{ name: server, kind: "resource" }],
      },
    ],
    partialFingerprints: {
      "wherry/v1": createHash("sha256")
        .update(JSON.stringify([id, server]))
        .digest("hex")
        .slice(0, 32),
    },
  };
}
