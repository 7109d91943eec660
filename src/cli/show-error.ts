import { formatPosition, WherryError } from "../core/index.ts";
import type { Screen } from "./definition.ts";
import { version } from "./version.ts";

/** An error for people: where and what, the lines that help, how to go on. */
export function showError(error: unknown, { style }: Screen): readonly string[] {
  if (!(error instanceof WherryError)) return showBug(error, style.bad);
  const where = error.at === undefined ? "" : `${formatPosition(error.at)}  `;
  return [
    `${where}${style.bad(error.message)}`,
    ...error.context.flatMap((text) => text.split("\n")).map((line) => `  ${line}`),
    ...(error.hint === undefined ? [] : [`  ${style.bold("hint:")} ${error.hint}`]),
  ];
}

/** The same for scripts. */
export function errorDocument(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof WherryError)) return { code: "bug", message: firstLine(error), hint: bugHint };
  const { code, message, hint, at, context } = error;
  return {
    code,
    message,
    hint: hint ?? null,
    ...(at === undefined ? {} : { at }),
    ...(context.length === 0 ? {} : { context }),
  };
}

const bugHint = "this is a bug in Wherry: please report it with the command, this message and wherry --version";

function showBug(error: unknown, bad: (text: string) => string): readonly string[] {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? [`  caused by: ${firstLine(error.cause)}`] : [];
  return [
    bad(`internal error: ${firstLine(error)}`),
    ...stack.split("\n").slice(1),
    ...cause,
    `  This is a bug in Wherry ${version} (Node.js ${process.versions.node}, ${process.platform}).`,
  ];
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? "";
}
