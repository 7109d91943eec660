import guard from "./scripts/guard.sh?raw";
import paths from "./scripts/paths.sh?raw";
import protocol from "./scripts/prelude.sh?raw";
import restartLibrary from "./scripts/restart.sh?raw";

/** Shell text: where things are, and the protocol; stands at the head of every phase. */
const prelude = `${paths}\n${protocol}`;

/**
 * Also: `paths` alone, for what writes its own output; `guard` holds the lock of an environment; `restartLibrary` is for whoever
 * stops containers for a while.
 */
export { guard, paths, prelude, restartLibrary };
