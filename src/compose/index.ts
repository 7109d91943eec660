/**
 * Compose files: resolved by docker compose itself, understood (what is each service to a deployment?), and rendered
 * into the files of one release.
 */
export { maximumRoutedReplicas, replicaAddresses } from "./addresses.ts";
export type { AddressedProject, AddressedService, ReplicaAddress } from "./addresses.ts";
export { buildDifferences } from "./build-differences.ts";
export type { BuildDifference } from "./build-differences.ts";
export { buildsOf } from "./builds.ts";
export { isDataImage } from "./data-images.ts";
export { engineNeeds } from "./engine-needs.ts";
export { interpolate, missingVariables } from "./interpolation.ts";
export { composeKey, composeKeys } from "./keys.ts";
export type { ComposeKey } from "./keys.ts";
export { loadCompose } from "./load.ts";
export { isOfSurroundings, resolveCompose } from "./resolve.ts";
export { readSources, secretNamesOf } from "./sources.ts";
export type { ComposeSources } from "./sources.ts";
export { renderRelease } from "./render.ts";
export type { RenderOptions } from "./render.ts";
export { reachableServices } from "./stacks.ts";
export type { Neighbourhood } from "./stacks.ts";
export { understand } from "./understand.ts";
export type {
  AppModel,
  BuildModel,
  Notice,
  Placement,
  RenderedFile,
  ServiceKind,
  ServiceModel,
  VolumeModel,
} from "./model.ts";
export type { ComposeProject } from "./project.ts";
