/** Millionths of one unit of a currency, as a whole number: what is added up is exact. */
export type Micros = number;

interface Decimal {
  readonly digits: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

function decimal(text: string): Decimal {
  const match = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) throw new Error(`${JSON.stringify(text)} is no amount such as 5.49`);
  const [, whole = "", fraction = ""] = match;
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** `5.49` -> 5490000. What is finer than a millionth is rounded half up. */
export function micros(text: string): Micros {
  return product(text, "1");
}

/** A price times an amount, both as written: rounded once, half up, to a millionth. */
export function product(price: string, amount: string): Micros {
  const [a, b] = [decimal(price), decimal(amount)];
  return rounded(a.digits * b.digits * 1_000_000n, 10n ** BigInt(a.scale + b.scale));
}

/** A part of an amount: `share(amount, "0.2")` is 20 % of it. Rounded half up. */
export function share(amount: Micros, factor: string): Micros {
  const { digits, scale } = decimal(factor);
  return rounded(BigInt(amount) * digits, 10n ** BigInt(scale));
}

/** `percentOf(amount, "20")` is a fifth of it. Rounded half up. */
export function percentOf(amount: Micros, percent: string): Micros {
  return share(amount, asDecimal(Number(percent) / 100));
}

/** An amount in another currency: `rate` is how much of the amount's own currency one unit of the other costs. */
export function dividedBy(amount: Micros, rate: string): Micros {
  const { digits, scale } = decimal(rate);
  if (digits === 0n) throw new Error("a rate of 0 converts nothing");
  return rounded(BigInt(amount) * 10n ** BigInt(scale), digits);
}

function rounded(numerator: bigint, denominator: bigint): Micros {
  const result = Number((numerator * 2n + denominator) / (denominator * 2n));
  if (!Number.isSafeInteger(result)) throw new Error("an amount of more than nine thousand million");
  return result;
}

/** `19.49`: to the cent, half up. */
export function inCents(amount: Micros): string {
  const cents = rounded(BigInt(amount), 10_000n);
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

/** All digits that an amount has, and two at least: `3.65`, `24.479`. */
export function inFull(amount: Micros): string {
  const text = String(amount).padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6).replace(/0{1,4}$/, "")}`;
}

/** A finite number of JSON as a decimal without exponent; for prices that services write as numbers. */
export function asDecimal(value: number): string {
  if (!Number.isFinite(value) || value < 0) throw new Error(`${value} is no price`);
  const text = value.toFixed(9);
  return text.replace(/\.?0+$/, "");
}
