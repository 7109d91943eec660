/** A server seen from here: the connection, the scripts that are sent over it, and the lock of an environment. */
export { withConnection } from "./connect.ts";
export type { Connection, RemoteOptions, RemoteResult } from "./connection.ts";
export { phase, script } from "./script.ts";
export type { Script, ScriptStep } from "./script.ts";
export { formatAddress } from "./ssh.ts";
export { guard, paths, prelude, restartLibrary } from "./texts.ts";
