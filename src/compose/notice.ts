import type { Position } from "../core/index.ts";
import type { Notice } from "./model.ts";

export function notice(
  severity: Notice["severity"],
  code: string,
  message: string,
  at: Position | undefined,
  hint?: string,
): Notice {
  return { severity, code, message, ...(hint === undefined ? {} : { hint }), ...(at === undefined ? {} : { at }) };
}
