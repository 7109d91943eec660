import { refusedError } from "../core/index.ts";
import type { WherryError } from "../core/index.ts";
import type { Cost } from "./cost.ts";

/** The error of a question about servers of which nothing was learnt; what does not need them is still an answer. */
export function unreached({ servers }: Pick<Cost, "servers">): WherryError | undefined {
  if (servers.length === 0 || servers.some(({ machine, rented }) => machine.known || rented.known)) return undefined;
  const reasons = servers.flatMap(({ server, machine }) => (machine.known ? [] : [`${server}: ${machine.reason}`]));
  const what = servers.length === 1 ? "the server could not be measured" : "no server could be measured";
  return refusedError("unreachable", `${what}, and no provider says what it costs`, {
    context: reasons,
    hint: "wherry cost --cpu 2 --memory 4 prices a server without asking one",
  });
}
