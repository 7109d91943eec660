/** Everything that an assessment may look at, collected once; from here on nothing touches the world. */
export { collect } from "./collect.ts";
export type { CollectOptions } from "./collect.ts";
export type { Seen, SeenServer } from "./seen.ts";
export type { SeenFile } from "./files.ts";
export { lastStage } from "./dockerfile.ts";
export type { Pipeline, PipelineLine } from "./pipelines.ts";
export type { Purpose } from "./purposes.ts";
