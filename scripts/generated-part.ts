const beginOf = (command: string): string => `<!-- Written by ${command}: do not edit from here -->`;
const end = "<!-- to here -->";

/** Puts generated text into a page that people write: between the two marks, all else stays as it is. */
export function fillIn(page: string, text: string, command = "npm run docs"): string {
  const begin = beginOf(command);
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the page has no part between ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/** A table of Markdown. Cells are plain text with `code` in it: a pipe would end a cell, and `<name>` be taken for HTML. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "\\<")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
