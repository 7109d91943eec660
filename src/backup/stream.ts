import type { BackupSettings } from "../config/index.ts";
import { script } from "../server/index.ts";
import type { Script } from "../server/index.ts";
import { quote } from "../system/index.ts";
import { copyFunctions } from "./program.ts";
import frame from "./scripts/frame.pl?raw";
import give from "./scripts/give.sh?raw";
import take from "./scripts/take.sh?raw";
import unframe from "./scripts/unframe.pl?raw";

/**
 * Data on its way from one server to another without a repository: the ways of the backup, as one stream. Steps of a phase,
 * behind the prelude.
 */

/** Measures what keeps data: `size SERVICE METHOD BYTES` for each. */
export function measureScript(backup: BackupSettings | undefined): Script {
  return giving("measure", backup, []);
}

/**
 * Standard output is the stream of give.sh, and the protocol goes to standard error.
 * @param services empty: all that keep data
 */
export function giveScript(backup: BackupSettings | undefined, services: readonly string[]): Script {
  return giving("give", backup, services);
}

/** Reads that stream from standard input; tells `copy-begin`, `copy-done`, `compared`, `difference` as a restore does. */
export const takeScript: Script = script(together(`unframe=${quote(unframe)}`, take));

function giving(what: "give" | "measure", backup: BackupSettings | undefined, services: readonly string[]): Script {
  return script(together(`frame=${quote(frame)}`, give), [what, waysFile(backup), services.join(" ")]);
}

/** These functions look at what each call gives back, and must not end at the first that fails. */
function together(program: string, text: string): string {
  return `set +e\n${program}\n${copyFunctions}\n${text}`;
}

/** How services are copied where wherry.yaml says so. What is not worth a backup moves all the same. */
function waysFile(backup: BackupSettings | undefined): string {
  return Object.entries(backup?.services ?? {})
    .filter(([, { method }]) => method !== "none")
    .map(([name, { method, consistency }]) => `service\t${name}\t${method ?? ""}\t${consistency ?? ""}\n`)
    .join("");
}
