/**
 * Makes one word of POSIX shell out of any string without NUL. The only place where a value becomes shell text:
 * single quotes take everything literally except the single quote itself.
 */
export function quote(value: string): string {
  if (value.includes("\0")) throw new Error("an argument cannot hold a NUL byte");
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}
