/** How much of a server was used, over the last days. */
export interface Use {
  /** Processors in use, in the 95th of a hundred intervals: 1.5 of 2. */
  readonly cpuP95: number;
  /** GiB of memory in use at the worst moment: what programs could not have had. */
  readonly memoryMax: number;
  /** Days that the figures cover. */
  readonly days: number;
  readonly source: "prometheus" | "sysstat";
}

export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly reason: string };

export function unknownUse(reason: string): { readonly known: false; readonly reason: string } {
  return { known: false, reason };
}

/** The days that are looked at, and how many of them there have to be figures of. A week has a weekend in it. */
export const wantedDays = 7;
export const neededDays = 5;

export function tooShort(days: number, source: string): { readonly known: false; readonly reason: string } {
  return unknownUse(`${source} has ${days.toFixed(1)} days of figures; ${neededDays} are needed`);
}
