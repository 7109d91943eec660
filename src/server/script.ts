import { quote, quoteAll } from "../system/index.ts";

/**
 * A POSIX shell script and the values it works on. Values reach it as `$1`, `$2`, ...: they are data, never part of
 * the text.
 */
export interface Script {
  readonly text: string;
  readonly args: readonly string[];
}

export function script(text: string, args: readonly string[] = []): Script {
  return { text, args };
}

/** One step of a phase: its script runs in a subshell of its own and stops at the first command that fails. */
export interface ScriptStep {
  readonly id: string;
  readonly script: Script;
}

/**
 * Joins steps to one script, so that a phase is one round trip. Each step is announced on the protocol stream
 * (`begin`, `done`, `fail`); the first that fails ends the script, with the step's exit code.
 */
export function phase(prelude: Script, steps: readonly ScriptStep[]): Script {
  const parts = steps.map(
    (step) =>
      `begin ${quote(step.id)}\n(\nset -e -- ${quoteAll(step.script.args)}\n${step.script.text}\n)\nfinish $?\n`,
  );
  return script(`set -- ${quoteAll(prelude.args)}\n${prelude.text}\n${parts.join("")}`, []);
}

/**
 * The command line that a remote login shell (or `sh` here) gets. The script itself travels on standard input, in
 * front of the data: nothing of it is in the process list, and it can be longer than an argument may be.
 */
export function commandLine(body: string, args: readonly string[]): string {
  const bytes = Buffer.byteLength(body);
  // `head -c` reads no more than it was told, so the data behind the script stays for the script to read.
  return `exec sh -c ${quote(`w=$(head -c ${bytes}) && eval "$w"`)} wherry ${quoteAll(args)}`.trim();
}
