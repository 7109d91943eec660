/** A variable that a text needs and nothing gives. */
export interface MissingVariable {
  readonly name: string;
  /** As written, for finding its place: `${NAME`. */
  readonly written: string;
  /** The author's own words: `${NAME:?words}`. */
  readonly message: string | undefined;
}

interface Reference {
  readonly name: string;
  readonly written: string;
  /** `:-`, `-`, `:?`, `?`, `:+`, `+`, or empty. */
  readonly operator: string;
  readonly word: string;
  /** Where in the text, and how much of it. */
  readonly at: number;
  readonly length: number;
}

/** A forbidden one is missing even where it has a default. */
export type Lookup = (name: string) => "known" | "unknown" | "forbidden";

/** What of compose's interpolation syntax in `text` has neither a value nor a default. */
export function missingVariables(text: string, lookup: Lookup): readonly MissingVariable[] {
  return references(text).flatMap(({ name, written, operator, word }) => {
    const state = lookup(name);
    const known = state === "known";
    if (operator.endsWith("-") && state !== "forbidden") return known ? [] : missingVariables(word, lookup);
    if (operator.endsWith("+") && state !== "forbidden") return known ? missingVariables(word, lookup) : [];
    return known ? [] : [{ name, written, message: operator.endsWith("?") ? word : undefined }];
  });
}

function references(text: string): readonly Reference[] {
  const found: Reference[] = [];
  let at = text.indexOf("$");
  while (at !== -1) {
    const rest = text.slice(at);
    const bare = /^\$([A-Za-z_]\w*)/.exec(rest);
    const braced = /^\$\{([A-Za-z_]\w*)(:?[-?+])?/.exec(rest);
    let length = rest.startsWith("$$") ? 2 : 1;
    if (bare?.[1] !== undefined) {
      length = bare[0].length;
      found.push({ name: bare[1], written: bare[0], operator: "", word: "", at, length });
    } else if (braced?.[1] !== undefined) {
      const end = closingBrace(rest);
      const operator = braced[2] ?? "";
      length = Math.min(end + 1, rest.length);
      found.push({
        name: braced[1],
        written: `\${${braced[1]}`,
        operator,
        word: rest.slice(braced[0].length, end),
        at,
        length,
      });
    }
    at = text.indexOf("$", at + length);
  }
  return found;
}

/** Of the `${` that the text starts with; other references may be nested in its word. */
function closingBrace(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith("${", at)) depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0 && at > 0) return at;
  }
  return text.length;
}

/**
 * The text as compose would see it, as far as values are known: what has neither a value nor a default stays as it is
 * written, and so can be told from text. `$$` becomes `$`.
 */
export function interpolate(text: string, valueOf: (name: string) => string | undefined): string {
  if (!text.includes("$")) return text;
  let result = "";
  let end = 0;
  for (const { name, operator, word, at, length } of references(text)) {
    const whole = text.slice(at, at + length);
    result += text.slice(end, at).replaceAll("$$", "$") + replacement(whole, valueOf(name), operator, word, valueOf);
    end = at + length;
  }
  return result + text.slice(end).replaceAll("$$", "$");
}

function replacement(
  whole: string,
  value: string | undefined,
  operator: string,
  word: string,
  valueOf: (name: string) => string | undefined,
): string {
  const present = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("+")) return present ? interpolate(word, valueOf) : "";
  if (operator.endsWith("-")) return present ? (value ?? "") : interpolate(word, valueOf);
  return value ?? whole;
}
