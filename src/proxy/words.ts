/** Text of users in HAProxy's configuration: data, whatever is in it. */

/** Quotes a word: single quotes are literal up to the next one. */
export function configWord(text: string): string {
  refuseControls(text);
  return /^[\w/.=&%~+:,@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Text with line ends, in double quotes: there `\n` is one, and `$` would begin a variable. */
export function configString(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const escaped = text
    .replaceAll(/["\\$]/g, (letter) => `\\${letter}`)
    .replaceAll(/[\n\r\t]/g, (c) => escapes[c] ?? "");
  refuseControls(escaped);
  return `"${escaped}"`;
}

/** A word where HAProxy expands `%`: it has to be doubled. */
export function formatString(text: string): string {
  return configWord(text.replaceAll("%", "%%"));
}

/** A regular expression that matches the text and nothing else. */
export function regexOf(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function refuseControls(text: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  if (/[\u0000-\u001F\u007F]/.test(text))
    throw new Error("a control character cannot be written to HAProxy's configuration");
}
