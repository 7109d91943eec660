/** Errors, positions, durations and redacted values: the words every room shares. Imports nothing of ours. */
export { exitCodes, invalidError, refusedError, usageError, WherryError } from "./errors.ts";
export type { ErrorDetails, ExitName } from "./errors.ts";
export { formatPosition } from "./position.ts";
export type { Position } from "./position.ts";
export { formatSeconds, parseDuration } from "./duration.ts";
export type { Seconds } from "./duration.ts";
export { createMask, redact, Secret } from "./secret.ts";
export type { Mask } from "./secret.ts";
export { escapeMarkup, html } from "./markup.ts";
export type { Markup } from "./markup.ts";
export { nearest } from "./suggest.ts";
export type { ProgressEvent, Report } from "./progress.ts";
