import * as z from "zod";
import { commonFlags } from "../src/cli/common-flags.ts";
import type { AnyCommand } from "../src/cli/definition.ts";
import { describe, flagRows, usage } from "../src/cli/help.ts";
import { placeholderOf } from "../src/cli/parameters.ts";
import { exitCodes } from "../src/core/index.ts";
import type { ExitName } from "../src/core/index.ts";
import { groups } from "../src/cli/routes.ts";
import type { Route } from "../src/cli/routes.ts";

/** The manual's page of one command, from its definition. Written by `npm run docs`; a unit test holds it up to date. */
export function commandPage(route: Route, definition: AnyCommand): string {
  const args = Object.entries(definition.args ?? {}).map(
    ([name, arg]) => [placeholderOf(name, arg), describe(arg)] as const,
  );
  const examples = definition.examples ?? [];
  return (
    [
      `# wherry ${route.words.join(" ")}`,
      `${route.brief}.`,
      fence("", usage(route, definition)),
      ...(definition.description ?? []),
      ...table("Arguments", args),
      ...table("Flags", flagRows(definition.flags ?? {})),
      ...table("Common flags", flagRows(commonFlags(definition))),
      ...(examples.length === 0
        ? []
        : [
            "## Examples",
            fence("console", examples.map(({ line, what }) => `# ${what}\n$ wherry ${line}`).join("\n")),
          ]),
      ...jsonSection(definition),
      "[Exit codes](README.md#exit-codes) are the same for all commands.",
    ].join("\n\n") + "\n"
  );
}

/** The list of all commands. */
export function commandList(routes: readonly Route[]): string {
  const sections = Object.entries(groups).flatMap(([group, title]) => {
    const rows = routes.filter((route) => route.group === group);
    if (rows.length === 0) return [];
    const lines = rows.map(({ words, brief }) => `| [\`wherry ${words.join(" ")}\`](${pageName(words)}) | ${brief} |`);
    return [`## ${title}`, ["| command | |", "|---|---|", ...lines].join("\n")];
  });
  const codes = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings[name as ExitName]} |`);
  const pages = [
    "# Commands",
    ...sections,
    "## Exit codes",
    ["| code | |", "|---|---|", ...codes].join("\n"),
    "`wherry exec` and `wherry run` end with the exit code of the program that they run.",
  ];
  return pages.join("\n\n") + "\n";
}

const meanings: Readonly<Record<ExitName, string>> = {
  done: "done",
  bug: "a bug in Wherry: please report it",
  usage: "wrong usage of the command line",
  invalid: "wherry.yaml or a compose file cannot be used as it is",
  refused: "the server cannot be reached, or something is in the way; nothing was changed",
  failed: "the deployment failed; the previous release still serves",
  attention: "needs attention: not serving",
  locked: "another operation is under way in this environment",
  findings: "there are findings at or above the gate",
  interrupted: "interrupted; the message says what was left and how to go on",
};

export function pageName(words: readonly string[]): string {
  return `${words.join("-")}.md`;
}

function table(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(([name, text]) => `| \`${name.trim()}\` | ${text.replaceAll("|", "\\|")} |`);
  return [`## ${title}`, ["| | |", "|---|---|", ...lines].join("\n")];
}

function jsonSection(definition: AnyCommand): readonly string[] {
  if (definition.schema === undefined) return [];
  const { $schema: _, ...schema } = z.toJSONSchema(definition.schema, { io: "output", unrepresentable: "any" });
  return [
    "## JSON",
    'With `--json`, standard output is one document of this schema; if the command fails, it is `{ "error": { "code", "message", "hint" } }`.',
    fence("json", JSON.stringify(schema, null, 2)),
  ];
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
