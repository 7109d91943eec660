import { refusedError } from "../../core/index.ts";
import { script } from "../../server/index.ts";
import type { Connection } from "../../server/index.ts";
import { parseAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { hardeningProgram } from "./program.ts";
import send from "./scripts/send.sh?raw";

export interface Call {
  readonly mode: "check" | "fix" | "undo" | "guarded" | "disarm" | "revert";
  /** Entries of --allow; empty: those of the last time. */
  readonly allow?: readonly string[];
  /** Controls that are optional were asked for by name. */
  readonly optional?: boolean;
  /** Controls; before them whatever the mode wants. */
  readonly arguments?: readonly string[];
}

/** One round trip: the program is sent along, so nothing has to be on the server before. Installing packages takes its time. */
export async function runProgram(connection: Connection, call: Call): Promise<Answer> {
  const { mode, allow = [], optional = false, arguments: rest = [] } = call;
  const bytes = String(Buffer.byteLength(hardeningProgram));
  const args = [bytes, mode, allow.join(" "), optional ? "optional" : "", ...rest];
  const { stdout, stderr, exitCode } = await connection.run(script(send, args), {
    input: hardeningProgram,
    timeout: 900_000,
  });
  if (exitCode !== 0) {
    throw refusedError("hardening-broke", `what was sent to ${connection.name} ended with exit ${exitCode}`, {
      context: stderr.trim().split("\n").slice(-5),
      hint: "run the same command again: it goes on from what is there",
    });
  }
  return parseAnswer(stdout);
}
