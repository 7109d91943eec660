import { parseDocument } from "yaml";
import { figureFor } from "./schema.ts";
import type { CardanoNetwork, Entry } from "./schema.ts";

/** What an entry is rendered for. */
export interface Choice {
  /** Name of its service; further services of the entry begin with it. */
  readonly name: string;
  readonly network: CardanoNetwork | undefined;
  /** Parts of the template that are wanted. */
  readonly options: ReadonlySet<string>;
  /** Service by name of entry, for the entries that it needs. */
  readonly needed: ReadonlyMap<string, string>;
  /** Networks of the compose file that its services join; none: the default network. */
  readonly join: readonly string[];
}

/** One entry of a mapping of the compose file. */
export interface Part {
  readonly section: "services" | "volumes" | "secrets" | "configs";
  readonly key: string;
  /** YAML without indentation, comments included. */
  readonly text: string;
  /** What the text means. */
  readonly value: unknown;
}

/**
 * A template is a compose file with placeholders: `<name>` the service, `<NAME>` the same for variables, `<tag>`, `<memory>` and
 * `<memory-SERVICE>` the limits, `<cardano-node>` the service of an entry that is needed
 * (`<CARDANO-NODE>` for variables). What stands between the lines
 * `# with OPTION` and `# end` is there only where the option is wanted.
 */
export function renderEntry(entry: Entry, choice: Choice): readonly Part[] {
  const chosen = withOptions(entry.template, choice.options);
  const text = chosen.replaceAll(/<([A-Za-z][\w-]*)>/g, (whole, word: string) => fill(entry, choice, word) ?? whole);
  return split(text).map((part) => (part.section === "services" ? joined(part, choice.join) : part));
}

/** `<NAME>` and `<name>` in the words of an entry that are not its template: names of secrets, addresses. */
export function inWords(entry: Entry, choice: Choice, words: string): string {
  return words.replaceAll(/<([A-Za-z][\w-]*)>/g, (whole, word: string) => fill(entry, choice, word) ?? whole);
}

/** `order-db` is `ORDER_DB` in the names of variables. */
export function variablePrefix(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

function fill(entry: Entry, { name, network, needed }: Choice, word: string): string | undefined {
  if (word === "name") return name;
  if (word === "NAME") return variablePrefix(name);
  if (word === "tag") return entry.version.value;
  if (word === "network") return network;
  const limit = word === "memory" ? "main" : word.startsWith("memory-") ? word.slice("memory-".length) : undefined;
  const memory = limit === undefined ? undefined : entry.memory[limit];
  if (memory !== undefined) return figureFor(memory, network).value;
  const service = needed.get(word.toLowerCase());
  return service === undefined || word === word.toLowerCase() ? service : variablePrefix(service);
}

function withOptions(template: string, options: ReadonlySet<string>): string {
  let skipping = false;
  const lines = template.split("\n").filter((line) => {
    const option = /^ *# with ([a-z-]+)$/.exec(line)?.[1];
    if (option !== undefined) skipping = !options.has(option);
    else if (/^ *# end$/.test(line)) skipping = false;
    else return !skipping;
    return false;
  });
  return lines.join("\n");
}

/** Sections stand at the margin and their entries at two spaces; a comment belongs to what follows it. */
function split(text: string): readonly Part[] {
  const parts: { section: Part["section"]; key: string; lines: string[] }[] = [];
  let section: Part["section"] = "services";
  let comments: string[] = [];
  for (const line of text.split("\n")) {
    const top = /^(services|volumes|secrets|configs):$/.exec(line)?.[1] as Part["section"] | undefined;
    const key = /^ {2}([^\s#:][^:]*):/.exec(line)?.[1];
    if (top !== undefined) section = top;
    else if (/^ {2}#/.test(line)) comments.push(line);
    else if (key !== undefined) {
      parts.push({ section, key, lines: [...comments, line] });
      comments = [];
    } else if (line.trim() !== "") parts.at(-1)?.lines.push(line);
  }
  return parts.map(({ section: of, key, lines }) =>
    part(of, key, `${lines.map((line) => line.slice(2)).join("\n")}\n`),
  );
}

function part(section: Part["section"], key: string, text: string): Part {
  const content = parseDocument(text).toJS() as Readonly<Record<string, unknown>>;
  return { section, key, text, value: content[key] };
}

function joined({ section, key, text }: Part, networks: readonly string[]): Part {
  return part(section, key, networks.length === 0 ? text : `${text}  networks: [${networks.join(", ")}]\n`);
}
