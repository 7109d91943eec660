/** Everything that an assessment may look at, collected once; from here on nothing touches the world. */
export { collect } from "./collect.ts";
export type { CollectOptions } from "./collect.ts";
export type { Hosting, Known, Seen, SeenServer } from "./seen.ts";
export { isAside } from "./files.ts";
export type { SeenFile, SeenFiles } from "./files.ts";
export { lastStage } from "./dockerfile.ts";
export type { Pipeline, PipelineLine } from "./pipelines.ts";
export { purposes } from "./purposes.ts";
export type { Purpose } from "./purposes.ts";
