/** Declarative pipelines as text: blocks in braces, words in quotes. */

export type Line = string | Block;

export interface Block {
  /** What stands in front of the brace. */
  readonly head: string;
  readonly lines: readonly Line[];
}

export function block(head: string, lines: readonly Line[]): Block {
  return { head, lines };
}

/** A Groovy string in which nothing is replaced. */
export function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** A step that runs lines in a POSIX shell; it ends with the first that fails. */
export function sh(lines: readonly string[]): string {
  const [only, ...others] = lines;
  if (only !== undefined && others.length === 0 && !only.includes("\n")) return `sh ${quoted(only)}`;
  const text = lines
    .join("\n")
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("'''", String.raw`\'\'\'`);
  return `sh '''\n${text}\n'''`;
}

/** @param about comment lines at the top, without `//` */
export function renderGroovy(top: Block, about: readonly string[]): string {
  return `${about.map((line) => `// ${line}`).join("\n")}\n\n${render(top, "").join("\n")}\n`;
}

function render(line: Line, indent: string): readonly string[] {
  if (typeof line === "string") {
    const [first = "", ...rest] = line.split("\n");
    // What a shell reads keeps its own indentation, with one step more for people.
    return [
      indent + first,
      ...rest.map((text) => (text === "" ? "" : `${indent}${text === "'''" ? "" : "  "}${text}`)),
    ];
  }
  const inside = line.lines.flatMap((one) => render(one, `${indent}  `));
  return [`${indent}${line.head} {`, ...inside, `${indent}}`];
}
