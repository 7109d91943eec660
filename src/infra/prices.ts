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

/** With its name in words: `server shop-production-1 (cx23 in nbg1)`. */
export interface NamedThing extends Thing {
  readonly what: string;
}

/** What one thing costs per month, net, before and after. */
export interface PricePart {
  readonly what: string;
  /** Somebody says what it costs. */
  readonly known: boolean;
  /** Is it there before, and after? What is not there costs nothing, whatever nobody knows. */
  readonly there: { readonly before: boolean; readonly after: boolean };
  /** Null: it is not there then, or nobody knows. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Everything that costs something, and what nobody knows the price of, in the order of the things. */
export function priceParts(
  list: PriceList,
  before: readonly NamedThing[],
  after: readonly NamedThing[],
): readonly PricePart[] {
  const named = ({ what, values }: NamedThing): string => (values["backups"] === true ? `${what}, with backups` : what);
  const amounts = (things: readonly NamedThing[]): ReadonlyMap<string, number | null> =>
    new Map(things.map((thing) => [named(thing), list.monthly(thing)?.net ?? null]));
  const [was, willBe] = [amounts(before), amounts(after)];
  const amount = (of: number | null | undefined): number | null => (typeof of === "number" ? cents(of) : null);
  return [...new Set([...was.keys(), ...willBe.keys()])]
    .filter((what) => was.get(what) !== 0 && willBe.get(what) !== 0)
    .map((what) => ({
      what,
      known: was.get(what) !== null && willBe.get(what) !== null,
      there: { before: was.has(what), after: willBe.has(what) },
      before: amount(was.get(what)),
      after: amount(willBe.get(what)),
    }));
}

export function times({ net, gross }: Money, factor: number): Money {
  return { net: net * factor, gross: gross === null ? null : gross * factor };
}

function cents(amount: number): number {
  // Sums of fractions are a hair below the half cent that they should be: 8.925 is 8.93.
  return Math.round(Number((amount * 100).toFixed(6))) / 100;
}
