/**
 * OpenTofu files as data, and as the text that `tofu fmt` leaves as it is. Only what Wherry writes: attributes, blocks,
 * comments; expressions are text that the caller answers for.
 */

/** A piece of the language itself, such as `var.location`: written as it is. */
export interface Expression {
  readonly kind: "expression";
  readonly text: string;
}

/** A mapping; the order is kept. */
export interface Mapping {
  readonly kind: "mapping";
  readonly entries: Readonly<Record<string, Value>>;
}

export type Value = string | number | boolean | Expression | Mapping | readonly Value[];

interface Attribute {
  readonly kind: "attribute";
  readonly name: string;
  readonly value: Value;
}

interface Block {
  readonly kind: "block";
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: readonly Item[];
}

interface Comment {
  readonly kind: "comment";
  readonly lines: readonly string[];
}

export type Item = Attribute | Block | Comment;

export const expression = (text: string): Expression => ({ kind: "expression", text });

export const mapping = (entries: Readonly<Record<string, Value>>): Mapping => ({ kind: "mapping", entries });

export const set = (name: string, value: Value): Item => ({ kind: "attribute", name, value });

/** Lines of a comment belong to the item behind them. */
export const comment = (...lines: readonly string[]): Item => ({ kind: "comment", lines });

/** `type "label" { ... }` */
export function block(type: string, labels: readonly string[], ...body: readonly Item[]): Item {
  return { kind: "block", type, labels, body };
}

export const resource = (type: string, name: string, ...body: readonly Item[]): Item =>
  block("resource", [type, name], ...body);

/** A whole file, with a line end at its end. */
export function renderHcl(items: readonly Item[]): string {
  return `${body(items, 0).join("\n")}\n`;
}

/** Text as a quoted string: no sign of it means anything to the language. Lone surrogates become U+FFFD. */
export function quoteHcl(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    // `$${` stands for `${`, but after another `$` the language reads it in another way than it is meant.
    .replaceAll(/([$%])\{/g, (whole, sign: string, at: number, all: string) =>
      all[at - 1] === sign ? `\\u00${code(sign)}{` : `${sign}${whole}`,
    )
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replaceAll(/\p{Cc}/gu, (sign) => `\\u00${code(sign)}`);
  return `"${escaped}"`;
}

function code(sign: string): string {
  return sign.charCodeAt(0).toString(16).padStart(2, "0");
}

interface Entry {
  readonly name: string;
  readonly value: Value;
}

/** What stands on several lines has a blank line on each side; neighbours on one line each have their `=` below each other. */
function body(items: readonly Item[], depth: number): string[] {
  const lines: string[] = [];
  let chain: Entry[] = [];
  let before: "nothing" | "line" | "comment" | "lines" = "nothing";
  const pad = "  ".repeat(depth);
  const flush = (): void => {
    lines.push(...aligned(chain, pad));
    chain = [];
  };
  for (const item of items) {
    if (item.kind === "attribute" && isShort(item.value)) {
      if (before === "lines") lines.push("");
      chain.push(item);
      before = "line";
      continue;
    }
    flush();
    if (before === "line" || before === "lines") lines.push("");
    if (item.kind === "comment") {
      lines.push(...item.lines.map((line) => `${pad}#${line === "" ? "" : ` ${line}`}`));
      before = "comment";
      continue;
    }
    lines.push(...(item.kind === "block" ? blockLines(item, depth) : longAttribute(item, depth)));
    before = "lines";
  }
  flush();
  return lines;
}

function blockLines({ type, labels, body: inner }: Block, depth: number): string[] {
  const pad = "  ".repeat(depth);
  const head = [type, ...labels.map(quoteHcl)].join(" ");
  return inner.length === 0 ? [`${pad}${head} {}`] : [`${pad}${head} {`, ...body(inner, depth + 1), `${pad}}`];
}

function aligned(entries: readonly Entry[], pad: string): string[] {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  return entries.map(({ name, value }) => `${pad}${name.padEnd(width)} = ${oneLine(value)}`);
}

function longAttribute({ name, value }: Entry, depth: number): string[] {
  const pad = "  ".repeat(depth);
  const [first = "", ...rest] = valueLines(value, depth);
  return [`${pad}${name} = ${first}`, ...rest];
}

function valueLines(value: Value, depth: number): string[] {
  const pad = "  ".repeat(depth);
  if (isList(value)) {
    const inner = value.flatMap((one) => {
      const [first = "", ...rest] = isShort(one) ? [oneLine(one)] : valueLines(one, depth + 1);
      return closeWithComma([`${pad}  ${first}`, ...rest]);
    });
    return ["[", ...inner, `${pad}]`];
  }
  if (typeof value === "object" && value.kind === "mapping") {
    const items = Object.entries(value.entries).map(([key, one]) => set(keyOf(key), one));
    return ["{", ...body(items, depth + 1), `${pad}}`];
  }
  if (typeof value === "object" && value.kind === "expression")
    return value.text.split("\n").map((line, at) => (at === 0 ? line : pad + line));
  return [oneLine(value)];
}

function closeWithComma(lines: readonly string[]): string[] {
  return lines.map((line, at) => (at === lines.length - 1 ? `${line},` : line));
}

function keyOf(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : quoteHcl(key);
}

/** Longer lists are easier to compare with one item a line. */
const longestList = 80;

function isShort(value: Value): boolean {
  if (isList(value)) return value.every(isShort) && oneLine(value).length <= longestList;
  if (typeof value !== "object") return true;
  return value.kind === "expression" ? !value.text.includes("\n") : Object.keys(value.entries).length === 0;
}

function oneLine(value: Value): string {
  if (typeof value === "string") return quoteHcl(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(oneLine).join(", ")}]`;
  return value.kind === "expression" ? value.text : "{}";
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
