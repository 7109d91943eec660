import { stripVTControlCharacters } from "node:util";

/** Lines of so many columns at most; a word that is longer stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && seen(line) + 1 + seen(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Escapes take no room. */
function seen(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
