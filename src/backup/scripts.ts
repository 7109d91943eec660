import type { BackupSettings } from "../config/index.ts";
import type { Secret } from "../core/index.ts";
import { script } from "../server/index.ts";
import type { Script } from "../server/index.ts";
import { credentialsFile, passwordFile, settingsFile } from "./files.ts";
import { backupProgram } from "./program.ts";
import perform from "./scripts/perform.sh?raw";
import place from "./scripts/place.sh?raw";
import schedule from "./scripts/schedule.sh?raw";
import tell from "./scripts/tell.sh?raw";

/** Steps of a phase, behind the prelude. */

/** Puts program, settings and secrets on the server, and installs restic where it is missing. */
export function placeScript(
  backup: BackupSettings,
  secrets: ReadonlyMap<string, Secret>,
  notify: string | undefined,
): Script {
  return script(place, [
    backupProgram,
    settingsFile(backup),
    passwordFile(backup, secrets),
    credentialsFile(backup, secrets),
    ...(notify === undefined ? [] : [notify]),
  ]);
}

/** What the program can be asked for; `service` empty: all. */
export type BackupVerb =
  | { readonly verb: "run"; readonly by: string; readonly service: string }
  | { readonly verb: "drill" | "restore"; readonly by: string; readonly copy: string; readonly service: string }
  | { readonly verb: "list"; readonly copy: string };

export function performScript(wanted: BackupVerb): Script {
  const { verb } = wanted;
  if (verb === "list") return script(perform, [verb, wanted.copy]);
  if (verb === "run") return script(perform, [verb, wanted.by, wanted.service]);
  return script(perform, [verb, wanted.by, wanted.copy, wanted.service]);
}

export function scheduleScript(state: "on" | "off", { every, at }: Pick<BackupSettings, "every" | "at">): Script {
  return script(schedule, [state, String(Math.ceil(every)), at ?? ""]);
}

/** Tells what `parseBackupStatus` reads. */
export const tellBackups: Script = script(tell);
