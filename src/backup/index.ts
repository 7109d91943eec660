/**
 * Copies of the data: what the server needs to make, check and put them back, and what it tells of them. The program there
 * does all of it, for the schedule and for the commands alike.
 */
export { backupSettings, secretsOf } from "./files.ts";
export { settleLibrary } from "./program.ts";
export { parseBackupStatus } from "./record.ts";
export type { BackupRecord, BackupStatus, CopiedService } from "./record.ts";
export { performScript, placeScript, scheduleScript, tellBackups } from "./scripts.ts";
export type { BackupVerb } from "./scripts.ts";
export { giveScript, measureScript, takeScript } from "./stream.ts";
