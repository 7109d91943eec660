import { inFile, wholeFile } from "../check.ts";
import type { Evidence, ToolInUse, ToolRow } from "../schema.ts";
import type { Seen } from "../seen/index.ts";
import { toolSubjects } from "./table.ts";
import type { KnownTool, ToolSubject } from "./table.ts";

/** Advice on tools is read with doubt after this. Days. */
const adviceLasts = 183;

/** Each subject with the tools that were found, what they lack, and the advice with its date. */
export function evaluateTools(seen: Seen, subjects: readonly ToolSubject[] = toolSubjects): readonly ToolRow[] {
  return subjects.map((subject) => {
    const found = subject.tools.flatMap((tool) => {
      const evidence = evidenceFor(seen, tool);
      return evidence.length === 0 ? [] : [{ tool, evidence }];
    });
    const tools = found.map(({ tool }) => tool);
    const age = (seen.now.getTime() - Date.parse(subject.date)) / 86_400_000;
    return {
      subject: subject.subject,
      inUse: found.map(({ tool, evidence }): ToolInUse => ({ name: tool.name, evidence: evidence.slice(0, 3) })),
      lookedFor: {
        kind: "search",
        where: seen.files.search,
        what: `signs of ${subject.tools.map(({ name }) => name).join(", ")}`,
      },
      verdict: verdictOf(tools),
      gap: gapOf(tools, subject),
      recommended: subject.recommended,
      alternatives: [...subject.alternatives],
      rationale: subject.rationale,
      sources: [...subject.sources],
      date: subject.date,
      old: age > adviceLasts,
    };
  });
}

/** Beside one that fits, one that could be better is a matter of taste; one that is dead never is. */
function verdictOf(tools: readonly KnownTool[]): ToolRow["verdict"] {
  if (tools.length === 0) return "none found";
  if (tools.some(({ verdict }) => verdict === "replace")) return "replace";
  return tools.some(({ verdict }) => verdict === "fits") ? "fits" : "consider";
}

function gapOf(tools: readonly KnownTool[], { recommended }: ToolSubject): string {
  if (tools.length === 0) return "none was found in the repository; what is in use elsewhere is not known";
  const verdict = verdictOf(tools);
  if (verdict === "fits") return "none";
  const because = tools
    .filter((tool) => tool.verdict === verdict)
    .map(({ name, because = `${recommended} is advised` }) => `${name}: ${because}`);
  return because.join("; ");
}

function evidenceFor(seen: Seen, { files, lines, host }: KnownTool): readonly Evidence[] {
  const remote = remoteHost(seen);
  const byHost: readonly Evidence[] =
    host !== undefined && remote !== undefined && host.test(remote)
      ? [{ kind: "command", where: "git remote -v", what: remote }]
      : [];
  const byName = files === undefined ? [] : seen.files.find(files).map((file) => wholeFile(file));
  const byLine =
    lines === undefined
      ? []
      : seen.files.find(lines.in).flatMap((file) => {
          const line = file.lines.findIndex(
            (text) => lines.pattern.test(text) && !/^\s*(?:#|\/\/)(?!cloud-config)/.test(text),
          );
          return line === -1 ? [] : [inFile(file, line + 1, file.lines[line] ?? "")];
        });
  return [...byHost, ...byLine, ...byName];
}

function remoteHost({ hosting }: Seen): string | undefined {
  return hosting.kind === "github" ? "github.com" : hosting.host;
}
