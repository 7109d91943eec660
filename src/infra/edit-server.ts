import { insertEntry, replaceRange } from "../writer/index.ts";
import { parseYaml } from "../config/index.ts";
import { isMap } from "yaml";

/**
 * wherry.yaml with these servers as those of the environment; every other byte stays. Undefined where the place cannot be
 * written to by itself (an alias, an environment in flow style): whoever asks says so.
 */
export function withServers(text: string, environment: string, servers: readonly string[]): string | undefined {
  const { document } = parseYaml("wherry.yaml", text);
  if (document.errors.length > 0 || servers.length === 0) return undefined;
  const value = servers.length === 1 ? (servers[0] ?? "") : `[${servers.join(", ")}]`;
  const present: unknown = document.getIn(["environments", environment, "server"], true);
  if (present === undefined) return insertEntry(text, ["environments", environment], `server: ${value}\n`);
  const range = (present as { readonly range?: readonly [number, number, number] | null }).range;
  const block = isMap(present) && present.flow !== true;
  const multiline = range != null && text.slice(range[0], range[1]).includes("\n");
  // A block of several lines has its own indentation, and comments of people in it.
  if (range == null || block || multiline) return undefined;
  return replaceRange(text, range[0], range[1], value);
}
