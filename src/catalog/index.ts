/**
 * Services that are known to run well: each entry is data with sources (what it costs, what it needs, what goes wrong) and a
 * template, a hardened compose service. Adding one writes plain lines into the user's own files, and nothing else remains.
 */
export { applyAddition, planAddition } from "./add.ts";
export type { Addition } from "./add.ts";
export { figureInWords } from "./costs.ts";
export { describeEntry } from "./describe.ts";
export { allEntries } from "./entries.ts";
export { leftOut } from "./left-out.ts";
export { cardanoNetworks, entrySchema, figure, parseNetwork } from "./schema.ts";
export type { CardanoNetwork } from "./schema.ts";
