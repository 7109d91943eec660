/**
 * Versions as tags: which one comes next, whether this commit may have it, and what came with it. The tag is the release:
 * a pipeline deploys what it stands at.
 */
export { proposeChangelog } from "./changelog.ts";
export { notesSince, proposeVersion } from "./propose.ts";
export type { Notes } from "./propose.ts";
export { listVersions, planTag, readNotes, pushTag } from "./tag.ts";
export type { PlannedTag, TaggedVersion } from "./tag.ts";
