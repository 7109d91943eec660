import guard from "./scripts/guard.sh?raw";
import prelude from "./scripts/prelude.sh?raw";

/** Shell text: `prelude` stands at the head of every phase; `guard` holds the lock of an environment. */
export { guard, prelude };
