import { inspect } from "node:util";

const shown = "[redacted]";

/** A value that must not be seen: every way of printing it gives `[redacted]`; only `reveal` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** Takes the values out of text that other programs wrote (their errors may quote what they were given), in every usual form. */
export function redact(text: string, secrets: Iterable<Secret>): string {
  const forms = [...secrets].flatMap((secret) => [...formsOf(secret.reveal())]);
  return withoutForms(text, longestFirst(forms));
}

/** What must not be seen in what a run of the program writes. One per run: values are added as they become known. */
export interface Mask {
  add(secret: Secret): void;
  /** Words that stand in the open anyway, such as the app's name: a secret of the same value does not tear them apart. */
  spare(words: Iterable<string>): void;
  /** The text with every form of every known value replaced by `[redacted]`. */
  apply(text: string): string;
}

export function createMask(): Mask {
  const values = new Set<string>();
  const spared = new Set<string>();
  let forms: readonly string[] | undefined;
  return {
    add(secret) {
      values.add(secret.reveal());
      forms = undefined;
    },
    spare(words) {
      for (const word of words) spared.add(word);
      forms = undefined;
    },
    apply(text) {
      forms ??= longestFirst(
        [...values].filter((value) => !spared.has(value.trim())).flatMap((value) => [...formsOf(value)]),
      );
      return withoutForms(text, forms);
    },
  };
}

// Very short values would tear ordinary words apart and protect nothing; a line of a longer value is only a part of it.
const shortestValue = 4;
const shortestLine = 12;

/**
 * How a value may look in output: as it is, as one of its lines, escaped in JSON, in a URL, and in base64, also in the
 * middle of something longer (`user:password` in a header).
 */
function formsOf(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  if (value.length < shortestValue) return forms;
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine);
  for (const whole of [value, value.trim()].filter((one) => one.length >= shortestValue))
    for (const form of [...textForms(whole), ...urlForms(whole.toWellFormed())]) forms.add(form);
  for (const part of parts) for (const form of textForms(part)) forms.add(form);
  for (const form of base64Forms(Buffer.from(value))) forms.add(form);
  return forms;
}

function textForms(part: string): readonly string[] {
  const inJson = JSON.stringify(part).slice(1, -1);
  return [part, inJson, inJson.replaceAll("/", "\\/")];
}

/** Programs differ in which signs they escape, how they write a space, and in the case of the digits. */
function urlForms(part: string): readonly string[] {
  const some = encodeURIComponent(part);
  const all = some.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([["", part]]).toString().slice(1);
  const upper = [some, all, form, some.replaceAll("%20", "+")];
  return [...upper, ...upper.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
}

/** Whole, and what of it stays the same wherever in a longer text it begins. */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString("base64");
  const inside = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const all = [whole, ...inside].filter((form) => form.length >= shortestValue);
  return all.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** A value may be part of another one. */
function longestFirst(forms: readonly string[]): readonly string[] {
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

function withoutForms(text: string, forms: readonly string[]): string {
  let rest = text;
  for (const form of forms)
    if (form.length <= rest.length && rest.includes(form)) rest = rest.replaceAll(form, () => shown);
  return rest;
}
