import type { Pipeline } from "./model.ts";

/**
 * Shell that pipelines of several hosts have in common. What comes out of wherry.yaml stands in it as quoted text: a variable
 * of the run could be given another value by whoever starts it.
 */

/** One word of a POSIX shell. Only for names that are known to be plain: everything else is handed over as a variable. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line of the Wherry that is installed in `folder`. */
export function wherryIn(folder: string, pipeline: Pick<Pipeline, "folder">): (words: string) => string {
  const end = pipeline.folder === "" ? "" : ` --directory ${word(pipeline.folder)}`;
  return (words) => `${folder}/node_modules/.bin/wherry ${words}${end}`;
}

/**
 * A command that waits for the server's lock (exit code 7): for half an hour at most, which is longer than any deployment
 * watches.
 * @param before is done each time before it: the gate, as what came first may have been something later
 */
export function waitForLock(before: readonly string[], command: string): readonly string[] {
  return [
    "for _ in $(seq 90); do",
    ...before.map((line) => `  ${line}`),
    "  status=0",
    `  ${command} || status=$?`,
    '  [ "$status" = 7 ] || exit "$status"',
    "  sleep 20",
    "done",
    "exit 7",
  ];
}
