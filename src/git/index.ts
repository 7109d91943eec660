/** The history of the user's repository, asked of git itself. */
export { describeCommit } from "./describe.ts";
export type { CommitDescription } from "./describe.ts";
export { exportTree } from "./export.ts";
export { commitLimit, everAdded, ignoredBy, lastTouched, summarizeHistory } from "./history.ts";
export type { AddedFile, BranchSummary, CommitSummary, HistorySummary, NoHistory } from "./history.ts";
export { listProjectFiles, trackedFiles } from "./list.ts";
export { searchTracked } from "./search.ts";
export type { TrackedLine } from "./search.ts";
export { filesAt } from "./show.ts";
export { fetchTags, makeTag, pushTag } from "./tags.ts";
export { commitOf, defaultBranch, isOnBranch, subjectsBetween, tagNames, topFolder } from "./refs.ts";
