/** Money per month. Gross has the VAT that the provider reckons for this project; null: it reckons none. */
export interface Money {
  readonly net: number;
  readonly gross: number | null;
}

/** A thing of the plan or of the state: its type, and its values there. */
export interface Thing {
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface PriceList {
  readonly currency: string;
  /** Percent; null: the provider does not say. */
  readonly vat: number | null;
  /** What a thing costs per month; undefined: it costs something, and nobody says what. */
  monthly(thing: Thing): Money | undefined;
}

/** What all of them cost together, and the types of those whose price nobody knows. */
export interface Total extends Money {
  readonly unknown: readonly string[];
}

export function total(list: PriceList, things: readonly Thing[]): Total {
  const sum = { net: 0, gross: 0 };
  const unknown = new Set<string>();
  for (const thing of things) {
    const one = list.monthly(thing);
    if (one === undefined) unknown.add(thing.type);
    sum.net += one?.net ?? 0;
    sum.gross += one?.gross ?? 0;
  }
  const gross = list.vat === null ? null : cents(sum.gross);
  return { net: cents(sum.net), gross, unknown: [...unknown].toSorted() };
}

export function times({ net, gross }: Money, factor: number): Money {
  return { net: net * factor, gross: gross === null ? null : gross * factor };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
