import { styleText } from "node:util";

/** Makes text stand out on a terminal; gives it back as it is elsewhere. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warning: (text: string) => string;
  /** Signs that every terminal can show, or nicer ones. */
  readonly signs: { readonly done: string; readonly failed: string; readonly note: string };
}

interface Looks {
  readonly colour: boolean;
  readonly unicode: boolean;
}

export function createStyle({ colour, unicode }: Looks): Style {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    good: paint("green"),
    bad: paint(["bold", "red"]),
    warning: paint("yellow"),
    signs: unicode ? { done: "✓", failed: "✗", note: "!" } : { done: "ok", failed: "FAILED", note: "note:" },
  };
}

interface Reader {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stream: { readonly isTTY?: boolean };
  readonly noColor: boolean;
}

/** What suits whoever reads this stream. In CI also terminals get plain lines. */
export function looksFor({ env, stream, noColor }: Reader): Looks & { readonly live: boolean } {
  const terminal = stream.isTTY === true && env["TERM"] !== "dumb";
  const live = terminal && (env["CI"] ?? "") === "";
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return {
    live,
    colour: live && !noColor && (env["NO_COLOR"] ?? "") === "",
    unicode: live && /utf-?8/i.test(locale),
  };
}
