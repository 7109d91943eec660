import { parseEnv } from "node:util";

/** Names and values in `.env` form, as Node.js reads it. */
export function parseDotenv(text: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]));
}

/**
 * `NAME='value'`, in the first form that is read back as exactly this value.
 * @returns undefined where there is none: the form has no escapes, so a value with all three quotes and a line end, or with
 * a carriage return before one, cannot be written
 */
export function dotenvLine(name: string, value: string): string | undefined {
  // Others are read back by themselves, but not beside each other.
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const plain = /^[\w./:@%+=,-]+$/.test(value) ? [value] : [];
  const candidates = [...plain, `'${value}'`, `"${value}"`, `\`${value}\``, value];
  return candidates
    .map((text) => `${name}=${text}`)
    .find((line) => {
      // Among others, with every kind of quote behind it: a form that swallows its neighbours is none.
      const read = parseDotenv(`A_BEFORE=1\n${line}\nZ_1='q q'\nZ_2="q q"\nZ_3=\`q q\`\n`);
      const others = ["Z_1", "Z_2", "Z_3"].every((other) => read.get(other) === "q q");
      return read.size === 5 && read.get(name) === value && read.get("A_BEFORE") === "1" && others;
    });
}

/**
 * The text with values set and names removed; comments and all other lines stay. Where a file is written so oddly that
 * this would change other values, it is written anew from what it says, without its comments.
 * @param changes name -> value, or undefined to remove it
 * @returns names in `impossible` cannot be written in this form; the text is of no use then
 */
export function changeDotenv(
  text: string,
  changes: ReadonlyMap<string, string | undefined>,
): { readonly text: string; readonly impossible: readonly string[] } {
  const wanted = new Map(parseDotenv(text));
  for (const [name, value] of changes) {
    if (value === undefined) wanted.delete(name);
    else wanted.set(name, value);
  }
  const lines = new Map(
    [...changes].map(([name, value]) => [name, value === undefined ? "" : dotenvLine(name, value)]),
  );
  const impossible = [...lines].flatMap(([name, line]) => (line === undefined ? [name] : []));
  if (impossible.length > 0) return { text, impossible };
  const edited = editLines(text, lines as ReadonlyMap<string, string>);
  if (isSame(parseDotenv(edited), wanted)) return { text: edited, impossible };
  return renderDotenv(wanted);
}

export function renderDotenv(values: ReadonlyMap<string, string>): {
  readonly text: string;
  readonly impossible: readonly string[];
} {
  const lines = [...values].map(([name, value]) => [name, dotenvLine(name, value)] as const);
  return {
    text: lines.map(([, line]) => `${line ?? ""}\n`).join(""),
    impossible: lines.flatMap(([name, line]) => (line === undefined ? [name] : [])),
  };
}

/** Each name's first line is replaced, its further ones go away; new names come at the end. */
function editLines(text: string, lines: ReadonlyMap<string, string>): string {
  const waiting = new Map(lines);
  const entry = /^[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|)[^\n]*\n?/gm;
  const edited = text.replaceAll(entry, (whole: string, name: string) => {
    if (!lines.has(name)) return whole;
    const line = waiting.get(name) ?? "";
    waiting.delete(name);
    return line === "" ? "" : `${line}\n`;
  });
  const added = [...waiting.values()].filter((line) => line !== "");
  const body = edited === "" || edited.endsWith("\n") || added.length === 0 ? edited : `${edited}\n`;
  return body + added.map((line) => `${line}\n`).join("");
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}
