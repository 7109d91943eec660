/** One flag or one positional argument of a command. `T` is what the command gets for it. */
export interface Parameter<T = unknown> {
  readonly kind: "toggle" | "required" | "optional" | "list";
  readonly brief: string;
  /** How the value is called in help: `RELEASE`. The parameter's own name when left out. */
  readonly placeholder?: string;
  /** One letter, for flags. */
  readonly short?: string;
  /** Says what is wrong by throwing an error. */
  readonly parse: (text: string) => unknown;
  /** What the command gets where the user says nothing; as the user would write it. */
  readonly default?: string;
  /** Never set: carries the type. */
  readonly value?: T;
}

interface Looks {
  readonly placeholder?: string;
  readonly short?: string;
}

interface Parsed<T> extends Looks {
  readonly parse: (text: string) => T;
}

/** A flag without value: there or not. */
export function toggle(brief: string, looks: Pick<Looks, "short"> = {}): Parameter<boolean> {
  return { kind: "toggle", brief, parse: String, ...looks };
}

/** A value that must be given. */
export function required(brief: string, options?: Looks): Parameter<string>;
export function required<T>(brief: string, options: Parsed<T>): Parameter<T>;
export function required(brief: string, options: Partial<Parsed<unknown>> = {}): Parameter {
  return { kind: "required", brief, parse: String, ...options };
}

/** A value that may be given. */
export function optional(brief: string, options?: Looks): Parameter<string | undefined>;
export function optional<T>(brief: string, options: Parsed<T> & { readonly default: string }): Parameter<T>;
export function optional<T>(brief: string, options: Parsed<T>): Parameter<T | undefined>;
export function optional(brief: string, options: Partial<Parsed<unknown>> = {}): Parameter {
  return { kind: "optional", brief, parse: String, ...options };
}

/** A flag that may be given several times; as a positional argument, everything that is left. Empty where nothing is given. */
export function list(brief: string, options?: Looks): Parameter<readonly string[]>;
export function list<T>(brief: string, options: Parsed<T>): Parameter<readonly T[]>;
export function list(brief: string, options: Partial<Parsed<unknown>> = {}): Parameter {
  return { kind: "list", brief, parse: String, ...options };
}

/** For `parse`: a whole number from 0 on. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error("expected a whole number");
  return Number(text);
}

/** For `parse`: a share in percent, `10` or `10%`. */
export function percent(text: string): number {
  const share = /^\d{1,2}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : 0;
  if (share <= 0) throw new Error("expected a percentage between 0 and 100, such as 10");
  return share;
}

export type Parameters = Readonly<Record<string, Parameter>>;

export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** `RELEASE`; the name in capitals where nothing else is said. */
export function placeholderOf(name: string, { placeholder }: Parameter): string {
  return placeholder ?? kebab(name).toUpperCase();
}

/** `noColor` is written `--no-color`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
