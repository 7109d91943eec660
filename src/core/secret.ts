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

/** Takes the values out of text that other programs wrote (their errors may quote what they were given). */
export function redact(text: string, secrets: Iterable<Secret>): string {
  let result = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    // Very short values would tear ordinary words apart and protect nothing.
    if (value.length >= 4) result = result.replaceAll(value, shown);
  }
  return result;
}
