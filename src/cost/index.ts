/**
 * What servers cost: those that run now, and the same need at ten providers, from a price list in which every figure has its
 * source and date. What no source says is unknown, never a guess. Also what measured use says about their size.
 */
export { costs, folderOf } from "./cost.ts";
export { costDocument, documentOf } from "./document.ts";
export type { CostDocument } from "./document.ts";
export { architectures, most, Need, needInWords } from "./need.ts";
export type { Architecture } from "./need.ts";
export { refreshPrices } from "./refresh.ts";
export type { Refreshed } from "./refresh.ts";
export { currencies } from "./schema.ts";
export { rule } from "./right-size.ts";
export { unreached } from "./unreached.ts";
export { writeComparison } from "./write.ts";
