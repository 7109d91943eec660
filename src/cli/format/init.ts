import type { InitResult } from "../commands/init.ts";
import type { Screen } from "../definition.ts";

const sure = { sure: "", likely: "likely", guess: "a guess" } as const;

/** What was seen and where, what was written, what to look at, how to go on. */
export function formatInit(result: InitResult, { style }: Screen): readonly string[] {
  const { parts, files, notes, written, pipelines } = result;
  const shown = files.filter(({ kind }) => kind === "edited" || (written.length === 0 && kind !== "same"));
  return [
    ...parts.flatMap((part) => [
      `${style.bold(part.name)}: ${part.framework}${part.folder === "" ? "" : ` in ${part.folder}`}, port ${part.port.value}${words(part.certainty)}`,
      ...part.evidence.map(({ file, line, what }) => style.dim(`  ${file}:${line}  ${what}`)),
    ]),
    ...(pipelines.length === 0
      ? []
      : ["", ...pipelines.map(({ file, what }) => `${file}: ${what}; it stays as it is`)]),
    "",
    ...shown.flatMap(({ diff }) => [
      ...diff
        .trimEnd()
        .split("\n")
        .map((line) => coloured(line, style)),
      "",
    ]),
    ...files.map(({ path, kind }) => `${state(kind, written.includes(path), style)} ${path}`),
    ...(notes.length === 0
      ? []
      : [
          "",
          style.bold("To know:"),
          ...notes.map(
            ({ message, at }) => `${style.warning(style.signs.note)} ${at === null ? "" : `${at}  `}${message}`,
          ),
        ]),
    "",
    written.length === 0
      ? style.dim("Nothing was written.")
      : "Next: fill in what says FILL IN in wherry.yaml, commit, and run wherry plan -e production",
  ];
}

function words(certainty: keyof typeof sure): string {
  return sure[certainty] === "" ? "" : ` (${sure[certainty]})`;
}

function state(kind: InitResult["files"][number]["kind"], written: boolean, style: Screen["style"]): string {
  if (kind === "edited") return style.warning("left alone (edited):");
  if (kind === "same") return "as it should be:";
  const verb = kind === "create" ? "new" : "updated";
  return written ? style.good(`${verb}:`) : `would be ${verb}:`;
}

function coloured(line: string, style: Screen["style"]): string {
  if (line.startsWith("+")) return style.good(line);
  return line.startsWith("-") ? style.bad(line) : line;
}
