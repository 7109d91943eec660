import type { Position } from "./position.ts";

/** Exit codes of the command line; a promise to scripts. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  invalid: 3,
  refused: 4,
  failed: 5,
  attention: 6,
  locked: 7,
  findings: 8,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

export interface ErrorDetails {
  /** The command or the edit that fixes it. */
  readonly hint?: string;
  /** Where in the user's files. */
  readonly at?: Position;
  /** Lines that help a tired person: a container's last log lines, other errors of the same kind. */
  readonly context?: readonly string[];
  readonly cause?: unknown;
}

/**
 * What went wrong for the user. `code` is static and kebab-case, so that scripts and measures can count it;
 * everything variable is in the message. Errors of any other class are bugs in Wherry.
 */
export class WherryError extends Error {
  readonly exit: ExitName;
  readonly code: string;
  readonly hint: string | undefined;
  readonly at: Position | undefined;
  readonly context: readonly string[];

  constructor(exit: ExitName, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "WherryError";
    this.exit = exit;
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.context = details.context ?? [];
  }
}

/** The user left something out, or wrote a command line that means nothing. */
export function usageError(code: string, message: string, details?: ErrorDetails): WherryError {
  return new WherryError("usage", code, message, details);
}

/** wherry.yaml or a compose file cannot be used as it is. */
export function invalidError(code: string, message: string, details?: ErrorDetails): WherryError {
  return new WherryError("invalid", code, message, details);
}

/** The server cannot be reached or preflight says no; nothing was changed. */
export function refusedError(code: string, message: string, details?: ErrorDetails): WherryError {
  return new WherryError("refused", code, message, details);
}
