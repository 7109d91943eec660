import { stringify } from "yaml";

/** A value as YAML writes it on one line, quoted where it has to be. */
export function scalar(value: string | number | boolean): string {
  return stringify(value, { lineWidth: 0, defaultStringType: "PLAIN", defaultKeyType: "PLAIN" }).trimEnd();
}

/** `[CMD, node, -e, "..."]`. */
export function flow(values: readonly string[]): string {
  const words = values.map((value) =>
    /^[A-Za-z_./-][\w./-]*$/.test(value) && !isOther(value) ? value : JSON.stringify(value),
  );
  return `[${words.join(", ")}]`;
}

/** Words that YAML reads as something else than text. */
function isOther(word: string): boolean {
  return /^(?:true|false|null|yes|no|on|off|y|n|~|-)$/i.test(word) || /^[-.]?\d/.test(word);
}

/** Lines further in; empty ones stay empty. */
export function indent(lines: readonly string[], by = 2): readonly string[] {
  return lines.map((line) => (line === "" ? "" : " ".repeat(by) + line));
}

export function file(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

/** Compose reads `$` as the beginning of a variable. */
export function forCompose(text: string): string {
  return text.replaceAll("$", "$$$$");
}
