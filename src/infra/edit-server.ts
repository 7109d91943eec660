import { isMap, stringify } from "yaml";
import { parseYaml } from "../config/index.ts";
import { insertEntry, replaceRange } from "../writer/index.ts";

/** One server, or a list of them, as a value of YAML that may stand anywhere: the brackets of IPv6 addresses in quotes. */
export function serverValue(servers: readonly string[]): string {
  const list = stringify(servers, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 }).trim();
  return servers.length === 1 ? list.slice(1, -1) : list;
}

/**
 * wherry.yaml with these servers as those of the environment, or of one stack there; every other byte stays. Undefined where the place cannot be
 * written to by itself (an alias, an environment in flow style): whoever asks says so.
 */
export function withServers(
  text: string,
  { environment, stack }: { readonly environment: string; readonly stack?: string | undefined },
  servers: readonly string[],
): string | undefined {
  const { document } = parseYaml("wherry.yaml", text);
  if (document.errors.length > 0 || servers.length === 0) return undefined;
  const value = serverValue(servers);
  const place = ["environments", environment, ...(stack === undefined ? [] : ["stacks", stack])];
  const present: unknown = document.getIn([...place, "server"], true);
  if (present === undefined) return readable(insertEntry(text, place, `server: ${value}\n`));
  const range = (present as { readonly range?: readonly [number, number, number] | null }).range;
  const block = isMap(present) && present.flow !== true;
  const multiline = range != null && text.slice(range[0], range[1]).includes("\n");
  // A block of several lines has its own indentation, and comments of people in it.
  if (range == null || block || multiline) return undefined;
  return readable(replaceRange(text, range[0], range[1], value));
}

function readable(text: string | undefined): string | undefined {
  return text === undefined || parseYaml("wherry.yaml", text).document.errors.length > 0 ? undefined : text;
}
