/**
 * Files of the user's repository: the only way in which Wherry writes there. Says first what would change, as unified
 * diffs; changes nothing that is equal; never overwrites what somebody has edited without being told to.
 */
export { apply, compare } from "./writer.ts";
export type { Change, ChangeKind, WantedFile } from "./writer.ts";
export { insertEntry, insertionOf, replaceRange, replaceRanges } from "./yaml-edit.ts";
export type { Replacement } from "./yaml-edit.ts";
