import { figureFor } from "./schema.ts";
import type { Figure } from "./schema.ts";
import type { Choice } from "./render.ts";
import type { Entry } from "./schema.ts";

/** What a service costs, each figure with its source: said before it is added. */
export interface Costs {
  readonly service: string;
  /** Limits of memory, by service; those of the entry's own further services included. */
  readonly memory: readonly { readonly service: string; readonly limit: Figure }[];
  readonly disk: Figure;
  readonly growth: Figure | null;
  readonly firstStart: Figure;
  readonly stop: Figure;
}

export function costsOf(entry: Entry, { name, network, options }: Choice): Costs {
  const limits = Object.entries(entry.memory).filter(
    ([which]) => !Object.hasOwn(entry.options, which) || options.has(which),
  );
  return {
    service: name,
    memory: limits.map(([which, figures]) => ({
      service: which === "main" ? name : `${name}-${which}`,
      limit: figureFor(figures, network),
    })),
    disk: figureFor(entry.disk, network),
    growth: entry.growth === undefined ? null : figureFor(entry.growth, network),
    firstStart: figureFor(entry.firstStart, network),
    stop: entry.stop,
  };
}

/** For people: the value, and how much it can be trusted. */
export function figureInWords({ value, checked, date }: Figure): string {
  const trust = {
    upstream: `says its maker, ${date}`,
    measured: `measured ${date}`,
    secondary: `says a third party, ${date}`,
    estimate: "an estimate",
  };
  return `${value} (${trust[checked]})`;
}
