import type { Secret } from "../core/index.ts";

/** How a secret is here, measured against the other side. */
export interface Difference {
  readonly name: string;
  readonly state: "same" | "different" | "only-here" | "only-there";
}

/** Names alone: which values are equal, and which there are on one side only. Sorted by name. */
export function compareValues(
  here: ReadonlyMap<string, Secret>,
  there: ReadonlyMap<string, Secret>,
): readonly Difference[] {
  const names = [...new Set([...here.keys(), ...there.keys()])].toSorted();
  return names.map((name) => {
    const [mine, other] = [here.get(name)?.reveal(), there.get(name)?.reveal()];
    const state =
      mine === undefined ? "only-there" : other === undefined ? "only-here" : mine === other ? "same" : "different";
    return { name, state };
  });
}
