import { quote } from "../system/index.ts";
import program from "./scripts/notify.pl?raw";

/**
 * Shell function for scripts on the server, behind the prelude: `notify EVENT TITLE TEXT` writes to every channel of the
 * environment that wants the event; `test` is wanted by all. It never fails, and tells what came of it as facts:
 * `notified KIND`, `notify-failed KIND REASON`.
 */
export const notifyLibrary = `notify_program=${quote(program)}
notify() { [ ! -s "$home/notify" ] || perl -e "$notify_program" "$home" "$app" "$environment" "$@" >&3 || :; }
`;
