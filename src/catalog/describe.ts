import { costsOf } from "./costs.ts";
import type { Costs } from "./costs.ts";
import { entryNamed } from "./entries.ts";
import { inWords, renderEntry } from "./render.ts";
import type { Choice, Part } from "./render.ts";
import type { CardanoNetwork, Entry, Figure } from "./schema.ts";

/** An entry as somebody reads it who has not added it yet: with the names that it would have, for one network. */
export interface Description extends Omit<
  Entry,
  | "template"
  | "network"
  | "tried"
  | "provides"
  | "memory"
  | "disk"
  | "growth"
  | "firstStart"
  | "stop"
  | "connect"
  | "route"
> {
  readonly network: CardanoNetwork | null;
  /** What was seen of it running; null: nothing. */
  readonly tried: Figure | null;
  /** With all options. */
  readonly costs: Costs;
  readonly connect: string | null;
  readonly route: string | null;
  /** What would be written, without options. */
  readonly compose: string;
}

export function describeEntry(name: string, wanted: CardanoNetwork | undefined): Description {
  const entry = entryNamed(name);
  const network = entry.network ? (wanted ?? "mainnet") : undefined;
  const choice = plainChoice(entry, network);
  const words = (text: string): string => inWords(entry, choice, text);
  const {
    title,
    group,
    status,
    brief,
    image,
    version,
    review,
    architectures,
    needs,
    options,
    inPlace,
    secrets,
    values,
  } = entry;
  return {
    name,
    title,
    group,
    status,
    brief,
    image,
    version,
    review,
    architectures,
    network: network ?? null,
    tried: entry.tried ?? null,
    needs,
    options,
    inPlace,
    costs: costsOf(entry, { ...choice, options: new Set(Object.keys(options)) }),
    secrets: secrets.map((secret) => ({ ...secret, variable: words(secret.variable) })),
    values: values.map((value) => ({ ...value, variable: words(value.variable) })),
    connect: entry.connect === undefined ? null : words(entry.connect),
    route: entry.route ?? null,
    notes: entry.notes.map(words),
    compose: composeText(renderEntry(entry, choice)),
  };
}

/** Under its own name, on the default network, with the services of its needs under their own names. */
export function plainChoice(entry: Entry, network: CardanoNetwork | undefined): Choice {
  return {
    name: entry.name,
    network,
    options: new Set(),
    needed: new Map(everythingNeededBy(entry).map((need) => [need, need])),
    join: [],
  };
}

/** Also what its needs need. */
export function everythingNeededBy(entry: Entry): readonly string[] {
  return [...new Set(entry.needs.flatMap((need) => [need, ...everythingNeededBy(entryNamed(need))]))];
}

/** Parts as a compose file of their own. */
export function composeText(parts: readonly Part[]): string {
  return (["services", "volumes", "secrets", "configs"] as const)
    .flatMap((section) => {
      const own = parts.filter((part) => part.section === section);
      if (own.length === 0) return [];
      const gap = section === "services" ? "\n" : "";
      return [`${section}:\n${own.map(({ text }) => text.replaceAll(/^(?=.)/gm, "  ")).join(gap)}`];
    })
    .join("\n");
}
